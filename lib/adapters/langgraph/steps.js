// @ts-check
'use strict'

const { BYTES } = require('../../input/command-options.js')
const { Parts } = require('./record.js')
const { checkpointOf, rangeOfWrites, valueName } = require('./thread.js')

/**
 * @typedef {import('../../../index.js').RedisStateAdapter} State
 * @typedef {import('./reading.js').Wanted} Wanted
 * @typedef {import('./reading.js').Found} Found
 */

/** Where the versions of the channels begin in the record of a checkpoint. */
const FIRST_VERSION = 5

/**
 * Reads checkpoints in three steps, in a store that has no scripts: the names, the records, and what the records name. The last one
 * reads the records again, so that a thread that is deleted meanwhile is not found in part.
 *
 * @param {State} state
 * @param {Wanted} wanted
 * @returns {Promise<Found>}
 */
async function readInSteps(state, { keys, names, newest, isWhole, ttl }) {
  const wanted = names ?? (await newestNames(state, keys.index, newest))
  if (wanted.length === 0) return { entries: [], values: new Map() }
  const [records, ...indexed] = /** @type {[(Buffer | null)[], ...Buffer[][]]} */ (
    await state.commands(
      [['HMGET', keys.data, ...wanted], ...(isWhole ? wanted.map((name) => writesOf(keys.index, name)) : [])],
      BYTES,
    )
  )
  const writes = wanted.map((_, at) => (indexed[at] ?? []).map(String))
  const values = isWhole ? wanted.flatMap((name, at) => valuesOf(name, records[at])) : []
  const fields = [...new Set([...wanted, ...writes.flat(), ...values])]
  const expiries = ttl === undefined ? [] : [keys.index, keys.data].map((key) => ['PEXPIRE', key, ttl])
  const [found] = await state.commands([['HMGET', keys.data, ...fields], ...expiries], BYTES)
  const byName = presentOf(fields, /** @type {(Buffer | null)[]} */ (found))
  const pairsOf = (/** @type {string[]} */ some) =>
    some.flatMap((name) => {
      const record = byName.get(name)
      return record ? [/** @type {[string, Buffer]} */ ([name, record])] : []
    })
  return {
    entries: pairsOf(wanted).map(([name, record]) => ({
      name,
      record,
      writes: pairsOf(writes[wanted.indexOf(name)]),
    })),
    values: new Map(pairsOf(values)),
  }
}

/** @param {State} state @param {string} index @param {Wanted['newest']} newest */
async function newestNames(state, index, newest) {
  if (!newest) return []
  const { max, min, count } = newest
  const names = await state.command(['ZREVRANGEBYLEX', index, max, min, 'LIMIT', 0, count])
  return /** @type {string[]} */ (names)
}

/** @param {string} index @param {string} checkpoint its name */
function writesOf(index, checkpoint) {
  const { min, max } = rangeOfWrites(checkpoint)
  return ['ZRANGEBYLEX', index, min, max]
}

/** The names of the values of a checkpoint. @param {string} checkpoint its name @param {Buffer | null} record */
function valuesOf(checkpoint, record) {
  if (!record) return []
  const { namespace } = checkpointOf(checkpoint)
  return new Parts(record).textsFrom(FIRST_VERSION).map((version) => valueName(namespace, version))
}

/** @param {string[]} fields @param {(Buffer | null)[]} records */
function presentOf(fields, records) {
  /** @type {Map<string, Buffer>} */
  const present = new Map()
  for (const [at, field] of fields.entries()) {
    const record = records[at]
    if (record) present.set(field, record)
  }
  return present
}

module.exports = { readInSteps }
