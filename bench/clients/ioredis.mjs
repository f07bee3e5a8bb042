// @ts-check

import { load } from './load.mjs'
import { thinAdapter } from './thin.mjs'

/**
 * @param {string} url
 * @param {object} [options]
 */
export async function open(url, options = {}) {
  const { Redis } = await load('ioredis')
  const client = new Redis(url, options)
  return thinAdapter({
    get: (key) => client.get(key),
    set: (key, text) => client.set(key, text),
    getdel: (key) => client.getdel(key),
    mget: (keys) => client.mget(keys),
    unlink: (keys) => client.unlink(keys),
    scan: async (from, match, count) => {
      const [cursor, keys] = await client.scan(from, 'MATCH', match, 'COUNT', count)
      return { cursor, keys }
    },
    close: () => client.quit(),
  })
}
