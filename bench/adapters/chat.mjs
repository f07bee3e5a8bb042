// @ts-check

import { load } from './load.mjs'

const lockMs = 10_000
const message = { text: 'm'.repeat(150) }

/** @param {string} url */
const ours = (url) => open('redis-state-adapter/chat', url)
/** @param {string} url */
const theirs = (url) => open('@chat-adapter/state-redis', url)

/** @type {import('../types.js').AdapterComparison} */
export const comparison = {
  replaces: '@chat-adapter/state-redis',
  ours,
  theirs,
  calls: [
    { call: 'acquireLock + releaseLock', inFlight: [1, 32], atLeast: 1, run: lockAndRelease },
    { call: 'appendToList, 20 kept', inFlight: [1, 32], atLeast: 1, run: append },
    {
      call: 'appendToList, one list, 20 kept',
      inFlight: [32],
      atLeast: 1,
      run: (state) => state.appendToList('one', message, { maxLength: 20, ttlMs: 60_000 }),
    },
    { call: 'enqueue + dequeue', inFlight: [1, 32], atLeast: 1, run: enqueueAndDequeue },
    { call: 'set', inFlight: [1, 32], atLeast: 1, run: (state, at) => state.set(`k${at % 1_000}`, message) },
    {
      call: 'get',
      inFlight: [1, 32],
      atLeast: 1,
      prepare: (state) => state.set('there', message),
      run: (state) => state.get('there'),
    },
    {
      call: 'isSubscribed',
      inFlight: [1, 32],
      atLeast: 1,
      prepare: (state) => state.subscribe('t1'),
      run: (state) => state.isSubscribed('t1'),
    },
  ],
}

/**
 * @param {string} name
 * @param {string} url
 */
async function open(name, url) {
  const { createRedisState } = await load(name)
  const state = createRedisState({ url })
  await state.connect()
  return state
}

/**
 * @param {any} state
 * @param {number} at
 */
async function lockAndRelease(state, at) {
  const lock = await state.acquireLock(`t${at}`, lockMs)
  if (lock === null) throw new Error('the lock was not acquired')
  await state.releaseLock(lock)
}

/**
 * @param {any} state
 * @param {number} at
 */
function append(state, at) {
  return state.appendToList(`list${at % 100}`, message, { maxLength: 20, ttlMs: 60_000 })
}

/**
 * @param {any} state
 * @param {number} at
 */
async function enqueueAndDequeue(state, at) {
  const now = Date.now()
  await state.enqueue(`t${at}`, { message, enqueuedAt: now, expiresAt: now + 90_000 }, 10)
  if ((await state.dequeue(`t${at}`)) === null) throw new Error('the queue was empty')
}
