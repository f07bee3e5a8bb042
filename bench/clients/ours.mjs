// @ts-check
// As in production, where `stackTraces` is off by default.

import { addressOf } from './address.mjs'
import { load } from './load.mjs'

/** @param {string} url */
export async function open(url) {
  const { RedisStateAdapter } = await load('redis-state-adapter')
  return new RedisStateAdapter({ url, stackTraces: false })
}

/** @param {string[]} urls of nodes */
export async function openCluster(urls) {
  const { RedisStateAdapter } = await load('redis-state-adapter')
  return new RedisStateAdapter({ cluster: { nodes: urls.map(addressOf) }, stackTraces: false })
}
