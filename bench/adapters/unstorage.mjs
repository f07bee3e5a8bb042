// @ts-check

import { load } from './load.mjs'

const value = { name: 'Ada', email: 'ada@example.com', roles: ['admin', 'editor'], text: 't'.repeat(100) }
const raw = Buffer.alloc(20_000, 200)
const inFlight = [1, 32, 256]

/** @type {import('../types.js').AdapterComparison} */
export const comparison = {
  replaces: 'unstorage',
  ours: (url) => open('redis-state-adapter/unstorage', url),
  theirs: (url) => open('unstorage/drivers/redis', url),
  calls: [
    {
      call: 'getItem',
      inFlight,
      atLeast: 2.5,
      prepare: (storage) => setSome(storage, 1_000),
      run: async (storage, at) => {
        if ((await storage.getItem(`k${at % 1_000}`)) === null) throw new Error('there was no item')
      },
    },
    { call: 'setItem', inFlight, atLeast: 1.7, run: (storage, at) => storage.setItem(`k${at % 1_000}`, value) },
    {
      call: 'getItemRaw of 20 kB',
      inFlight: [1, 32],
      atLeast: 1.2,
      prepare: (storage) => storage.setItemRaw('raw', raw),
      run: async (storage) => {
        if ((await storage.getItemRaw('raw')).length !== raw.length) throw new Error('there were not all bytes')
      },
    },
    {
      call: 'setItemRaw of 20 kB',
      inFlight: [1, 32],
      atLeast: 1.2,
      run: (storage, at) => storage.setItemRaw(`r${at % 100}`, raw),
    },
    {
      call: 'getItems of 100',
      inFlight: [1, 32],
      prepare: (storage) => setSome(storage, 100),
      run: (storage) => storage.getItems(Array.from({ length: 100 }, (_, at) => `k${at}`)),
    },
  ],
}

/**
 * @param {string} name
 * @param {string} url
 */
async function open(name, url) {
  const [{ createStorage }, { default: driver }] = await Promise.all([load('unstorage'), load(name)])
  return createStorage({ driver: driver({ url, base: 'bench' }) })
}

/**
 * @param {any} storage
 * @param {number} count
 */
async function setSome(storage, count) {
  await storage.setItems(Array.from({ length: count }, (_, at) => ({ key: `k${at}`, value })))
}
