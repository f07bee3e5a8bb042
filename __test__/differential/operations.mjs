// @ts-check
// Generates operations for all engines, and reduces their results to what must be equal.

import fc from 'fast-check'

/**
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 *
 * @typedef {object} Operation
 * @property {string} method
 * @property {any[]} args after the trace id
 */

/**
 * @typedef {object} Strings the strings in operations
 * @property {string[]} keys
 * @property {string[]} names of members, and of elements
 * @property {string[]} texts that values hold
 * @property {string[]} prefixes of keys
 */

const number = fc.oneof(
  fc.integer({ min: -9, max: 9 }),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }),
  fc.constantFrom(0.1, 1e-7, 2 ** 53 - 1, -0),
)
/** `current` and `stale` stand for etags, which are read when the operation is executed. */
const condition = fc.constantFrom({}, {}, { ifAbsent: true }, { ifMatch: 'current' }, { ifMatch: 'stale' })
const match = fc.constantFrom({}, { ifMatch: 'current' }, { ifMatch: 'stale' })
const ttl = fc.constantFrom({}, {}, { ttl: 1000 })

/** A bucket that gets no token during a test. */
const OTHER_LIMITS = [
  { limit: 3, window: '1000s', algorithm: 'sliding' },
  { limit: 3, window: '1000s', cost: 2, algorithm: 'token-bucket' },
]

/** @param {...fc.Arbitrary<any>} args */
const given = (...args) => fc.tuple(...args)
/** @param {fc.Arbitrary<any>} first @param {fc.Arbitrary<any>} second */
const both = (first, second) => fc.tuple(first, second).map(([one, other]) => ({ ...one, ...other }))

/**
 * By method: the arguments after the trace id.
 *
 * @param {Strings} strings
 * @returns {Record<string, fc.Arbitrary<any[]>>}
 */
function argumentsOf({ keys, names, texts, prefixes }) {
  const key = fc.constantFrom(...keys)
  const name = fc.constantFrom(...names)
  const { value } = fc.letrec((/** @type {(name: string) => fc.Arbitrary<any>} */ tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      number,
      fc.constantFrom(null, true, ...texts),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
    ),
  }))
  const object = fc.dictionary(name, value, { maxKeys: 3, noNullPrototype: true })
  const path = fc.array(fc.oneof(name, fc.constantFrom(0, 1)), { maxLength: 3 })
  const change = fc.oneof(
    fc.record({ op: fc.constantFrom('set', 'append'), path, value }),
    fc.record({ op: fc.constant('merge'), path, value: object }),
    fc.record({ op: fc.constantFrom('increment', 'decrement'), path, by: number }),
    fc.record({ op: fc.constant('remove'), path }),
  )
  const step = fc.oneof(
    fc.tuple(key, value, condition).map(([key, value, given]) => ({ op: 'set', key, value, ...given })),
    fc.tuple(key, match).map(([key, given]) => ({ op: 'delete', key, ...given })),
    fc.record({ op: fc.constant('check'), key, ifAbsent: fc.constant(true) }),
  )
  const steps = fc.array(step, { maxLength: 4 })
  return {
    get: given(key),
    set: given(key, value, both(condition, ttl)),
    delete: given(key, match),
    has: given(key),
    ttl: given(key),
    touch: given(key, fc.constant(1000)),
    persist: given(key),
    getWithMetadata: given(key),
    increment: given(key, number, ttl),
    update: given(key, fc.array(change, { minLength: 1, maxLength: 4 }), both(match, ttl)),
    getMany: given(fc.array(key, { maxLength: 4 })),
    hasMany: given(fc.array(key, { maxLength: 4 })),
    setMany: given(fc.dictionary(key, value, { maxKeys: 3, noNullPrototype: true })),
    deleteMany: given(fc.uniqueArray(key, { maxLength: 3 })),
    transaction: given(steps),
    withLock: given(key, steps),
    rateLimit: given(
      fc.constantFrom(...keys.slice(0, 1)),
      fc.constantFrom({ limit: 3, window: '1000s' }, ...OTHER_LIMITS),
    ),
    getGroup: given(),
    getByPrefix: given(fc.constantFrom(...prefixes)),
    keys: given(),
    count: given(fc.constantFrom(...prefixes)),
    clear: given(fc.constantFrom(...prefixes)),
  }
}

