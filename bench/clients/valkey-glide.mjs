// @ts-check

import { load } from './load.mjs'
import { thinAdapter } from './thin.mjs'

// Its defaults of 250 ms and 1,000 calls would make errors of what is to be measured.
const limits = { requestTimeout: 60_000, inflightRequestsLimit: 100_000 }

/** @param {string} url */
export async function open(url) {
  const { GlideClient, Logger } = await load('@valkey/valkey-glide')
  Logger.setLoggerConfig('off')
  const { hostname, port } = new URL(url)
  const client = await GlideClient.createClient({ addresses: [{ host: hostname, port: Number(port) }], ...limits })
  return thinAdapter({
    get: (key) => client.get(key),
    set: (key, text) => client.set(key, text),
    getdel: (key) => client.getdel(key),
    mget: (keys) => client.mget(keys),
    unlink: (keys) => client.unlink(keys),
    scan: async (from, match, count) => {
      const [cursor, keys] = await client.scan(from, { match, count })
      return { cursor, keys }
    },
    close: async () => client.close(),
  })
}
