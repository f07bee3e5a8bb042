// @ts-check
'use strict'

const { CosmosStateAdapter } = require('./lib/adapter/cosmos.js')
const { RedisStateError } = require('./lib/errors.js')

module.exports = { CosmosStateAdapter, RedisStateError }
