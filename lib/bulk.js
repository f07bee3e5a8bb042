// @ts-check
'use strict'

const { abortable } = require('./abort.js')
const { callOptions, givenOf } = require('./call-options.js')
const { deleteWith, setWith } = require('./conditional.js')
const { checkTraceId } = require('./entry.js')
const { RedisStateError, invalidArgument } = require('./errors.js')
const { objectOf, unknownName } = require('./input.js')
const { getWithMetadata } = require('./metadata.js')

/**
 * @typedef {import('./core.js').Core} Core
 * @typedef {import('../index.js').RedisStateError} Failure
 */

/** So many calls travel together: what waits is bounded, whatever the number of entries. */
const ROUND = 10_000
const WITH_READ = ['signal']
const WITH_SET = ['ttl', 'ifAbsent', 'waitReplicas', 'signal']
const ENTRY = ['key', 'value', 'ttl', 'ifAbsent', 'ifMatch']
const CONDITIONED_KEY = ['key', 'ifMatch']
const WITH_DELETE = ['waitReplicas', 'signal']

/** @param {Core} core @param {string} traceId @param {unknown} keys @param {unknown} [options] */
function getMany(core, traceId, keys, options) {
  return readAll(core, traceId, keys, options, (key) => core.point('get', traceId, key))
}

/** @param {Core} core @param {string} traceId @param {unknown} keys @param {unknown} [options] */
function getManyWithMetadata(core, traceId, keys, options) {
  return readAll(core, traceId, keys, options, (key) => getWithMetadata(core, traceId, key))
}

/**
 * @param {Core} core
 * @param {string} traceId
 * @param {unknown} entries
 * @param {any} [options] for all of them
 */
function setMany(core, traceId, entries, options) {
  return bulk(core, traceId, { options, accepted: WITH_SET, writes: true }, () => {
    const { signal, ...common } = givenOf(Object(options), WITH_SET)
    const set = (/** @type {any} */ { key, value, ...own }) => setWith(core, traceId, key, value, { ...common, ...own })
    return writeAll(core, traceId, listOf(entries), set, signal).then(() => undefined)
  })
}

/**
 * @param {Core} core
 * @param {string} traceId
 * @param {unknown} keys
 * @param {any} [options] for all of them
 */
function deleteMany(core, traceId, keys, options) {
  return bulk(core, traceId, { options, accepted: WITH_DELETE, writes: true }, () => {
    const { signal, ...common } = givenOf(Object(options), WITH_DELETE)
    const removeOne = (/** @type {any} */ one) => {
      if (typeof one !== 'object' || one === null) return remove(core, traceId, one, common)
      const { key, ...own } = one
      if (Object.keys(own).length === 0) return remove(core, traceId, key, common)
      return deleteWith(core, traceId, key, { ...common, ...own }).then(() => true)
    }
    const all = arrayOf('the keys', keys).map((one, index) =>
      typeof one === 'object' && one !== null ? entryOf(one, `keys[${index}]`, CONDITIONED_KEY) : one,
    )
    const removed = writeAll(core, traceId, all, removeOne, signal)
    return removed.then((existed) => existed.filter(Boolean).length)
  })
}

/** @param {Core} core @param {string} traceId @param {string} key @param {unknown} options */
function remove(core, traceId, key, options) {
  const call = { operation: 'deleteMany', action: /** @type {const} */ ('remove'), traceId, key, options }
  return core.act({ ...call, accepted: WITH_DELETE, args: () => [] })
}

/**
 * @param {Core} core
 * @param {string} traceId
 * @param {unknown} keys
 * @param {unknown} options
 * @param {(key: string) => Promise<any>} read
 */
function readAll(core, traceId, keys, options, read) {
  return bulk(core, traceId, { options, accepted: WITH_READ, writes: false }, () =>
    readRounds(core, arrayOf('the keys', keys), read, /** @type {any} */ (options)?.signal),
  )
}

/**
 * @param {Core} core
 * @param {string[]} keys
 * @param {(key: string) => Promise<any>} read
 * @param {AbortSignal} [signal]
 */
async function readRounds(core, keys, read, signal) {
  const values = []
  for (const round of roundsOf(core, keys, signal)) values.push(...(await Promise.all(round.map(read))))
  return values
}

/**
 * Makes all the calls, whatever becomes of some.
 *
 * @param {Core} core
 * @param {string} traceId
 * @param {any[]} entries
 * @param {(entry: any) => Promise<any>} write that may throw
 * @param {AbortSignal} [signal]
 */
async function writeAll(core, traceId, entries, write, signal) {
  /** @type {PromiseSettledResult<any>[]} */
  const results = []
  // One that throws must not leave those before it without anybody who hears how they end.
  const attempt = (/** @type {any} */ entry) => core.checked({ traceId, writes: true }, () => write(entry))
  for (const round of roundsOf(core, entries, signal)) results.push(...(await Promise.allSettled(round.map(attempt))))
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  if (errors.length > 0) throw partialFailure(traceId, errors, results.length)
  return results.map((result) => /** @type {PromiseFulfilledResult<any>} */ (result).value)
}

/**
 * @param {string} traceId
 * @param {Failure[]} errors
 * @param {number} count of all
 */
function partialFailure(traceId, errors, count) {
  const message = `${errors.length} of ${count} entries failed, the others are written; the first: ${errors[0].message}`
  const isNone = errors.length === count && errors.every(({ applied }) => applied === 'no')
  const applied = isNone ? /** @type {const} */ ('no') : /** @type {const} */ ('unknown')
  return new RedisStateError('ERR_PARTIAL', message, { traceId, applied, errors, cause: errors[0] })
}

/**
 * @param {Core} core
 * @param {string} traceId
 * @param {{ options: unknown, accepted: readonly string[], writes: boolean }} about
 * @param {() => Promise<any>} run
 */
function bulk(core, traceId, { options, accepted, writes }, run) {
  return core.checked({ traceId, writes }, () => {
    checkTraceId(traceId, core.rules)
    const { signal } = callOptions(options, accepted, core.rules)
    const calls = run()
    return signal ? abortable(calls, signal, { traceId, writes }) : calls
  })
}

/**
 * @param {Core} core
 * @param {any[]} all
 * @param {AbortSignal} [signal] after which there are no more: nobody waits for them
 */
function* roundsOf({ rules }, all, signal) {
  const size = Math.min(ROUND, rules.maxPendingCommands)
  for (let start = 0; start < all.length && !signal?.aborted; start += size) yield all.slice(start, start + size)
}

/** @param {unknown} entries a list, or an object of values by key */
function listOf(entries) {
  if (Array.isArray(entries)) return entries.map((entry, index) => entryOf(entry, `entries[${index}]`, ENTRY))
  return Object.entries(objectOf('the entries', entries)).map(([key, value]) => ({ key, value }))
}

/**
 * Mistakes in the form of an entry are found before the first one is written.
 *
 * @param {unknown} entry
 * @param {string} at
 * @param {readonly string[]} accepted
 */
function entryOf(entry, at, accepted) {
  const fields = givenOf(objectOf(at, entry), accepted)
  const unknown = unknownName(fields, accepted)
  if (unknown !== undefined) throw invalidArgument(`${at}: there is no field ${unknown}`)
  return fields
}

/** @param {string} what @param {unknown} list @returns {any[]} */
function arrayOf(what, list) {
  if (!Array.isArray(list)) throw invalidArgument(`${what} must be an array`)
  return list
}

module.exports = { deleteMany, getMany, getManyWithMetadata, setMany }
