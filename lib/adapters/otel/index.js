// @ts-check
'use strict'

const { RedisStateError } = require('../../errors.js')
const { RedisStateInstrumentation, instrument } = require('./instrumentation.js')

module.exports = { RedisStateError, RedisStateInstrumentation, instrument }
