// @ts-check
'use strict'

const peer = require('@langchain/langgraph-checkpoint')
const { defineClasses } = require('../lib/adapters/langgraph/index.js')
const { RedisStateError } = require('../lib/errors.js')

const { RedisSaver, RedisStore } = defineClasses(peer)

module.exports = { RedisSaver, RedisStore, RedisStateError }
