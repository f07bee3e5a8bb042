// @ts-check
'use strict'

const { RedisStateError, RedisStore } = require('../lib/adapters/rate-limit/index.js')

module.exports = { RedisStateError, RedisStore, default: RedisStore }
