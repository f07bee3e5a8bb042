// @ts-check
// As in production, where `stackTraces` is off by default.

import { addressOf } from './address.mjs'

/** @param {string} url */
export async function open(url) {
  const { RedisStateAdapter } = await import('../../index.mjs')
  return new RedisStateAdapter({ url, stackTraces: false })
}

/** @param {string[]} urls of nodes */
export async function openCluster(urls) {
  const { RedisStateAdapter } = await import('../../index.mjs')
  return new RedisStateAdapter({ cluster: { nodes: urls.map(addressOf) }, stackTraces: false })
}
