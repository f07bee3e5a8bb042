// @ts-check
'use strict'

const { failure } = require('../../errors.js')
const { secondsOf } = require('./seconds.js')
const { setTimeout } = require('../../time.js')
const { ALONE, laneOf } = require('./lanes.js')
const { conflict, isInTheWay, succeeds, tryCreate, tryDelete, tryReplace } = require('./points.js')
const { BAD_REQUEST, NOT_FOUND, PRECONDITION_FAILED } = require('./statuses.js')
const { NEVER, endOf } = require('./stored.js')

/**
 * Operations that read a value and write it back, if nothing else was written meanwhile.
 *
 * @typedef {import('./store.js').CosmosStore} CosmosStore
 * @typedef {import('./store.js').Entry} Entry
 * @typedef {import('./exchange.js').Exchange} Exchange
 * @typedef {import('../call.js').StateCall} StateCall
 * @typedef {import('./points.js').Execute} Execute
 */

const FIRST_PAUSE_MS = 2
const MAX_PAUSE_MS = 200

/**
 * Works an operation out on the value, and writes the result under its etag.
 *
 * @type {Execute}
 */
async function rewrite(store, call, exchange) {
  const { condition } = call.options ?? {}
  for (let attempt = 0; ; attempt += 1) {
    const found = await store.findLatest(call, exchange)
    if (condition?.kind === 'match' && found?.etag !== condition.etag) throw conflict()
    const before = found === undefined ? null : JSON.stringify(found.value())
    const { reply, json } = await store.workbench.run(call, before)
    if (await write(store, call, { found, json }, exchange)) return reply
    if (condition !== undefined) throw conflict(exchange.status)
    await pause(attempt)
  }
}

/**
 * @param {CosmosStore} store
 * @param {StateCall} call
 * @param {{ found: Entry | undefined, json: string | null }} change
 * @param {Exchange} exchange
 */
async function write(store, call, { found, json }, exchange) {
  if (json === null) return found === undefined || (await tryDelete(store, found.item, found.etag, exchange))
  const { traceId, key, options } = call
  if (found === undefined)
    return tryInsert(store, call, store.newItem({ traceId, key, json }, secondsOf(options?.ttl)), exchange)
  return tryReplace(store, rewritten(store, call, found, json), found.etag, exchange)
}

/** Creates an item; if that fails, it succeeds later, unless there is an entry. @param {CosmosStore} store @param {StateCall} call @param {import('./item.js').Item} item @param {Exchange} exchange */
async function tryInsert(store, call, item, exchange) {
  if (await tryCreate(store, item, exchange)) return true
  await isInTheWay(store, call, exchange)
  return false
}

/**
 * The item with another value. Its time to live would count from now on, so it is replaced by what remains. The service counts from
 * the second of the write, which can be later than the one of the read: with the end itself, many rewrites do not add these up.
 *
 * @param {CosmosStore} store @param {StateCall} call @param {Entry} found @param {string} json
 */
function rewritten(store, { traceId, key }, { item, remaining }, json) {
  const changed = store.newItem({ traceId, key, json }, remaining === NEVER ? 0 : remaining)
  const expiresAt = endOf(item, store.containerTtl)
  return expiresAt === undefined ? changed : { ...changed, expiresAt }
}

/**
 * Adds to a number: by a patch, which concurrent calls do not disturb, if that has the same result.
 *
 * @type {Execute}
 */
async function increment(store, call, exchange) {
  const by = Number(call.json)
  if (!Number.isSafeInteger(by)) return rewriteInTurn(store, call, exchange)
  for (let attempt = 0; ; attempt += 1) {
    const sum = await patched(store, call, by, exchange)
    if (sum !== undefined) return sum
    // What is no number, has an expiry or would be inexact.
    if (exchange.status !== NOT_FOUND) return rewriteInTurn(store, call, exchange)
    if (await tryInsert(store, call, store.newItem(call, secondsOf(call.options?.ttl)), exchange)) return by
    await pause(attempt)
  }
}

/** The sum, if the entry can be patched. @param {CosmosStore} store @param {StateCall} call @param {number} by @param {Exchange} exchange @returns {Promise<number | undefined>} */
async function patched(store, { traceId, key }, by, exchange) {
  const request = { condition: patchable(store, by), operations: [{ op: 'incr', path: '/value', value: by }] }
  const item = store.layout.itemOf(traceId, store.layout.idOf(key), {})
  /** @type {any} */
  let answer
  const isPatched = await succeeds(exchange, [BAD_REQUEST, NOT_FOUND, PRECONDITION_FAILED], async () => {
    answer = await store.at(item).patch(/** @type {any} */ (request), store.writing(exchange))
  })
  if (!isPatched) return undefined
  const sum = answer?.resource?.value
  if (typeof sum === 'number') return sum
  throw failure('ERR_REPLY', 'the answer to the patch has no value', { applied: 'unknown' })
}

/**
 * Increments of an entry do not wait for each other, but those that rewrite it would only disturb each other.
 *
 * @type {Execute}
 */
function rewriteInTurn(store, call, exchange) {
  return store.rewrites.run([laneOf(call)], ALONE, () => rewrite(store, call, exchange))
}

/**
 * The condition of a patch: the sum is exact, and the item does not expire. A patch would extend its time to live.
 *
 * @param {CosmosStore} store
 * @param {number} by
 */
function patchable({ containerTtl }, by) {
  const most = Number.MAX_SAFE_INTEGER
  const [low, high] = [Math.max(-most, -most - by), Math.min(most, most - by)]
  const isExact = `c['value'] >= ${low} AND c['value'] <= ${high}`
  if (containerTtl === undefined) return `FROM c WHERE ${isExact}`
  const lasts = containerTtl > 0 ? "c['ttl'] < 0" : "(NOT IS_DEFINED(c['ttl']) OR c['ttl'] < 0)"
  return `FROM c WHERE ${isExact} AND ${lasts}`
}

/** @param {number} attempt @returns {Promise<void>} */
function pause(attempt) {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** attempt, MAX_PAUSE_MS)
  return new Promise((resolve) => void setTimeout(resolve, Math.random() * longest))
}

module.exports = { increment, rewrite }
