// @ts-check

import { load } from './load.mjs'

const session = { cookie: { originalMaxAge: null }, name: 'Ada', cart: Array(20).fill('book-1') }

/** @type {import('../types.js').AdapterComparison} */
export const comparison = {
  replaces: 'connect-redis',
  ours,
  theirs,
  calls: [
    {
      call: 'get',
      inFlight: [1, 32, 256],
      atLeast: 1,
      prepare: (store) => store.set('there', session),
      run: async (store) => {
        if ((await store.get('there')) === null) throw new Error('there was no session')
      },
    },
    { call: 'set', inFlight: [1, 32, 256], atLeast: 1, run: (store, at) => store.set(`s${at % 1_000}`, session) },
    {
      call: 'touch',
      inFlight: [1, 32, 256],
      atLeast: 1,
      prepare: (store) => store.set('there', session),
      run: (store) => store.touch('there', session),
    },
    { call: 'all of 1,000', inFlight: [1], atLeast: 1, prepare: fill, run: all },
  ],
}

/** @param {string} url */
async function ours(url) {
  const { RedisStore } = await load('redis-state-adapter/session')
  return new RedisStore({ client: url })
}

/** @param {string} url */
async function theirs(url) {
  const [{ RedisStore }, { createClient }] = [await load('connect-redis'), await load('redis')]
  const client = createClient({ url })
  client.on('error', () => {})
  await client.connect()
  return new RedisStore({ client })
}

/** @param {any} store */
function fill(store) {
  return Promise.all(Array.from({ length: 1_000 }, (_, at) => store.set(`s${at}`, session)))
}

/** @param {any} store */
async function all(store) {
  if ((await store.all()).length < 1_000) throw new Error('sessions were missing')
}
