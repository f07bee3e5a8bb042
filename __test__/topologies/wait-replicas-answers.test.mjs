// @ts-check
// With too few replicas a call that wrote rejects, and a call that wrote nothing returns its normal result.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RedisStateError } from 'redis-state-adapter'
import { startedCluster } from '../support/cluster.mjs'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { shown } from '../support/shown.mjs'

/**
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {(state: RedisStateAdapter, key: string) => Promise<any>} [prepare] without waiting for replicas
 * @property {(state: RedisStateAdapter, key: string) => Promise<any>} call
 */

const traceId = 'trace'
const OTHER_ETAG = '0'.repeat(40)
/** In seconds. */
const ttl = 60
/** @type {import('redis-state-adapter').UpdateOperation} */
const increment = { op: 'increment', path: [] }

/** @type {NonNullable<Row['prepare']>} */
const present = (state, key) => state.set(traceId, key, 1)
/** @type {NonNullable<Row['prepare']>} */
const held = (state, key) => state.lock(traceId, key, { ttl: '60s' })
/** @type {NonNullable<Row['prepare']>} */
const counted = (state, key) => state.rateLimit(traceId, key, { limit: 1, window: '60s' })

/** @type {Row[]} */
const writing = [
  { name: 'set', call: (state, key) => state.set(traceId, key, 1) },
  { name: 'set ifAbsent', call: (state, key) => state.set(traceId, key, 1, { ifAbsent: true }) },
  { name: 'set ifMatch', prepare: present, call: async (state, key) => setMatching(state, key) },
  { name: 'delete', prepare: present, call: (state, key) => state.delete(traceId, key) },
  { name: 'delete ifMatch', prepare: present, call: async (state, key) => deleteMatching(state, key) },
  { name: 'touch', prepare: present, call: (state, key) => state.touch(traceId, key, ttl) },
  {
    name: 'persist',
    prepare: (state, key) => state.set(traceId, key, 1, { ttl }),
    call: (state, key) => state.persist(traceId, key),
  },
  { name: 'increment', call: (state, key) => state.increment(traceId, key, 1) },
  { name: 'increment of a field', call: (state, key) => state.increment(traceId, key, 1, { field: 'n' }) },
  { name: 'update', prepare: present, call: (state, key) => state.update(traceId, key, [increment]) },
  { name: 'lock', call: (state, key) => state.lock(traceId, key, { ttl: '60s' }) },
  { name: 'rateLimit', call: (state, key) => state.rateLimit(traceId, key, { limit: 1, window: '60s' }) },
  { name: 'transaction', call: (state, key) => state.transaction(traceId, [{ op: 'set', key, value: 1 }]) },
  {
    name: 'transaction that deletes',
    prepare: present,
    call: (state, key) => state.transaction(traceId, [{ op: 'delete', key }]),
  },
  { name: 'setMany', call: (state, key) => onlyError(state.setMany(traceId, { [key]: 1 })) },
  { name: 'deleteMany', prepare: present, call: (state, key) => onlyError(state.deleteMany(traceId, [key])) },
]

