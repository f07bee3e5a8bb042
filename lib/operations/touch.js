// @ts-check
'use strict'

const { OPERATIONS } = require('../engines/call.js')
const { invalidArgument } = require('../errors.js')
const { isIntBetween } = require('../input/input.js')
const { MAX_TTL_SECONDS } = require('../input/option-kinds.js')
const { received } = require('../input/received.js')

/**
 * @param {import('./dispatcher.js').Dispatcher} dispatcher
 * @param {string} traceId
 * @param {string} key
 * @param {number} seconds
 * @param {unknown} [options]
 */
function touch(dispatcher, traceId, key, seconds, options) {
  return dispatcher.call({ operation: OPERATIONS.touch, traceId, key, options }, (checked) => ({
    options: { ...checked, ttl: checkSeconds(seconds) },
  }))
}

/** @param {unknown} seconds */
function checkSeconds(seconds) {
  if (isIntBetween(seconds, 1, MAX_TTL_SECONDS)) return Number(seconds)
  throw invalidArgument(`seconds: expected a whole number from 1 to ${MAX_TTL_SECONDS}, got ${received(seconds)}`)
}

module.exports = { touch }
