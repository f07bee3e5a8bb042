// @ts-check
'use strict'

const { OPERATIONS } = require('../engines/call.js')
const { invalidArgument } = require('../errors.js')

/**
 * @param {import('./dispatcher.js').Dispatcher} dispatcher
 * @param {string} traceId
 * @param {string} key
 * @param {any} options
 */
function rateLimit(dispatcher, traceId, key, options) {
  return dispatcher.call({ operation: OPERATIONS.rateLimit, traceId, key, options }, (checked) => ({
    input: inputOf(checked),
  }))
}

/**
 * @param {import('../input/call-options.js').CheckedOptions} checked
 * @returns {import('../engines/call.js').RateLimitInput}
 */
function inputOf({ all: { algorithm, limit, window, cost, refill } }) {
  // It would never be allowed, however long the caller waits.
  if (cost > limit) throw invalidArgument(`cost: ${cost} is more than the limit of ${limit}`)
  if (algorithm === 'token-bucket') return { algorithm, limit, window, cost, refill: refill ?? limit }
  if (refill !== undefined) throw invalidArgument("refill: needs algorithm: 'token-bucket'")
  return { algorithm, limit, window, cost }
}

module.exports = { rateLimit }
