// @ts-check

import { load } from './load.mjs'

/** @param {string} url */
export async function open(url) {
  const { RedisStateAdapter } = await load('@motiadev/adapter-redis-state')
  return new RedisStateAdapter({ url })
}
