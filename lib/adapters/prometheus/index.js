// @ts-check
'use strict'

const { RedisStateError } = require('../../errors.js')
const { contentType } = require('./content-type.js')
const { handler, metrics } = require('./metrics.js')
const { register } = require('./register.js')

module.exports = { RedisStateError, contentType, handler, metrics, register }
