// @ts-check
'use strict'

const { creating } = require('./create.js')
const { KeyvRedis } = require('./keyv-redis.js')
const { RedisErrorMessages } = require('./messages.js')

/** The delay before the next attempt to connect that @keyv/redis has by default. @param {number} attempts */
function defaultReconnectStrategy(attempts) {
  return Math.min(2 ** attempts * 100, 2000) + (Math.random() - 0.5) * 100
}

module.exports = { KeyvRedis, RedisErrorMessages, creating, defaultReconnectStrategy }
