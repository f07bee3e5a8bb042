// @ts-check

import { load } from './load.mjs'

const windowMs = 60_000

/** @type {import('../types.js').AdapterComparison} */
export const comparison = {
  replaces: 'rate-limit-redis',
  ours,
  theirs,
  calls: [
    {
      call: 'increment',
      inFlight: [1, 32, 256],
      atLeast: 1,
      run: async (store, at) => {
        if ((await store.increment(`ip${at % 1_000}`)).totalHits < 1) throw new Error('the hit was not counted')
      },
    },
    {
      call: 'increment + decrement',
      inFlight: [1, 32],
      atLeast: 1,
      run: async (store, at) => {
        await store.increment(`ip${at % 1_000}`)
        await store.decrement(`ip${at % 1_000}`)
      },
    },
    { call: 'get', inFlight: [1, 32], atLeast: 1, run: (store, at) => store.get(`ip${at % 1_000}`) },
  ],
}

/** @param {string} url */
async function ours(url) {
  const { RedisStore } = await load('redis-state-adapter/rate-limit')
  const store = new RedisStore({ client: url })
  store.init({ windowMs })
  return store
}

/** @param {string} url */
async function theirs(url) {
  const [{ RedisStore }, { createClient }] = [await load('rate-limit-redis'), await load('redis')]
  const client = createClient({ url })
  client.on('error', () => {})
  await client.connect()
  const store = new RedisStore({ sendCommand: (/** @type {string[]} */ ...args) => client.sendCommand(args) })
  await store.init({ windowMs })
  return store
}
