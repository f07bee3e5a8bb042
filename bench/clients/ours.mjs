// @ts-check

import { addressOf } from './address.mjs'

/** @param {string} url */
export async function open(url) {
  const { RedisStateAdapter } = await import('../../index.mjs')
  return new RedisStateAdapter({ url })
}

/** @param {string[]} urls of nodes */
export async function openCluster(urls) {
  const { RedisStateAdapter } = await import('../../index.mjs')
  return new RedisStateAdapter({ cluster: { nodes: urls.map(addressOf) } })
}
