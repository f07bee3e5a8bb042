// @ts-check

const { RedisStateAdapter } = require('./lib/adapter.js')
const { RedisStateError } = require('./lib/errors.js')

module.exports = { RedisStateAdapter, RedisStateError }
