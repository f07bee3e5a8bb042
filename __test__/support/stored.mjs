// @ts-check

import { traceId } from './audit.mjs'

/**
 * The entries of an audit on all given servers, by key.
 *
 * @param {import('./redis.mjs').RedisServer[]} servers
 * @returns {Promise<Map<string, number>>}
 */
export async function storedBy(...servers) {
  const prefix = `motia:state:${traceId}:`
  /** @type {Map<string, number>} */
  const stored = new Map()
  for (const server of servers) {
    const client = await server.client()
    const names = (await client.keys('*')).filter((name) => name.startsWith(prefix))
    const texts = await Promise.all(names.map((name) => client.get(name)))
    for (const [index, name] of names.entries()) stored.set(name.slice(prefix.length), Number(texts[index]))
  }
  return stored
}
