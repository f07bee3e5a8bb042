// @ts-check
'use strict'

const { inPortions, isCluster } = require('../../adapters/raw-keys.js')
const { failure } = require('../../errors.js')
const { followCursor } = require('../../names/follow-cursor.js')
const { scanServer } = require('../../names/scan.js')
const { scanSettled } = require('../../names/settled-scan.js')

/** @typedef {import('../../../index.js').RedisStateAdapter} State */

/** Bytes of values after which the server sends no more, so that large values do not fill the memory. */
const MAX_REPLY = 8 * 1024 * 1024
const READ = Object.freeze(/** @type {const} */ ({ encoding: 'bytes', retry: 'read' }))

/**
 * Reads as many keys as have less than `ARGV[1]` bytes, at least one: for each the value and its time to live. `ARGV[2]` and what
 * follows: the fields of hashes, whose values take the place of that of a string.
 */
const READ_KEYS = `
local found, size = {}, 0
for place, key in ipairs(KEYS) do
  local values
  if ARGV[2] then values = redis.pcall('HMGET', key, unpack(ARGV, 2)) else values = { redis.pcall('GET', key) } end
  if values.err then values = { 'WRONGTYPE' } end
  if type(values[1]) == 'table' then values = { false, 'other' } end
  for _, value in ipairs(values) do size = size + (value and #value or 0) end
  if place > 1 and size > tonumber(ARGV[1]) then break end
  found[#found + 1] = { redis.call('PTTL', key), values }
end
return found`

/** The same for fields of the hash `KEYS[1]`, without times. A key of another type has none. */
const READ_FIELDS = `
local found, size = {}, 0
for place = 2, #ARGV do
  local value = redis.pcall('HGET', KEYS[1], ARGV[place])
  if type(value) == 'table' then value = false end
  size = size + (value and #value or 0)
  if place > 2 and size > tonumber(ARGV[1]) then break end
  found[#found + 1] = value
end
return found`

/** A step through the fields of a hash, without their values. */
const SCAN_FIELDS = `
local reply = redis.call('HSCAN', KEYS[1], ARGV[1], 'COUNT', ARGV[2])
local names = {}
for place = 1, #reply[2], 2 do names[#names + 1] = reply[2][place] end
return { reply[1], names }`

/**
 * Reads keys, in as many calls as their values need.
 *
 * @param {State} state
 * @param {string[]} keys
 * @param {string[]} [fields] of hashes. Omitted: the keys are strings
 * @returns {Promise<[ttl: number, values: (Buffer | null)[]][]>} of a key that is no string: null and `other`
 */
async function readKeys(state, keys, fields = []) {
  const read = (/** @type {string[]} */ some) =>
    state.script(READ_KEYS, { keys: some, args: [MAX_REPLY, ...fields], ...READ })
  if (isCluster(state)) return (await inPortions(state, keys, (key) => read([key]))).flat()
  return inCalls(keys, read)
}

/**
 * @param {State} state
 * @param {string} key of a hash
 * @param {string[]} fields
 * @returns {Promise<(Buffer | null)[]>}
 */
function readFields(state, key, fields) {
  return inCalls(fields, (some) => state.script(READ_FIELDS, { keys: [key], args: [MAX_REPLY, ...some], ...READ }))
}

/** @param {string[]} wanted @param {(some: string[]) => Promise<any>} read resolves to the results of the first ones */
async function inCalls(wanted, read) {
  const results = []
  while (results.length < wanted.length) results.push(...(await read(wanted.slice(results.length))))
  return results
}

/**
 * Yields the pages of a scan of all nodes. If slots of a cluster move meanwhile, keys could be missed: then it scans again.
 *
 * @template Page
 * @param {State} state
 * @param {AbortSignal} signal
 * @param {(nodes: (string | undefined)[]) => AsyncGenerator<Page>} scan
 * @returns {AsyncGenerator<Page, void>}
 */
async function* scanAll(state, signal, scan) {
  if (!isCluster(state)) return yield* scan([undefined])
  if (yield* scanSettled(state, signal, scan)) return
  const remedy = 'Finish the move (redis-cli --cluster check names open slots), and repeat the command.'
  throw failure('ERR_UNSUPPORTED', 'slots of the cluster move, so keys could be missed', { remedy })
}

/**
 * Yields pages of the keys of nodes that start with a prefix. A key can be yielded several times.
 *
 * @param {State} state
 * @param {(string | undefined)[]} nodes
 * @param {Omit<import('../../names/scan.js').Wanted, 'node'>} wanted
 */
async function* scanNodes(state, nodes, wanted) {
  for (const node of nodes) yield* scanServer(state, { ...wanted, node })
}

/**
 * Yields pages of the names of the fields of a hash, as bytes. A field can be yielded twice.
 *
 * @param {State} state
 * @param {string | Buffer} key
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<Buffer[]>}
 */
async function* scanFields(state, key, signal) {
  const readPage = async (/** @type {string} */ cursor) => {
    // Not repeated after a lost connection, and not sent to a replica: both have other cursors.
    const reply = await state.script(SCAN_FIELDS, { keys: [key], args: [cursor, 500], encoding: 'bytes', signal })
    return /** @type {[Buffer, Buffer[]]} */ (reply)
  }
  yield* followCursor(state, readPage)
}

module.exports = { readFields, readKeys, scanAll, scanFields, scanNodes }
