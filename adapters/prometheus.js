// @ts-check
'use strict'

const { RedisStateError, contentType, handler, metrics, register } = require('../lib/adapters/prometheus/index.js')

module.exports = { RedisStateError, contentType, handler, metrics, register }
