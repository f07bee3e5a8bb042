// @ts-check
'use strict'

const { MAX_BYTES_PER_UNIT, OPERATIONS, estimatedLength } = require('../engines/call.js')
const { checkedOptionsOf } = require('../input/call-options.js')
const { shownId, untitled } = require('../error-message.js')
const { callFailure, invalidArgument, withPath } = require('../errors.js')
const { isPlain, readList } = require('../input/input.js')
const { readInput } = require('../input/method-options.js')
const { kindOf } = require('../input/received.js')
const { prepareSet } = require('./set.js')

/**
 * @typedef {import('./dispatcher.js').Dispatcher} Dispatcher
 * @typedef {import('../engines/call.js').StateCall} StateCall
 * @typedef {import('../input/call-options.js').CheckedOptions} CheckedOptions
 * @typedef {import('../../index.js').RedisStateError} Failure
 *
 * @typedef {object} BulkMethod a method that is a call on each of several entries
 * @property {import('../engines/call.js').Operation} operation on each entry
 * @property {'getMany' | 'getManyWithMetadata' | 'hasMany' | 'setMany' | 'deleteMany'} method its name in traces
 * @property {string} traceId
 * @property {unknown} options as the caller passed them
 *
 * @typedef {object} BulkWrite
 * @property {string} operation the method
 * @property {string} traceId
 * @property {StateCall[]} calls
 * @property {string} done what was done to an entry that did not fail
 */

/** Calls that are pending at a time, whatever the number of entries. */
const MAX_PORTION = 10_000

/** @param {Dispatcher} dispatcher @param {string} traceId @param {unknown} keys @param {unknown} [options] */
function getMany(dispatcher, traceId, keys, options) {
  return readMany(dispatcher, { operation: OPERATIONS.get, method: 'getMany', traceId, options }, keys)
}

/** @param {Dispatcher} dispatcher @param {string} traceId @param {unknown} keys @param {unknown} [options] */
function getManyWithMetadata(dispatcher, traceId, keys, options) {
  const operation = OPERATIONS.getWithMetadata
  return readMany(dispatcher, { operation, method: 'getManyWithMetadata', traceId, options }, keys)
}

/** @param {Dispatcher} dispatcher @param {string} traceId @param {unknown} keys @param {unknown} [options] */
function hasMany(dispatcher, traceId, keys, options) {
  return readMany(dispatcher, { operation: OPERATIONS.has, method: 'hasMany', traceId, options }, keys)
}

/**
 * @param {Dispatcher} dispatcher
 * @param {BulkMethod} bulkMethod
 * @param {unknown} keys
 */
function readMany(dispatcher, bulkMethod, keys) {
  const { operation, method, traceId } = bulkMethod
  return bulk(dispatcher, bulkMethod, (checked) => {
    const calls = readList(keys, 'keys', (/** @type {any} */ key, at) =>
      withPath(at, () => dispatcher.prepare(operation, traceId, key, checked)),
    )
    return { count: calls.length, run: () => readAll(dispatcher, madeBy(method, calls), checked.signal) }
  })
}

/**
 * @param {Dispatcher} dispatcher
 * @param {string} traceId
 * @param {unknown} entries
 * @param {any} [options] for all of them
 */
function setMany(dispatcher, traceId, entries, options) {
  return bulk(dispatcher, { operation: OPERATIONS.set, method: 'setMany', traceId, options }, (checked) => {
    const calls = preparedSets(dispatcher, traceId, entries, checked)
    const write = { operation: 'setMany', traceId, calls, done: 'written' }
    return { count: calls.length, run: () => writeAll(dispatcher, write, checked.signal).then(() => undefined) }
  })
}

/**
 * @param {Dispatcher} dispatcher
 * @param {string} traceId
 * @param {unknown} keys
 * @param {any} [options] for all of them
 */
function deleteMany(dispatcher, traceId, keys, options) {
  return bulk(dispatcher, { operation: OPERATIONS.delete, method: 'deleteMany', traceId, options }, (checked) => {
    const calls = readList(keys, 'keys', (one, at) =>
      withPath(at, () => preparedDelete(dispatcher, traceId, one, checked)),
    )
    const run = async () => {
      const write = { operation: 'deleteMany', traceId, calls, done: 'removed' }
      const existed = await writeAll(dispatcher, write, checked.signal)
      return checked.all.existence ? existed : existed.filter(Boolean).length
    }
    return { count: calls.length, run }
  })
}

/**
 * Runs a bulk method. All arguments are checked before the first entry is sent.
 *
 * @param {Dispatcher} dispatcher
 * @param {BulkMethod} bulkMethod
 * @param {(checked: CheckedOptions) => { count: number, run: () => Promise<any> }} prepare checks the arguments; may throw. `count`: of
 *   the entries
 */
function bulk(dispatcher, { operation: { writes }, method, traceId, options }, prepare) {
  return dispatcher.guard.traced({ operation: method, traceId }, (context) =>
    dispatcher.guard.rejectOnThrow({ operation: method, traceId, writes }, () => {
      const checked = dispatcher.options(method, options)
      dispatcher.checkTraceId(traceId)
      const { count, run } = prepare(checked)
      if (context !== undefined) context.calls = count
      const target = { operation: method, traceId, writes, isBulk: true }
      return dispatcher.guard.interruptible(target, { signal: checked.signal }, run)
    }),
  )
}

/**
 * @param {Dispatcher} dispatcher
 * @param {string} traceId
 * @param {unknown} entries a list, or an object of values by key
 * @param {CheckedOptions} checked for all of them
 * @returns {StateCall[]}
 */
