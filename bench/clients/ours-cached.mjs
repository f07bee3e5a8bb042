// @ts-check

import { load } from './load.mjs'

/**
 * @param {string} url
 * @param {object | true} [cache]
 */
export async function open(url, cache = true) {
  const { RedisStateAdapter } = await load('redis-state-adapter')
  return new RedisStateAdapter({ url, cache, stackTraces: false })
}
