// @ts-check
// What README.md says that ACL users need, for tests that grant no more.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'

/**
 * The rules of each `ACL SETUSER` line: of a server, for all methods; besides of one in a cluster or behind sentinels; of a
 * sentinel; and to watch entries.
 *
 * @returns {Promise<{ server: string[], topologies: string[], sentinel: string[], watching: string[] }>}
 */
export async function documentedRules() {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  const lines = [...readme.matchAll(/^ACL SETUSER app (.*)$/gm)].map(([, rules]) => rules.match(/[+&]\S+/g) ?? [])
  const watching = lines.find((rules) => rules.some(isOfWatching))
  const [server, more, topologies, sentinel] = lines.filter((rules) => rules !== watching)
  assert.ok(server && more && topologies && sentinel && watching, 'README.md says less about ACL users')
  return { server: [...server, ...more], topologies, sentinel, watching }
}

/**
 * The rules by which a user may watch the entries below a prefix.
 *
 * @param {string} prefix
 */
export async function rulesOfWatching(prefix) {
  const { watching } = await documentedRules()
  return watching.map((rule) => (isOfWatching(rule) ? rule.replace('motia:state:', prefix) : rule))
}

/** @param {string} rule */
function isOfWatching(rule) {
  return rule.startsWith('&__keyspace')
}
