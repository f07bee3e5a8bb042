// @ts-check
'use strict'

const { inConstructor } = require('../lib/adapter/constructing.js')
const { RedisDriver } = require('../lib/adapters/unstorage/index.js')

/** @type {any} */
const redisDriver = (/** @type {unknown} */ options) => inConstructor(redisDriver, () => new RedisDriver(options))

module.exports = Object.assign(redisDriver, { default: redisDriver })
