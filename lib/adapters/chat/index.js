// @ts-check
'use strict'

const { RedisStateError } = require('../../errors.js')
const { RedisStateAdapter } = require('./state.js')

/** @param {import('../../../types/adapters/chat.js').RedisStateAdapterOptions} [options] */
function createRedisState(options) {
  return new RedisStateAdapter(options)
}

module.exports = { RedisStateAdapter, RedisStateError, createRedisState }
