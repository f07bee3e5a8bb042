// @ts-check

import { open as openNodeRedis } from './node-redis.mjs'

/** @param {string} url */
export function open(url) {
  return openNodeRedis(url, { RESP: 3, clientSideCache: { ttl: 0, maxEntries: 0, evictPolicy: 'LRU' } })
}
