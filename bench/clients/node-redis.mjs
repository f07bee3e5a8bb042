// @ts-check

import { load } from './load.mjs'
import { thinAdapter } from './thin.mjs'

/**
 * @param {string} url
 * @param {object} [options]
 */
export async function open(url, options = {}) {
  const { createClient } = await load('redis')
  const client = createClient({ url, ...options })
  await client.connect()
  return thinAdapter({
    get: (key) => client.get(key),
    set: (key, text) => client.set(key, text),
    getdel: (key) => client.getDel(key),
    mget: (keys) => client.mGet(keys),
    unlink: (keys) => client.unlink(keys),
    scan: (cursor, match, count) => client.scan(cursor, { MATCH: match, COUNT: count }),
    close: () => client.close(),
  })
}
