// @ts-check
// What README.md says that ACL users need, for tests that grant no more.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'

/**
 * The rules of each `ACL SETUSER` line: of a server, for all methods; besides of one in a cluster or behind sentinels; of a
 * sentinel.
 *
 * @returns {Promise<{ server: string[], topologies: string[], sentinel: string[] }>}
 */
export async function documentedRules() {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  const lines = [...readme.matchAll(/^ACL SETUSER app (.*)$/gm)].map(([, rules]) => rules.match(/[+&]\S+/g) ?? [])
  const [server, more, topologies, sentinel] = lines
  assert.ok(server && more && topologies && sentinel, 'README.md says less about ACL users')
  return { server: [...server, ...more], topologies, sentinel }
}
