// @ts-check
import assert from 'node:assert/strict'
import { RedisStateError } from 'redis-state-adapter'

/** @import { RedisStateAdapter, RedisStateErrorCode, StateItem } from 'redis-state-adapter' */

/**
 * A call that must fail; `applied` is part of what is expected, as it must be absent on errors of reads.
 *
 * @param {Promise<unknown>} call
 * @param {RedisStateErrorCode} code
 * @param {{ applied?: 'no' | 'unknown', traceId?: string, key?: string }} [details]
 */
export async function assertFails(call, code, details = {}) {
  const error = await call.then(
    () => assert.fail(`resolved where ${code} was expected`),
    (reason) => reason,
  )
  assert.ok(error instanceof RedisStateError, `not a RedisStateError: ${error}`)
  assert.equal(error.code, code, error.message)
  assert.equal(error.applied, details.applied)
  if (details.traceId !== undefined) assert.equal(error.traceId, details.traceId)
  if (details.key !== undefined) assert.equal(error.key, details.key)
}

/**
 * Two lists with the same members, however often each occurs, in any order.
 *
 * @param {unknown[]} actual
 * @param {unknown[]} expected
 */
export function assertSameMembers(actual, expected) {
  assert.deepEqual(sorted(actual), sorted(expected))
}

/** @param {unknown[]} values */
function sorted(values) {
  return [...values].sort((a, b) => compare(JSON.stringify(a), JSON.stringify(b)))
}

/** @param {string} a @param {string} b */
function compare(a, b) {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/**
 * What `set` and `JSON` make of a value.
 *
 * @param {unknown} value
 */
export function asStored(value) {
  return JSON.parse(JSON.stringify(value))
}

/**
 * Every method that takes a trace id, called with it.
 *
 * @param {RedisStateAdapter} state
 * @param {string} traceId
 * @returns {{ name: string, applied?: 'no', call: () => Promise<unknown> }[]}
 */
export function callsWithTraceId(state, traceId) {
  return [
    ...callsWithEntry(state, traceId, 'key'),
    { name: 'getGroup', call: () => state.getGroup(traceId) },
    { name: 'keys', call: () => state.keys(traceId) },
    { name: 'items', call: () => state.items({ groupId: traceId }) },
    { name: 'clear', applied: 'no', call: () => state.clear(traceId) },
  ]
}

/**
 * Every method that takes a trace id and a key, called with them.
 *
 * @param {RedisStateAdapter} state
 * @param {string} traceId
 * @param {string} key
 * @returns {{ name: string, applied?: 'no', call: () => Promise<unknown> }[]}
 */
export function callsWithEntry(state, traceId, key) {
  return [
    { name: 'get', call: () => state.get(traceId, key) },
    { name: 'set', applied: 'no', call: () => state.set(traceId, key, 1) },
    { name: 'delete', applied: 'no', call: () => state.delete(traceId, key) },
  ]
}

/**
 * The names and values of items; how a listing by a trace id with `:` splits a name is left open here.
 *
 * @param {StateItem[]} items
 */
export function entriesOf(items) {
  return items.map(({ groupId, key, value }) => [`${groupId}:${key}`, value])
}
