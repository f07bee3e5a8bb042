// @ts-check
'use strict'

const { unsupported } = require('../../errors.js')
const { itemOf } = require('../items.js')
const { checkedCount, checkedRow, unfit } = require('./checks.js')
const { tryDelete } = require('./points.js')
const { LATEST } = require('./store.js')

/**
 * @typedef {import('./store.js').CosmosStore} CosmosStore
 * @typedef {import('./exchange.js').Exchange} Exchange
 * @typedef {import('./item.js').Item} Item
 * @typedef {import('../engine.js').Projection} Projection
 * @typedef {import('../engine.js').Scope} Scope
 */

/** Ids that one query looks for. */
const MAX_IDS = 200
/** Items of a page of all partitions: with -1, for as many as fit, the SDK returns no pages if it merges those of partitions itself. */
const MAX_ITEMS = 1000
/** Items that are deleted at a time. */
const MAX_DELETES = 32

const WHOLE = 'c'
const NAMES = "c['id'] AS id, c['ttl'] AS ttl, c['_ts'] AS _ts, c['expiresAt'] AS expiresAt"

/**
 * Lists entries.
 *
 * @param {CosmosStore} store
 * @param {Scope} scope
 * @param {Projection} projection
 * @param {Exchange} exchange
 * @returns {Promise<any>}
 */
async function list(store, scope, projection, exchange) {
  switch (projection) {
    case 'values':
      return (await entries(store, scope, exchange)).map(({ value }) => value)
    case 'items':
      return (await entries(store, scope, exchange)).map(({ traceId, key, value }) => itemOf(traceId, key, value))
    case 'keys':
      return (await names(store, scope, exchange)).map(({ key }) => key)
    case 'names':
      return (await names(store, scope, exchange)).flatMap(({ traceId, key }) => [traceId, key])
    case 'count':
      return count(store, scope, exchange)
    case 'traceIds':
      return [...new Set((await names(store, scope, exchange)).map(({ traceId }) => traceId))]
    default:
      throw unsupported(`this store does not list ${projection}`)
  }
}

/** Deletes the entries of a scope. @param {CosmosStore} store @param {Scope} scope @param {Exchange} exchange */
async function clear(store, scope, exchange) {
  const found = (await names(store, { ...scope, consistency: /** @type {any} */ (LATEST) }, exchange)).map(
    ({ item }) => item,
  )
  const deleteNext = async () => {
    for (let item = found.pop(); item !== undefined; item = found.pop())
      await tryDelete(store, item, undefined, exchange)
  }
  await Promise.all(Array.from({ length: MAX_DELETES }, deleteNext))
}

/**
 * @typedef {{ traceId: string, key: string, value: any }} Found
 * @param {CosmosStore} store @param {Scope} scope @param {Exchange} exchange @returns {Promise<Found[]>}
 */
async function entries(store, scope, exchange) {
  const items = await inPortions(scope, (part) => queryAll(store, selection(store, part, WHOLE), part, exchange))
  return items.flatMap((row) => {
    const item = checkedRow(row, store.layout, scope.traceId)
    const [traceId, key] = [String(store.layout.traceIdOf(item)), store.layout.keyOf(item.id)]
    const entry = isWanted(scope, key) ? store.entryOf(item, { traceId, key }, exchange) : undefined
    return entry === undefined ? [] : [{ traceId, key, value: entry.value() }]
  })
}

/** @param {CosmosStore} store @param {Scope} scope @param {Exchange} exchange */
async function names(store, scope, exchange) {
  const fields = scope.traceId === undefined ? `${NAMES}, ${store.layout.sqlTraceId} AS traceId` : NAMES
  const rows = await inPortions(scope, (part) => queryAll(store, selection(store, part, fields), part, exchange))
  return rows.flatMap((found) => {
    const row = checkedRow(found, store.layout)
    const [traceId, key] = [scope.traceId ?? String(row.traceId), store.layout.keyOf(row.id)]
    if (!isWanted(scope, key) || store.entryOf(row, { traceId, key }, exchange) === undefined) return []
    return [{ traceId, key, item: store.layout.itemOf(traceId, row.id, {}) }]
  })
}

