// @ts-check
'use strict'

const { OPERATIONS } = require('../engines/call.js')
const { timeToLive } = require('../input/option-kinds.js')

/**
 * @param {import('./dispatcher.js').Dispatcher} dispatcher
 * @param {string} traceId
 * @param {string} key
 * @param {unknown} ttl
 * @param {unknown} [options]
 */
function touch(dispatcher, traceId, key, ttl, options) {
  return dispatcher.call({ operation: OPERATIONS.touch, traceId, key, options }, (checked) => ({
    options: { ...checked, ttl: timeToLive.read(ttl, 'ttl', undefined) },
  }))
}

module.exports = { touch }
