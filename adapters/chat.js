// @ts-check
'use strict'

const { RedisStateAdapter, RedisStateError, createRedisState } = require('../lib/adapters/chat/index.js')

module.exports = { RedisStateAdapter, RedisStateError, createRedisState }
