// @ts-check
// Reads the ACL rules that docs/acl.md documents, so that tests grant exactly those.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'

/**
 * The rules of the `ACL SETUSER` lines, by purpose: all methods on a server, what a cluster or sentinels need in
 * addition, the user on a sentinel, watches, wake-ups on the release of a lock, the option `cache`, and indexes.
 *
 * @returns {Promise<Record<'server' | 'topologies' | 'sentinel' | 'watching' | 'waking' | 'caching' | 'indexing', string[]>>}
 */
export async function documentedRules() {
  const page = await readFile(new URL('../../docs/acl.md', import.meta.url), 'utf8')
  const lines = [...page.matchAll(/^ACL SETUSER app (.*)$/gm)].map(([, rules]) => rulesIn(rules))
  const watching = lines.find((rules) => rules.some(isOfWatching))
  const waking = lines.find((rules) => rules.some((rule) => rule.startsWith('&__state__')))
  const caching = lines.find((rules) => rules.includes('+client|tracking'))
  const indexing = lines.find(isOfIndexes)
  const others = [watching, waking, caching, indexing]
  const [server, more, topologies, sentinel] = lines.filter((rules) => !others.includes(rules))
  const isComplete = server && more && topologies && sentinel && watching && waking && caching && indexing
  assert.ok(isComplete, 'docs/acl.md lacks a line about ACL users')
  return { server: [...server, ...more], topologies, sentinel, watching, waking, caching, indexing }
}

/** The rules that allow every method on one server, with any key prefix. */
export async function rulesOfServer() {
  const { server, waking } = await documentedRules()
  return [...server, ...waking.map((rule) => rule.replace('motia:state:', ''))]
}

/**
 * The rules of a user of one server, with the key patterns, exactly as docs/acl.md prints them.
 *
 * @param {{ exceptWaking?: boolean }} [options]
 */
export async function printedRules({ exceptWaking = false } = {}) {
  const page = await readFile(new URL('../../docs/acl.md', import.meta.url), 'utf8')
  const lines = [...page.matchAll(/^ACL SETUSER app (.*)$/gm)].map(([, rules]) => rules.split(' '))
  const { topologies, sentinel, watching, caching, indexing } = await documentedRules()
  const notOfServer = [topologies, sentinel, watching, caching, indexing]
  const isOfServer = (/** @type {string[]} */ rules) =>
    !notOfServer.some((other) => other.every((rule) => rules.includes(rule))) &&
    !(exceptWaking && rules.includes('+publish'))
  return lines.filter(isOfServer).flat()
}

/**
 * The rules that allow a user to watch the entries with a key prefix.
 *
 * @param {string} prefix
 */
export async function rulesOfWatching(prefix) {
  const { watching } = await documentedRules()
  return watching.map((rule) => (isOfWatching(rule) ? rule.replace('motia:state:', prefix) : rule))
}

/** @param {string[]} rules */
function isOfIndexes(rules) {
  return rules.includes('+zadd')
}

/** @param {string} rule */
function isOfWatching(rule) {
  return rule.startsWith('&__keyspace')
}

/** @param {string} text @returns {string[]} */
function rulesIn(text) {
  return text.match(/[+&]\S+/g) ?? []
}
