// @ts-check

import { load } from './load.mjs'
import { thinAdapter } from './thin.mjs'

/**
 * @param {string} url
 * @param {object} [options]
 */
export async function open(url, options = {}) {
  const { Redis } = await load('ioredis')
  return stateOf(new Redis(url, options))
}

/** @param {string[]} urls of nodes */
export async function openCluster(urls) {
  const { Cluster } = await load('ioredis')
  return stateOf(new Cluster(urls))
}

/** @param {any} client */
function stateOf(client) {
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
