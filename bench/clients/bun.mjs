// @ts-check

import { thinAdapter } from './thin.mjs'

/** @param {string} url */
export async function open(url) {
  const { Bun } = /** @type {any} */ (globalThis)
  const client = new Bun.RedisClient(url)
  return thinAdapter({
    get: (key) => client.get(key),
    set: (key, text) => client.set(key, text),
    getdel: (key) => client.getdel(key),
    mget: (keys) => client.mget(...keys),
    unlink: (keys) => client.unlink(...keys),
    scan: async (from, match, count) => {
      const [cursor, keys] = await client.send('SCAN', [from, 'MATCH', match, 'COUNT', String(count)])
      return { cursor, keys }
    },
    close: async () => client.close(),
  })
}
