// @ts-check
// The methods of an adapter as a table of calls.

/**
 * @typedef {import('redis-state-adapter').RedisStateAdapter} Adapter
 *
 * @typedef {object} Call
 * @property {string} name of the method
 * @property {boolean} [writes]
 * @property {() => Promise<unknown>} make
 */

/**
 * Every method that takes a trace id and a key.
 *
 * @param {Adapter} state
 * @param {string} traceId
 * @param {string} key
 * @returns {Call[]}
 */
export function callsWithEntry(state, traceId, key) {
  return [
    { name: 'get', make: () => state.get(traceId, key) },
    { name: 'set', writes: true, make: () => state.set(traceId, key, 'written') },
    { name: 'delete', writes: true, make: () => state.delete(traceId, key) },
  ]
}

/**
 * Every method that takes a trace id.
 *
 * @param {Adapter} state
 * @param {string} traceId
 * @returns {Call[]}
 */
export function callsWithTraceId(state, traceId) {
  return [
    ...callsWithEntry(state, traceId, 'key'),
    { name: 'getGroup', make: () => state.getGroup(traceId) },
    { name: 'getByPrefix', make: () => state.getByPrefix(traceId, 'k') },
    { name: 'keys', make: () => state.keys(traceId) },
    { name: 'count', make: () => state.count(traceId, 'k') },
    { name: 'items', make: () => state.items({ groupId: traceId }) },
    { name: 'query', make: () => state.query({ groupId: traceId, filter: { NEQ: { a: 1 } }, page: { limit: 5 } }) },
    { name: 'scan', make: () => scanned(state, traceId) },
    { name: 'clear', writes: true, make: () => state.clear(traceId) },
  ]
}

/** @param {Adapter} state @param {string} traceId */
async function scanned(state, traceId) {
  const items = []
  for await (const item of state.scan(traceId)) items.push(item)
  return items
}

/**
 * Every method, on the entry `key` of `trace` where it takes one.
 *
 * @param {Adapter} state
 * @returns {Call[]}
 */
export function allCalls(state) {
  return [
    ...callsWithTraceId(state, 'trace'),
    { name: 'traceIds', make: () => state.traceIds() },
    { name: 'items of all', make: () => state.items() },
    { name: 'query of all', make: () => state.query() },
  ]
}

/** @param {Adapter} state */
export function reads(state) {
  return allCalls(state).filter(({ writes }) => !writes)
}

/** @param {Adapter} state */
export function writes(state) {
  return allCalls(state).filter(({ writes }) => writes)
}
