// @ts-check
// Adds the methods of the adapters to a raw client, in the fastest way for such a client.

import { prefix } from '../values.mjs'

/**
 * @typedef {import('../types.js').Commands} Commands
 * @typedef {import('../types.js').State} State
 */

const scanCount = 1_000
const batchSize = 500

/**
 * @param {Commands} commands
 * @returns {State}
 */
export function thinAdapter(commands) {
  return {
    get: async (traceId, key) => parse(await commands.get(`${prefix}${traceId}:${key}`)),
    set: async (traceId, key, value) => {
      await commands.set(`${prefix}${traceId}:${key}`, JSON.stringify(value))
      return value
    },
    delete: async (traceId, key) => parse(await commands.getdel(`${prefix}${traceId}:${key}`)),
    getGroup: async (traceId) => (await entries(commands, `${prefix}${traceId}:`)).map(([, value]) => value),
    keys: (traceId) => keysBelow(commands, `${prefix}${traceId}:`),
    items: ({ groupId }) => items(commands, groupId),
    traceIds: async () => [...new Set((await keysBelow(commands, prefix)).map(traceIdOf))],
    clear: (traceId) => clear(commands, `${prefix}${traceId}:`),
    cleanup: () => commands.close(),
  }
}

/** @param {string | null} text */
function parse(text) {
  return text === null ? null : JSON.parse(text)
}

/** @param {string} name */
function traceIdOf(name) {
  return name.slice(0, name.indexOf(':'))
}

/**
 * @param {Commands} commands
 * @param {string} [groupId]
 */
async function items(commands, groupId) {
  const start = groupId === undefined ? prefix : `${prefix}${groupId}:`
  return (await entries(commands, start)).map(([redisKey, value]) => {
    const name = redisKey.slice(prefix.length)
    const traceId = groupId ?? traceIdOf(name)
    return { groupId: traceId, key: name.slice(traceId.length + 1), type: typeOf(value), value }
  })
}

/** @param {unknown} value */
function typeOf(value) {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

/**
 * @param {Commands} commands
 * @param {string} start
 */
async function keysBelow(commands, start) {
  /** @type {string[]} */
  const names = []
  for await (const keys of batches(commands, start)) names.push(...keys.map((key) => key.slice(start.length)))
  return names
}

/**
 * Reads values while the scan continues.
 *
 * @param {Commands} commands
 * @param {string} start
 */
async function entries(commands, start) {
  const reads = []
  for await (const keys of batches(commands, start)) reads.push(read(commands, keys))
  return (await Promise.all(reads)).flat()
}

/**
 * @param {Commands} commands
 * @param {string[]} keys
 */
async function read(commands, keys) {
  const texts = await commands.mget(keys)
  return keys.flatMap((key, at) => {
    const text = texts[at]
    return text === null ? [] : [/** @type {[string, unknown]} */ ([key, JSON.parse(text)])]
  })
}

/**
 * @param {Commands} commands
 * @param {string} start
 */
async function clear(commands, start) {
  const removals = []
  for await (const keys of batches(commands, start)) removals.push(commands.unlink(keys))
  await Promise.all(removals)
}

/**
 * Collects several pages, because a page of a large keyspace contains only a few keys of a group. SCAN may return a key
 * twice.
 *
 * @param {Commands} commands
 * @param {string} start
 */
async function* batches(commands, start) {
  const seen = new Set()
  /** @type {string[]} */
  let batch = []
  for await (const page of pages(commands, `${start}*`)) {
    for (const key of page) {
      if (seen.size !== seen.add(key).size) batch.push(key)
    }
    if (batch.length < batchSize) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/**
 * @param {Commands} commands
 * @param {string} match
 */
async function* pages(commands, match) {
  let cursor = '0'
  do {
    const page = await commands.scan(cursor, match, scanCount)
    yield page.keys
    cursor = String(page.cursor)
  } while (cursor !== '0')
}
