// @ts-check
'use strict'

const { constructing } = require('../lib/adapters/constructing.js')
const { RedisDriver } = require('../lib/adapters/unstorage/index.js')

/** @type {any} */
const redisDriver = (/** @type {unknown} */ options) => constructing(redisDriver, () => new RedisDriver(options))

module.exports = Object.assign(redisDriver, { default: redisDriver })
