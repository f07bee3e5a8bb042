// @ts-check
// The calls that clients make on the entries of a round. Each records its result in the form that the model
// (judge/register.mjs) expects.

import { createHash } from 'node:crypto'

/**
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 * @import { Random } from './random.mjs'
 *
 * @typedef {{ value?: string, expected?: string }} Input
 * @typedef {{ result?: string | null, isConflict?: boolean, fence?: number, ttl?: number }} Outcome
 *
 * @typedef {object} Place of an entry in the store
 * @property {string} traceId
 * @property {string} key
 *
 * @typedef {object} CallKind
 * @property {string} name of the operation
 * @property {(known: Known, random: Random) => Input} inputOf
 * @property {(state: RedisStateAdapter, place: Place, input: Input, random: Random) => Promise<Outcome>} run
 */

/** Every transaction writes all of these keys, with the same value. */
const TOGETHER = ['a', 'b', 'c']

/** What a client has read of an entry. Also creates values that no other client writes. */
export class Known {
  /** JSON text of the last result. @type {string | null} */
  seen = null
  #nextNumber

  /** @param {() => number} nextNumber */
  constructor(nextNumber) {
    this.#nextNumber = nextNumber
  }

  newValue() {
    return String(this.#nextNumber())
  }
}

/** @param {unknown} value */
const textOf = (value) => (value === null ? null : JSON.stringify(value))
/** @param {string} text */
const etagOf = (text) => createHash('sha1').update(text).digest('hex')
/** @param {string | undefined} text */
const parsed = (text) => JSON.parse(/** @type {string} */ (text))

const nothing = () => ({})
/** @param {Known} known */
const newValue = (known) => ({ value: known.newValue() })
/** @param {Known} known */
const replacement = (known) => ({ value: known.newValue(), expected: known.seen ?? '0' })

/** @type {CallKind} */
const get = {
  name: 'get',
  inputOf: nothing,
  run: async (state, { traceId, key }) => ({ result: textOf(await state.get(traceId, key)) }),
}
/** @type {CallKind} */
const remove = {
  name: 'delete',
  inputOf: nothing,
  run: async (state, { traceId, key }) => ({ result: textOf(await state.delete(traceId, key)) }),
}
/** @type {CallKind} */
const set = {
  name: 'set',
  inputOf: newValue,
  run: async (state, { traceId, key }, { value }) => {
    await state.set(traceId, key, parsed(value))
    return {}
  },
}
/** @type {CallKind} */
const create = {
  name: 'create',
  inputOf: newValue,
  run: (state, { traceId, key }, { value }) => conditional(state.set(traceId, key, parsed(value), { ifAbsent: true })),
}
/** @type {CallKind} */
const replace = {
  name: 'replace',
  inputOf: replacement,
  run: (state, { traceId, key }, { value, expected = '' }) =>
    conditional(state.set(traceId, key, parsed(value), { ifMatch: etagOf(expected) })),
}
/** @type {CallKind} */
const increment = {
  name: 'increment',
  inputOf: (_, random) => ({ value: String(1 + random.below(1000)) }),
  run: async (state, { traceId, key }, { value }) => ({
    result: textOf(await state.increment(traceId, key, parsed(value))),
  }),
}
/** @type {CallKind} */
const append = {
  name: 'append',
  inputOf: newValue,
  run: async (state, { traceId, key }, { value }) => {
    const { newValue } = await state.update(traceId, key, [{ op: 'append', path: '', value: parsed(value) }])
    return { result: textOf(newValue) }
  },
}

/** @type {CallKind} */
const setTogether = {
  name: 'set',
  inputOf: newValue,
  run: async (state, { traceId }, { value }) => {
    await state.transaction(traceId, (tx) => {
      for (const key of TOGETHER) tx.set(key, parsed(value))
    })
    return {}
  },
}
/** @type {CallKind} */
const replaceTogether = {
  name: 'replace',
  inputOf: replacement,
  run: (state, { traceId }, { value, expected = '' }, random) => {
    const replacing = state.transaction(traceId, (tx) => {
      tx.check(random.of(TOGETHER), { ifMatch: etagOf(expected) })
      for (const key of TOGETHER) tx.set(key, parsed(value))
    })
    return conditional(replacing)
  },
}
/** @type {CallKind} */
const deleteTogether = {
  name: 'clear',
  inputOf: nothing,
  run: async (state, { traceId }) => {
    await state.transaction(traceId, (tx) => {
      for (const key of TOGETHER) tx.delete(key)
    })
    return {}
  },
}
/** @type {CallKind} */
const getOfTogether = {
  name: 'get',
  inputOf: nothing,
  run: async (state, { traceId }, _, random) => ({ result: textOf(await state.get(traceId, random.of(TOGETHER))) }),
}

/** By kind of entry. A call that is listed twice is made twice as often. @type {Record<string, CallKind[]>} */
export const CALLS = {
  register: [get, get, get, set, set, remove, create, replace],
  counter: [get, increment, increment, increment, remove],
  list: [get, append, append, append, remove],
  together: [getOfTogether, getOfTogether, getOfTogether, setTogether, replaceTogether, deleteTogether],
}

/** The places of an entry, all of which have the same value while no transaction is in flight. @param {string} entry */
export function placesOf(entry) {
  const keys = entry.startsWith('together') ? TOGETHER : ['entry']
  return keys.map((key) => ({ traceId: entry, key }))
}

/**
 * @param {Promise<unknown>} writing
 * @returns {Promise<Outcome>}
 */
async function conditional(writing) {
  try {
    await writing
    return {}
  } catch (error) {
    if (/** @type {any} */ (error).code === 'ERR_CONFLICT') return { isConflict: true }
    throw error
  }
}
