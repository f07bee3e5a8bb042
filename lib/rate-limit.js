// @ts-check
'use strict'

const { invalidArgument } = require('./errors.js')
const { isWhole, millisecondsOf } = require('./input.js')

/** @typedef {import('./core.js').Core} Core */

const ACCEPTED = ['waitReplicas', 'signal']

/**
 * @param {Core} core
 * @param {string} traceId
 * @param {string} key
 * @param {any} options
 */
function rateLimit(core, traceId, key, options) {
  return core.checked({ traceId, key, writes: true }, () => {
    const { limit, window, cost = 1, ...others } = Object(options)
    const args = () => [countOf(limit, 'limit'), String(millisecondsOf(window, 'window')), countOf(cost, 'cost')]
    const finish = (/** @type {number[]} */ [allowed, remaining, left]) => ({
      allowed: allowed === 1,
      remaining,
      resetAfter: left / 1000,
    })
    const call = { operation: 'rateLimit', action: /** @type {const} */ ('limit'), traceId, key, options: others }
    return core.act({ ...call, accepted: ACCEPTED, args, finish })
  })
}

/**
 * @param {unknown} count
 * @param {string} what
 */
function countOf(count, what) {
  if (isWhole(count, 1, Number.MAX_SAFE_INTEGER)) return String(count)
  throw invalidArgument(`${what}: expected a whole number, 1 or more`)
}

module.exports = { rateLimit }
