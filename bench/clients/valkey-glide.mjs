// @ts-check

import { addressOf } from './address.mjs'
import { load } from './load.mjs'
import { thinAdapter } from './thin.mjs'

// With its defaults of 250 ms and 1,000 calls the measured calls would fail.
const limits = { requestTimeout: 60_000, inflightRequestsLimit: 100_000 }

/** @param {string} url */
export async function open(url) {
  const { GlideClient } = await loadQuiet()
  return stateOf(await GlideClient.createClient({ addresses: [addressOf(url)], ...limits }))
}

/** @param {string[]} urls of nodes */
export async function openCluster(urls) {
  const { GlideClusterClient } = await loadQuiet()
  return stateOf(await GlideClusterClient.createClient({ addresses: urls.map(addressOf), ...limits }))
}

async function loadQuiet() {
  const glide = await load('@valkey/valkey-glide')
  glide.Logger.setLoggerConfig('off')
  return glide
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
      const [cursor, keys] = await client.scan(from, { match, count })
      return { cursor, keys }
    },
    close: async () => client.close(),
  })
}