/** @param {CosmosStore} store @param {Scope} scope @param {Exchange} exchange */
async function count(store, scope, exchange) {
  if (!store.layout.idPrefixOf(scope.keyPrefix ?? '').exact) return (await names(store, scope, exchange)).length
  const query = selection(store, scope, 'VALUE COUNT(1)')
  query.query += ` AND ${unexpired(store, query.parameters)}`
  const counts = await queryAll(store, query, scope, exchange)
  return counts.reduce((sum, one) => sum + checkedCount(one), 0)
}

/**
 * SQL that is true for items that have not expired. The service hides those, emulators do not.
 *
 * @param {CosmosStore} store
 * @param {{ name: string, value: any }[]} parameters get the server's time
 */
function unexpired({ containerTtl, clock }, parameters) {
  if (containerTtl === undefined) return 'true'
  parameters.push({ name: '@now', value: clock() })
  const own = "(IS_DEFINED(c['ttl']) AND c['ttl'] > 0 AND c['_ts'] + c['ttl'] <= @now)"
  if (containerTtl <= 0) return `NOT ${own}`
  parameters.push({ name: '@ttl', value: containerTtl })
  return `NOT (${own} OR (NOT IS_DEFINED(c['ttl']) AND c['_ts'] + @ttl <= @now))`
}

/**
 * @param {CosmosStore} store
 * @param {Scope} scope
 * @param {string} fields in SQL
 */
function selection({ layout }, { traceId, keyPrefix = '', keys }, fields) {
  const conditions = ["IS_DEFINED(c['value'])"]
  /** @type {{ name: string, value: any }[]} */
  const parameters = []
  const where = (/** @type {string} */ condition, /** @type {string} */ name, /** @type {unknown} */ value) => {
    conditions.unshift(condition)
    parameters.push({ name, value })
  }
  const { start } = layout.idPrefixOf(keyPrefix)
  if (keys !== undefined)
    where(
      "ARRAY_CONTAINS(@ids, c['id'])",
      '@ids',
      keys.map((key) => layout.idOf(key)),
    )
  else if (start !== '') where("STARTSWITH(c['id'], @start)", '@start', start)
  if (traceId !== undefined) where(`${layout.sqlTraceId} = @traceId`, '@traceId', traceId)
  // Other programs can store items of other partitions, such as the number 5, which is not the trace '5'.
  else conditions.push(`IS_STRING(${layout.sqlTraceId})`)
  const all = fields === WHOLE ? '*' : fields
  return { query: `SELECT ${all} FROM c WHERE ${conditions.join(' AND ')}`, parameters }
}

/** @param {Scope} scope @param {string} key */
function isWanted({ keyPrefix = '' }, key) {
  return key.startsWith(keyPrefix)
}

/**
 * Divides a scope with many keys.
 *
 * @param {Scope} scope
 * @param {(part: Scope) => Promise<Item[]>} run
 */
async function inPortions(scope, run) {
  const { keys } = scope
  if (keys === undefined) return run(scope)
  const found = []
  for (let at = 0; at < keys.length; at += MAX_IDS)
    found.push(...(await run({ ...scope, keys: keys.slice(at, at + MAX_IDS) })))
  return found
}

/**
 * Reads all pages of a query.
 *
 * @param {CosmosStore} store
 * @param {import('@azure/cosmos').SqlQuerySpec} query
 * @param {Scope} scope
 * @param {Exchange} exchange
 * @returns {Promise<any[]>}
 */
async function queryAll(store, query, { traceId, consistency }, exchange) {
  const reading = store.reading(exchange, consistency)
  const where = traceId === undefined ? { maxItemCount: MAX_ITEMS } : { maxItemCount: -1, partitionKey: traceId }
  const pages = store.container.items.query(query, { ...reading, ...where })
  const found = []
  while (pages.hasMoreResults()) {
    const { requests } = exchange
    const { resources } = await pages.fetchNext()
    // Merged pages can be without a list. If that took no request and was not the last one, there would be no end of them.
    const isEmpty = resources === undefined && traceId === undefined
    if (isEmpty && (exchange.requests > requests || !pages.hasMoreResults())) continue
    if (!Array.isArray(resources)) throw unfit('has no list of items')
    for (const one of resources) found.push(one)
  }
  return found
}

module.exports = { clear, entries, list }
