// @ts-check
'use strict'

const { OPERATIONS } = require('../call.js')

/**
 * @typedef {import('../call.js').StateCall} StateCall
 *
 * @typedef {object} Droppable
 * @property {(traceId: string, key: string) => void} drop
 * @property {(traceId: string, keyPrefix: string) => void} dropUnder
 * @property {(input: import('../call.js').CommandInput) => void} dropKeysOf
 */

/** Operations that write no entry. */
const OTHER_KEYS = new Set([OPERATIONS.lock, OPERATIONS.rateLimit])

/**
 * Runs a call that writes. The server reports a write behind its reply, which is too late for reads behind the write, so the entries are
 * dropped here: when the call is made, so that a read behind it starts anew, and when it has settled, as a write that was refused at
 * first can be executed behind such a read.
 *
 * @param {StateCall} call
 * @param {Droppable} cache
 * @param {() => Promise<any>} run
 */
function runWrite(call, cache, run) {
  if (OTHER_KEYS.has(call.operation)) return run()
  return dropping(() => dropWritten(call, cache), run)
}

/**
 * Removes the entries of a trace. That goes over another connection, so the order of the calls says nothing.
 *
 * @param {{ traceId?: string, keyPrefix?: string }} scope
 * @param {Droppable} cache
 * @param {() => Promise<void>} run
 */
function runClear({ traceId = '', keyPrefix = '' }, cache, run) {
  return dropping(() => cache.dropUnder(traceId, keyPrefix), run)
}

/** @param {() => void} drop @param {() => Promise<any>} run */
function dropping(drop, run) {
  drop()
  const writing = run()
  // A subscriber of tracing channels that ran in it can have made a read that is sent before the write.
  drop()
  // Registered first, so that the caller continues after it.
  writing.then(drop, drop)
  return writing
}

/** @param {StateCall} call @param {Droppable} cache */
function dropWritten({ operation, traceId, key, input }, cache) {
  if (operation === OPERATIONS.command) return cache.dropKeysOf(input)
  if (operation !== OPERATIONS.transaction) return cache.drop(traceId, key)
  /** @type {import('../call.js').TransactionInput} */
  const { steps } = input
  for (const step of steps) if (step.op === 'set' || step.op === 'delete') cache.drop(traceId, step.key)
}

module.exports = { runClear, runWrite }
