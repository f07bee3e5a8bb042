// @ts-check
'use strict'

const { RedisStateAdapter } = require('./lib/adapter/adapter.js')
const { RedisStateError } = require('./lib/errors.js')

module.exports = { RedisStateAdapter, RedisStateError }
