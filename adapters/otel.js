// @ts-check
'use strict'

const { RedisStateError, RedisStateInstrumentation, instrument } = require('../lib/adapters/otel/index.js')

module.exports = { RedisStateError, RedisStateInstrumentation, instrument }
