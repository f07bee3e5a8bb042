// @ts-check
'use strict'

const { failure } = require('../../errors.js')
const { CONFLICT, NOT_FOUND, PRECONDITION_FAILED } = require('./statuses.js')
const { secondsOf } = require('./seconds.js')
const { rejectLostContainer } = require('./store.js')
const { NEVER } = require('./stored.js')

/**
 * @typedef {import('./store.js').CosmosStore} CosmosStore
 * @typedef {import('./exchange.js').Exchange} Exchange
 * @typedef {import('./item.js').Item} Item
 * @typedef {import('../call.js').StateCall} StateCall
 *
 * @typedef {(store: CosmosStore, call: StateCall, exchange: Exchange) => Promise<any>} Execute
 */

/** Consistency of an account whose reads find every write, as the service names it. */
const STRONG = 'Strong'
const NO_ETAG = '"none"'
/** How often a delete reads an entry again that exists, but was not found. */
const MAX_CHECKS = 5
/** How often a create is tried if the entry that is in its way has expired or was just deleted. */
const MAX_CREATES = 5

/** @param {number} [status] */
function conflict(status) {
  const what = status === CONFLICT ? 'the entry already exists' : 'the entry does not exist, or has another etag'
  return failure('ERR_CONFLICT', what, { applied: 'no' })
}

/**
 * Runs a request; returns whether the server did what was asked for. Only the given statuses are an answer, others a failure.
 *
 * @param {Exchange} exchange
 * @param {number[]} statuses
 * @param {() => Promise<unknown>} send
 */
async function succeeds(exchange, statuses, send) {
  try {
    await send()
    return true
  } catch (error) {
    const { status = 0 } = exchange
    if (!statuses.includes(status) || /** @type {any} */ (error).code !== status) throw error
    if (status === NOT_FOUND) rejectLostContainer(exchange)
    return false
  }
}

/** @type {Execute} */
async function get(store, call, exchange) {
  const found = await store.find(call, exchange)
  return found === undefined ? null : found.value()
}

/** @type {Execute} */
async function has(store, call, exchange) {
  return (await store.find(call, exchange)) !== undefined
}

/** @type {Execute} */
async function getWithMetadata(store, call, exchange) {
  const found = await store.find(call, exchange)
  return found === undefined ? null : { value: found.value(), etag: found.etag, ttl: found.remaining }
}

/** @type {Execute} */
async function ttl(store, call, exchange) {
  return (await store.find(call, exchange))?.remaining ?? null
}

/** @type {Execute} */
async function set(store, call, exchange) {
  const item = store.newItem(call, secondsOf(call.options?.ttl))
  const { condition } = call.options ?? {}
  if (condition?.kind === 'absent') await create(store, call, item, exchange)
  else if (condition?.kind === 'match') await replace(store, item, condition.etag, exchange)
  else await store.container.items.upsert(item, store.writing(exchange))
  return call.value
}

/** @param {CosmosStore} store @param {StateCall} call @param {Item} item @param {Exchange} exchange */
async function create(store, call, item, exchange) {
  for (let attempt = 1; ; attempt += 1) {
    if (await tryCreate(store, item, exchange)) return
    if ((await isInTheWay(store, call, exchange)) || attempt === MAX_CREATES) throw conflict(CONFLICT)
  }
}

/**
 * Whether an entry prevents that another one is created. One that has expired, and that the service has not removed yet, is deleted.
 *
 * @param {CosmosStore} store @param {{ traceId: string, key: string }} call @param {Exchange} exchange
 */
async function isInTheWay(store, call, exchange) {
  const found = await store.readLatest(call, exchange)
  if (found === undefined) return false
  if (store.entryOf(found, call, exchange) !== undefined) return true
  await tryDelete(store, found, String(found._etag), exchange)
  return false
}

/** @param {CosmosStore} store @param {Item} item @param {string} etag @param {Exchange} exchange */
async function replace(store, item, etag, exchange) {
  if (!(await tryReplace(store, item, etag, exchange))) throw conflict(exchange.status)
}