function preparedSets(dispatcher, traceId, entries, checked) {
  if (Array.isArray(entries)) {
    return readList(entries, 'entries', (entry, at) => {
      const { key, value, ...entryOptions } = readInput('setManyEntry', entry, at, `${at}.`, dispatcher.optionRules)
      return withPath(at, () => prepareSet(dispatcher, traceId, key, value, mergedOptions(checked, entryOptions)))
    })
  }
  const named = Object.entries(valuesByKey(entries))
  return named.map(([key, value]) =>
    withPath(`entries[${shownId(key)}]`, () => prepareSet(dispatcher, traceId, key, value, checked)),
  )
}

/**
 * Merges the options of an entry into those for all entries.
 *
 * @param {CheckedOptions} checked
 * @param {Record<string, unknown>} entryOptions
 */
function mergedOptions(checked, entryOptions) {
  return Object.keys(entryOptions).length === 0 ? checked : checkedOptionsOf({ ...checked.all, ...entryOptions })
}

/**
 * @param {Dispatcher} dispatcher
 * @param {string} traceId
 * @param {any} one a key, or a key with its condition
 * @param {CheckedOptions} checked
 */
function preparedDelete(dispatcher, traceId, one, checked) {
  const { key, ...entryOptions } = typeof one === 'string' ? { key: one } : deleteManyEntry(one, dispatcher)
  const input = { existence: true }
  return dispatcher.prepare(OPERATIONS.delete, traceId, key, mergedOptions(checked, entryOptions), () => ({ input }))
}

/** @param {any} one @param {Dispatcher} dispatcher @returns {{ key: string, ifMatch?: string }} */
function deleteManyEntry(one, { optionRules }) {
  return /** @type {any} */ (readInput('deleteManyEntry', one, 'key, unless it is a string', '', optionRules))
}

/**
 * Rejects a Map or a class instance, as its own properties are not its entries.
 *
 * @param {any} entries
 * @returns {Record<string, unknown>}
 */
function valuesByKey(entries) {
  if (typeof entries === 'object' && entries !== null && isPlain(entries)) return entries
  const remedy = kindOf(entries) === 'a Map' ? 'Write Object.fromEntries(map).' : undefined
  const what = `entries: expected an object of values by key or an array of entries, got ${kindOf(entries)}`
  throw invalidArgument(what, { remedy })
}

/**
 * @param {Dispatcher} dispatcher
 * @param {StateCall[]} calls
 * @param {AbortSignal} [signal]
 */
async function readAll(dispatcher, calls, signal) {
  const values = []
  for (const portion of portionsOf(dispatcher, calls, signal)) {
    values.push(...(await Promise.all(portion.map((call) => dispatcher.engine.execute(call)))))
  }
  return values
}

/**
 * Names the method in the calls that it makes, for their errors.
 *
 * @param {string} method
 * @param {StateCall[]} calls
 */
function madeBy(method, calls) {
  for (const call of calls) call.method = method
  return calls
}

/**
 * Makes all calls, even if some fail.
 *
 * @param {Dispatcher} dispatcher
 * @param {BulkWrite} write
 * @param {AbortSignal | undefined} signal
 */
async function writeAll(dispatcher, write, signal) {
  /** @type {PromiseSettledResult<any>[]} */
  const results = []
  for (const portion of portionsOf(dispatcher, madeBy(write.operation, write.calls), signal)) {
    results.push(...(await Promise.allSettled(portion.map((call) => dispatcher.engine.execute(call)))))
  }
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  if (errors.length > 0) throw partialFailure(write, errors, results.length)
  return results.map((result) => /** @type {PromiseFulfilledResult<any>} */ (result).value)
}

/**
 * Divides calls into portions that fit the limits of pending calls.
 *
 * @param {Dispatcher} dispatcher
 * @param {StateCall[]} all
 * @param {AbortSignal} [signal] once it is aborted, there are no more portions
 */
function* portionsOf({ rules }, all, signal) {
  for (let start = 0; start < all.length && !signal?.aborted; ) {
    const end = endOfPortion(rules, all, start)
    yield all.slice(start, end)
    start = end
  }
}

/**
 * A portion has at most as many calls as may be pending, half of the bytes that may be pending (scripts are sent with them), and at
 * least one call.
 *
 * @param {import('../engines/engine.js').EngineRules} rules
 * @param {StateCall[]} all
 * @param {number} start
 */
function endOfPortion({ maxPending, maxPortion = MAX_PORTION }, all, start) {
  const last = Math.min(start + maxPortion, start + maxPending.calls, all.length)
  let end = start
  for (let bytes = 0; end < last; end += 1) {
    bytes += estimatedLength(all[end]) * MAX_BYTES_PER_UNIT
    if (bytes > maxPending.bytes / 2) break
  }
  return Math.max(end, start + 1)
}

/**
 * @param {BulkWrite} write
 * @param {Failure[]} errors
 * @param {number} count of all entries
 */
function partialFailure({ operation, traceId, done }, errors, count) {
  const [first] = errors
  const others = count - errors.length
  const rest = others > 0 ? `; the other ${others} ${others === 1 ? 'is' : 'are'} ${done}` : ''
  const what = `${errors.length} of ${count} entries failed${rest}. The first, ${shownId(first.key ?? '')}: ${untitled(first)}`
  return callFailure({ operation, traceId }, 'ERR_PARTIAL', what, {
    applied: others > 0 ? 'partly' : commonApplied(errors),
    errors,
    cause: first,
  })
}

/** @param {Failure[]} errors */
function commonApplied([first, ...others]) {
  return others.every(({ applied }) => applied === first.applied) ? first.applied : 'partly'
}

module.exports = { deleteMany, getMany, getManyWithMetadata, hasMany, portionsOf, setMany }
