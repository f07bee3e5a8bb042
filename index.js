// @ts-check
'use strict'

const { RedisStateAdapter } = require('./lib/adapter/adapter.js')
const { RedisStateError } = require('./lib/errors.js')
const { StateStores } = require('./lib/stores/state-stores.js')

module.exports = { RedisStateAdapter, RedisStateError, StateStores }