/** Whether the item was created: there was none. @param {CosmosStore} store @param {Item} item @param {Exchange} exchange */
function tryCreate(store, item, exchange) {
  return succeeds(exchange, [CONFLICT], () => store.container.items.create(item, store.writing(exchange)))
}

/** Whether the item had the etag. @param {CosmosStore} store @param {Item} item @param {string} etag @param {Exchange} exchange */
function tryReplace(store, item, etag, exchange) {
  // Not an upsert: that would create the item if there is none.
  return succeeds(exchange, [NOT_FOUND, PRECONDITION_FAILED], () =>
    store.at(item).replace(item, store.writing(exchange, etag)),
  )
}

/** Whether the item had the etag. @param {CosmosStore} store @param {Item} item @param {string | undefined} etag @param {Exchange} exchange */
function tryDelete(store, item, etag, exchange) {
  return succeeds(exchange, [NOT_FOUND, PRECONDITION_FAILED], () =>
    store.at(item).delete(store.writing(exchange, etag)),
  )
}

/** @type {Execute} */
async function remove(store, call, exchange) {
  const { condition } = call.options ?? {}
  const etag = condition?.kind === 'match' ? condition.etag : undefined
  if (call.input?.existence) return removeUnread(store, call, etag, exchange)
  for (let attempt = 1; ; attempt += 1) {
    const found = await store.findLatest(call, exchange)
    if (etag !== undefined && found?.etag !== etag) throw conflict()
    if (found === undefined) {
      if (attempt > MAX_CHECKS || (await isMissing(store, call, exchange))) return null
      continue
    }
    const value = found.value()
    // Of several calls exactly one gets the value.
    if (await tryDelete(store, found.item, found.etag, exchange)) return value
  }
}

/**
 * Whether an entry that a read did not find is missing: the replica that was read may lack the last writes of other clients. A
 * deletion under an etag that no item has is answered by the region that is written to, and deletes nothing.
 *
 * @param {CosmosStore} store @param {StateCall} call @param {Exchange} exchange
 */
async function isMissing(store, { traceId, key }, exchange) {
  const hasExpired = exchange.status !== NOT_FOUND
  if (hasExpired || store.accountConsistency === STRONG) return true
  await tryDelete(store, store.layout.itemOf(traceId, store.layout.idOf(key), {}), NO_ETAG, exchange)
  return exchange.status === NOT_FOUND
}

/** @param {CosmosStore} store @param {StateCall} call @param {string | undefined} etag @param {Exchange} exchange */
async function removeUnread(store, { traceId, key }, etag, exchange) {
  const item = store.layout.itemOf(traceId, store.layout.idOf(key), {})
  const existed = await tryDelete(store, item, etag, exchange)
  if (etag !== undefined && !existed) throw conflict(exchange.status)
  return existed
}

/** @type {Execute} */
async function touch(store, call, exchange) {
  const seconds = secondsOf(call.options?.ttl) ?? 0
  store.checkExpiry(seconds)
  const set = /** @type {const} */ ('set')
  const operations = [
    { op: set, path: '/ttl', value: seconds },
    // The end that a rewrite has kept. To remove it fails if there is none.
    { op: set, path: '/expiresAt', value: null },
  ]
  const item = store.layout.itemOf(call.traceId, store.layout.idOf(call.key), {})
  return succeeds(exchange, [NOT_FOUND], () => store.at(item).patch({ operations }, store.writing(exchange)))
}

/** @type {Execute} */
async function persist(store, call, exchange) {
  for (;;) {
    const found = await store.findLatest(call, exchange)
    if (found === undefined || found.remaining === NEVER) return false
    const operations = [{ op: /** @type {const} */ ('set'), path: '/ttl', value: NEVER }]
    const options = store.writing(exchange, found.etag)
    const send = () => store.at(found.item).patch({ operations }, options)
    if (await succeeds(exchange, [NOT_FOUND, PRECONDITION_FAILED], send)) return true
  }
}

module.exports = {
  conflict,
  get,
  getWithMetadata,
  has,
  isInTheWay,
  persist,
  remove,
  set,
  succeeds,
  touch,
  tryCreate,
  tryDelete,
  tryReplace,
  ttl,
}