/** @type {(Row & { answer?: any, code?: string })[]} */
const idle = [
  {
    name: 'set ifAbsent of an existing entry',
    prepare: present,
    call: (state, key) => state.set(traceId, key, 2, { ifAbsent: true }),
    code: 'ERR_CONFLICT',
  },
  {
    name: 'set ifMatch of another etag',
    prepare: present,
    call: (state, key) => state.set(traceId, key, 2, { ifMatch: OTHER_ETAG }),
    code: 'ERR_CONFLICT',
  },
  { name: 'delete of a missing entry', call: (state, key) => state.delete(traceId, key), answer: null },
  {
    name: 'delete ifMatch of another etag',
    prepare: present,
    call: (state, key) => state.delete(traceId, key, { ifMatch: OTHER_ETAG }),
    code: 'ERR_CONFLICT',
  },
  { name: 'touch of a missing entry', call: (state, key) => state.touch(traceId, key, ttl), answer: false },
  { name: 'persist of a missing entry', call: (state, key) => state.persist(traceId, key), answer: false },
  {
    name: 'persist of an entry without expiry',
    prepare: present,
    call: (state, key) => state.persist(traceId, key),
    answer: false,
  },
  {
    name: 'increment of a text',
    prepare: (state, key) => state.set(traceId, key, 'text'),
    call: (state, key) => state.increment(traceId, key, 1),
    code: 'ERR_WRONG_TYPE',
  },
  {
    name: 'update that changes nothing',
    prepare: present,
    call: (state, key) => state.update(traceId, key, [{ op: 'set', path: [], value: 1 }]),
    answer: { oldValue: 1, newValue: 1 },
  },
  {
    name: 'update that removes a missing entry',
    call: (state, key) => state.update(traceId, key, [{ op: 'remove', path: [] }]),
    answer: { oldValue: null, newValue: null },
  },
  {
    name: 'update ifMatch of another etag',
    prepare: present,
    call: (state, key) => state.update(traceId, key, [increment], { ifMatch: OTHER_ETAG }),
    code: 'ERR_CONFLICT',
  },
  {
    name: 'lock that another caller holds',
    prepare: held,
    call: (state, key) => state.lock(traceId, key, { ttl: '60s', timeout: '20ms' }),
    answer: null,
  },
  {
    name: 'rateLimit beyond its limit',
    prepare: counted,
    call: async (state, key) => {
      const { allowed, remaining } = await state.rateLimit(traceId, key, { limit: 1, window: '60s' })
      return { allowed, remaining }
    },
    answer: { allowed: false, remaining: 0 },
  },
  {
    name: 'transaction whose condition does not hold',
    prepare: present,
    call: (state, key) => state.transaction(traceId, [{ op: 'set', key, value: 2, ifAbsent: true }]),
    code: 'ERR_CONFLICT',
  },
  {
    name: 'transaction of checks',
    call: (state, key) => state.transaction(traceId, [{ op: 'check', key, ifAbsent: true }]),
    answer: undefined,
  },
  {
    name: 'transaction that deletes a missing entry',
    call: (state, key) => state.transaction(traceId, [{ op: 'delete', key }]),
    answer: undefined,
  },
  { name: 'empty transaction', call: (state) => state.transaction(traceId, []), answer: undefined },
  { name: 'deleteMany of a missing entry', call: (state, key) => state.deleteMany(traceId, [key]), answer: 0 },
  { name: 'clear, which never waits', prepare: present, call: (state) => state.clear(traceId), answer: undefined },
]

for (const [server, optionsOf] of /** @type {const} */ ([
  ['one server', async (/** @type {any} */ t) => ({ url: (await started(t)).url })],
  ['a cluster', async (/** @type {any} */ t) => (await startedCluster(t)).options],
])) {
  describe(`with too few replicas on ${server}`, () => {
    it('calls that wrote reject with ERR_NOT_REPLICATED, others return their result', async (t) => {
      const options = { ...(await optionsOf(t)), hashTags: true }
      const plain = open(t, options)
      const state = open(t, { ...options, waitReplicas: { count: 1, timeout: 1 } })
      for (const [index, { name, prepare, call }] of writing.entries()) {
        await prepare?.(plain, `w${index}`)
        const outcome = await outcomeOf(call(state, `w${index}`))
        assert.deepEqual([name, outcome], [name, { code: 'ERR_NOT_REPLICATED', applied: 'yes' }])
      }
      for (const [index, { name, prepare, call, code, answer }] of idle.entries()) {
        await prepare?.(plain, `i${index}`)
        const outcome = await outcomeOf(call(state, `i${index}`))
        assert.deepEqual([name, outcome], [name, code ? { code, applied: 'no' } : { answer }])
      }
    })
  })
}

/** @param {Promise<any>} call */
async function outcomeOf(call) {
  try {
    return { answer: await call }
  } catch (error) {
    assert.ok(error instanceof RedisStateError, shown(error))
    return { code: error.code, applied: error.applied }
  }
}

/** The error of the only entry. @param {Promise<any>} call */
function onlyError(call) {
  return call.catch(({ errors: [error] }) => Promise.reject(error))
}

/** @param {RedisStateAdapter} state @param {string} key */
async function setMatching(state, key) {
  const found = await state.getWithMetadata(traceId, key)
  return state.set(traceId, key, 2, { ifMatch: found?.etag })
}

/** @param {RedisStateAdapter} state @param {string} key */
async function deleteMatching(state, key) {
  const found = await state.getWithMetadata(traceId, key)
  return state.delete(traceId, key, { ifMatch: found?.etag })
}