/**
 * @param {Strings} strings
 * @param {Record<string, fc.Arbitrary<any[]>>} [more] additional methods, with their arguments after the trace id
 */
export function operationOf(strings, more = {}) {
  const methods = Object.entries({ ...argumentsOf(strings), ...more })
  return /** @type {fc.Arbitrary<Operation>} */ (
    fc.oneof(...methods.map(([method, args]) => args.map((args) => ({ method, args }))))
  )
}

const UNORDERED = ['getGroup', 'getByPrefix', 'keys']

/**
 * @param {RedisStateAdapter} state
 * @param {string} traceId
 * @param {Operation} operation with real etags, see `resolved`
 * @returns {Promise<unknown>} the part of the result that must be equal on all engines
 */
export async function outcomeOf(state, traceId, { method, args }) {
  try {
    return comparable(method, await call(state, traceId, method, args))
  } catch (error) {
    const { code, applied, key } = /** @type {any} */ (error)
    if (code === undefined) throw error
    return { code, applied, key }
  }
}

/** @param {any} state @param {string} traceId @param {string} method @param {any[]} args */
function call(state, traceId, method, args) {
  if (method === 'query') return state.query({ ...args[0], groupId: traceId })
  if (method === 'ping') return state.ping()
  return method === 'withLock' ? withLock(state, traceId, args) : state[method](traceId, ...args)
}

/**
 * The results of a lock, and of a transaction that requires it, while it is held and after its release.
 *
 * @param {RedisStateAdapter} state
 * @param {string} traceId
 * @param {any[]} args
 */
async function withLock(state, traceId, [key, steps]) {
  const lock = await state.lock(traceId, key, { ttl: '1000s' })
  if (lock === null) return null
  const attempt = () =>
    state.transaction(traceId, [{ op: 'holds', lock }, ...steps]).catch((/** @type {any} */ error) => error.code)
  return [lock.key, await attempt(), await lock.extend(), await lock.release(), await lock.release(), await attempt()]
}

/**
 * Replaces `current` and `stale` by the present etags.
 *
 * @param {RedisStateAdapter} state
 * @param {string} traceId
 * @param {Operation} operation
 * @returns {Promise<Operation>}
 */
export async function resolved(state, traceId, { method, args }) {
  /** @param {any} given @param {string} key */
  const withEtag = async (given, key) => {
    if (!given?.ifMatch) return given
    const found = given.ifMatch === 'current' ? await state.getWithMetadata(traceId, key).catch(() => null) : null
    return { ...given, ifMatch: found?.etag ?? '0'.repeat(40) }
  }
  /** @param {any} arg */
  const resolve = (arg) =>
    Array.isArray(arg) ? Promise.all(arg.map((step) => withEtag(step, step?.key))) : withEtag(arg, args[0])
  return { method, args: await Promise.all(args.map(resolve)) }
}

/** @param {string} method @param {any} result */
function comparable(method, result) {
  if (method === 'ping') return typeof result
  if (method === 'ttl') return result === null ? null : Math.sign(result)
  if (method === 'rateLimit') return { ...result, resetAfter: undefined }
  if (method === 'getWithMetadata') return result && { value: result.value, etag: result.etag }
  if (method === 'query') return { ...result, token: typeof result.token }
  if (UNORDERED.includes(method)) return inAnyOrder(result)
  return result
}

/**
 * Sorted, so that lists with the same elements in another order are equal.
 *
 * @param {unknown[]} elements
 */
export function inAnyOrder(elements) {
  // Each in its own array, because a set would contain equal texts only once.
  return new Set(elements.map((each) => [each]))
}
