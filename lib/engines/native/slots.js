// @ts-check
'use strict'

const { unsupported } = require('../../errors.js')

/** @typedef {import('../call.js').StateCall} StateCall */

/**
 * Rejects a transaction that a cluster cannot run: all its entries and locks must be in one slot.
 *
 * @param {StateCall} call
 * @param {{ hashTags: boolean }} naming
 */
function checkSlot({ traceId, input: { steps } }, { hashTags }) {
  if (hasOneKey(steps) && !maySplitLockAndEntry(traceId, steps, hashTags)) return
  const isTagged = hashTags && traceId !== '' && !traceId.startsWith('}')
  if (isTagged) return
  throw unsupported('in a cluster, a transaction on several entries needs hashTags and a trace id that makes a tag')
}

/** @param {import('../call.js').TransactionStep[]} steps */
function hasOneKey(steps) {
  return steps.every(({ key }) => key === steps[0].key)
}

/**
 * Whether a lock and the entry of the same name may be in different slots; src/keyspace.rs makes their Redis keys.
 *
 * @param {string} traceId
 * @param {import('../call.js').TransactionStep[]} steps
 * @param {boolean} hashTags
 */
function maySplitLockAndEntry(traceId, steps, hashTags) {
  const locks = steps.filter(({ op }) => op === 'holds').length
  return locks > 0 && locks < steps.length && (hashTags || /[{}]/.test(traceId + steps[0].key))
}

module.exports = { checkSlot }
