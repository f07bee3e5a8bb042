// @ts-check
// Adapters with a planted fault, as a bug of the client or the core would cause. The judge must find each.

/**
 * @typedef {import('redis-state-adapter').RedisStateAdapter} Adapter
 * @typedef {(state: Adapter, ids: [string, string], ...args: any[]) => Promise<any>} Faulty replaces a method
 */

/** One call in so many is faulty. */
const ONE_IN = 20
/** Delay of writes that are executed too late, in milliseconds. */
const DELAY = 30

/** @param {number} time @returns {Promise<void>} */
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time))

/** The trace id of the other entry of the same kind and round. @param {string} traceId */
const neighbourOf = (traceId) => traceId.replace(/\d$/, (digit) => (digit === '0' ? '1' : '0'))

/** State of the faulty calls. @type {{ stale: Map<string, any>, lock: any }} */
const memory = { stale: new Map(), lock: null }

/** By name: the faulty method and its replacement. @type {Record<string, [keyof Adapter, Faulty]>} */
export const MUTANTS = {
  'a get that returns the value of another entry': [
    'get',
    (state, [traceId, key]) => state.get(neighbourOf(traceId), key),
  ],
  'a get that returns an outdated value': [
    'get',
    async (state, [traceId, key]) => {
      if (memory.stale.has(traceId)) return memory.stale.get(traceId)
      const value = await state.get(traceId, key)
      memory.stale.set(traceId, value)
      return value
    },
  ],
  'a get that returns null for an existing entry': ['get', async () => null],
  'a set that is executed twice': [
    'set',
    async (state, ids, value, options) => {
      const result = await state.set(...ids, value, options)
      pause(DELAY).then(() => state.set(...ids, value))
      return result
    },
  ],
  'a set that is acknowledged but not executed': ['set', async (_, __, value) => value],
  'a set that is acknowledged before it is executed': [
    'set',
    async (state, ids, value) => {
      pause(DELAY).then(() => state.set(...ids, value))
      return value
    },
  ],
  'a set that is executed but rejects with applied: no': [
    'set',
    async (state, ids, value) => {
      await state.set(...ids, value)
      throw Object.assign(new Error('planted'), { code: 'ERR_CONNECTION', applied: 'no' })
    },
  ],
  'a set that ignores its condition': ['set', (state, ids, value) => state.set(...ids, value)],
  'a set that rejects with a conflict although its condition holds': [
    'set',
    async () => {
      throw Object.assign(new Error('planted'), { code: 'ERR_CONFLICT', applied: 'no' })
    },
  ],
  'a delete that is acknowledged but not executed': ['delete', (state, ids) => state.get(...ids)],
  'a delete that is not atomic': [
    'delete',
    async (state, ids) => {
      const value = await state.get(...ids)
      await pause(DELAY)
      await state.delete(...ids)
      return value
    },
  ],
  'an increment that is executed twice': [
    'increment',
    async (state, ids, by) => {
      await state.increment(...ids, by)
      return state.increment(...ids, by)
    },
  ],
  'an increment that is not atomic': [
    'increment',
    async (state, ids, by) => {
      const sum = /** @type {number} */ (await state.get(...ids)) + by
      await state.set(...ids, sum)
      return sum
    },
  ],
  'an append that is executed twice': [
    'update',
    async (state, ids, operations) => {
      await state.update(...ids, operations)
      return state.update(...ids, operations)
    },
  ],
  'a transaction that is executed in part': [
    'transaction',
    (state, [traceId], work) => state.transaction(traceId, (tx) => work(firstOnly(tx))),
  ],
  'a lock that two callers hold': [
    'lock',
    async (state, ids, options) => {
      const lock = await state.lock(...ids, options)
      return lock ?? memory.lock
    },
  ],
}

/** A transaction that keeps only the first write. @param {any} tx */
function firstOnly(tx) {
  let writes = 0
  const partly = {
    check: () => partly,
    set(/** @type {any[]} */ ...args) {
      if (writes++ === 0) tx.set(...args)
      return partly
    },
    delete(/** @type {any[]} */ ...args) {
      if (writes++ === 0) tx.delete(...args)
      return partly
    },
  }
  return partly
}

/**
 * @param {Adapter} state
 * @param {string} name
 * @returns {Adapter} one in which every twentieth call of the method is faulty
 */
export function mutantOf(state, name) {
  const [method, faulty] = MUTANTS[name]
  let calls = 0
  return new Proxy(state, {
    get(target, property) {
      const value = /** @type {any} */ (target)[property]
      if (typeof value !== 'function') return value
      if (property !== method) return value.bind(target)
      return async (/** @type {any[]} */ ...args) => {
        if (++calls % ONE_IN !== 0) {
          const result = await value.apply(target, args)
          if (method === 'lock') memory.lock = result ?? memory.lock
          return result
        }
        const ids = /** @type {[string, string]} */ (method === 'transaction' ? [args[0]] : args.slice(0, 2))
        return faulty(target, ids, ...args.slice(ids.length))
      }
    },
  })
}
