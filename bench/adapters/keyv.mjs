// @ts-check

import { load } from './load.mjs'

const value = { name: 'Ada', email: 'ada@example.com', roles: ['admin', 'editor'], text: 't'.repeat(100) }
const inFlight = [1, 32, 256]

/** @type {import('../types.js').AdapterComparison} */
export const comparison = {
  replaces: '@keyv/redis',
  ours: (url) => open('redis-state-adapter/keyv', url),
  theirs: (url) => open('@keyv/redis', url),
  calls: [
    {
      call: 'get',
      inFlight,
      atLeast: 1,
      prepare: (keyv) => setSome(keyv, 1_000),
      run: async (keyv, at) => {
        if ((await keyv.get(`k${at % 1_000}`)) === undefined) throw new Error('there was no value')
      },
    },
    { call: 'set', inFlight, atLeast: 1, run: (keyv, at) => written(keyv.set(`k${at % 1_000}`, value)) },
    {
      call: 'set with a ttl',
      inFlight,
      atLeast: 1,
      run: (keyv, at) => written(keyv.set(`k${at % 1_000}`, value, 60_000)),
    },
    {
      call: 'delete + set',
      inFlight,
      atLeast: 1,
      run: async (keyv, at) => {
        await keyv.delete(`d${at % 1_000}`)
        await written(keyv.set(`d${at % 1_000}`, value))
      },
    },
    {
      call: 'getMany of 100',
      inFlight: [1, 32],
      atLeast: 1,
      prepare: (keyv) => setSome(keyv, 100),
      run: (keyv) => keyv.getMany(Array.from({ length: 100 }, (_, at) => `k${at}`)),
    },
    {
      call: 'setMany of 100',
      inFlight: [1, 32],
      atLeast: 1,
      run: (keyv) =>
        written(keyv.setMany(Array.from({ length: 100 }, (_, at) => ({ key: `m${at}`, value, ttl: 60_000 })))),
    },
  ],
}

/**
 * @param {string} name
 * @param {string} url
 */
async function open(name, url) {
  const { createKeyv } = await load(name)
  return createKeyv(url, { namespace: 'bench' })
}

/**
 * @param {any} keyv
 * @param {number} count
 */
async function setSome(keyv, count) {
  await written(keyv.setMany(Array.from({ length: count }, (_, at) => ({ key: `k${at}`, value }))))
}

/** Keyv resolves to false if a write fails; @keyv/redis to nothing after one of many. @param {Promise<any>} writing */
async function written(writing) {
  const result = await writing
  if (result === false || (Array.isArray(result) && result.includes(false))) throw new Error('a write failed')
}
