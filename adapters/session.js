// @ts-check
'use strict'

const { RedisStateError, RedisStore } = require('../lib/adapters/session/index.js')

module.exports = { RedisStateError, RedisStore }
