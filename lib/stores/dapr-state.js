// @ts-check
'use strict'

const { locating } = require('../call-site.js')
const { failure, invalidArgument, unsupported } = require('../errors.js')
const { kindOf } = require('../input/received.js')
const { isRecord } = require('./malformed.js')

/**
 * The state API of Dapr's client, on stores of this process: the same arguments, results and errors as values.
 *
 * @typedef {import('./opened.js').Opened} Opened
 * @typedef {import('../../index.js').DaprState} DaprState
 * @typedef {(name: string) => Opened} Open throws if there is no such store
 */

const FIRST_WRITE = [1, 'first-write']
const LAST_WRITE = [2, 'last-write']
const UNSPECIFIED = [undefined, null, 0, '']

/** @param {Open} open @returns {DaprState} */
function daprState(open) {
  const methods = Object.entries(methodsOf(open))
  return /** @type {any} */ (Object.fromEntries(methods.map(([name, method]) => [name, locating(method)])))
}

/** @param {Open} open @returns {DaprState} */
function methodsOf(open) {
  const on = (/** @type {string} */ name) => open(name).byKey
  return {
    save: (name, items, options) => asValue(() => save(on(name), items, options?.metadata)),
    get: async (name, key, options) => read(on(name), key, metadataOf(options)),
    getBulk: async (name, keys, options) => getBulk(on(name), arrayOf(keys, 'keys'), metadataOf(options)),
    delete: (name, key, options) => asValue(() => remove(on(name), key, options)),
    transaction: async (name, operations = [], metadata = undefined) => transaction(on(name), operations, metadata),
    query: async (name, query) => find(on(name), query),
  }
}

/** @typedef {Opened['byKey']} Target */

/** The metadata of options that `@dapr/dapr` does not declare for every method. @param {any} options */
function metadataOf(options) {
  return options?.metadata
}

/**
 * Returns an error instead of throwing it, as Dapr's client does for writes.
 *
 * @param {() => Promise<unknown>} run
 * @returns {Promise<{ error?: Error }>}
 */
async function asValue(run) {
  try {
    await run()
    return {}
  } catch (error) {
    return { error: error instanceof Error ? error : failure('ERR_INTERNAL', 'the call failed', { cause: error }) }
  }
}

/** @param {unknown} value @param {string} at @returns {any[]} a copy */
function arrayOf(value, at) {
  if (!Array.isArray(value)) throw invalidArgument(`${at}: expected an array, got ${kindOf(value)}`)
  return [...value]
}

/** @param {Target} target @param {unknown} items @param {any} metadata of all items */
async function save({ adapter, traceIdOf }, items, metadata) {
  const entries = arrayOf(items, 'stateObjects').map((item, index) => {
    const entry = entryOf(item, metadata, `stateObjects[${index}]`)
    return { traceId: traceIdOf(entry.key, { ...metadata, ...item.metadata }), entry }
  })
  if (entries.length === 1) {
    // A single failure is not one of several.
    const [{ traceId, entry }] = entries
    const { key, value, ...options } = entry
    return void (await adapter.set(traceId, key, value, options))
  }
  const saving = [...grouped(entries)].map(([traceId, group]) =>
    adapter.setMany(
      traceId,
      group.map(({ entry }) => entry),
    ),
  )
  const failed = (await Promise.allSettled(saving)).find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

/** @template {{ traceId: string }} T @param {T[]} all @returns {Map<string, T[]>} by trace id */
function grouped(all) {
  /** @type {Map<string, T[]>} */
  const groups = new Map()
  for (const one of all) groups.set(one.traceId, [...(groups.get(one.traceId) ?? []), one])
  return groups
}

/** @param {any} item @param {any} metadata @param {string} at */
function entryOf(item, metadata, at) {
  if (!isRecord(item)) throw invalidArgument(`${at}: expected an object, got ${kindOf(item)}`)
  // JSON of an item without a value has none, which Dapr stores as null.
  const { key, value = null, etag, options } = item
  return { key, value, ...conditionOf(etag, options, at), ...ttlOf({ ...metadata, ...item.metadata }, at) }
}

/**
 * With an etag: only if the entry has it, unless the last write wins. Without: the first write wins only if that is asked for.
 * A condition that cannot be read is an error: without it, the write would overwrite those of others.
 *
 * @param {unknown} etag a text, or an object with it
 * @param {any} options
 * @param {string} at
 * @returns {{ ifMatch?: string, ifAbsent?: boolean }}
 */
function conditionOf(etag, options, at) {
  const concurrency = options?.concurrency
  const isFirst = FIRST_WRITE.includes(concurrency)
  if (LAST_WRITE.includes(concurrency)) return {}
  if (!isFirst && !UNSPECIFIED.includes(concurrency))
    throw invalidArgument(`${at}: concurrency: expected 0, 1, 2, first-write or last-write`)
  if (isRecord(etag) && typeof etag.value !== 'string') throw invalidArgument(`${at}.etag.value: expected a text`)
  const text = isRecord(etag) ? etag.value : etag
  if (text !== undefined && text !== null && text !== '') return { ifMatch: /** @type {string} */ (text) }
  return isFirst ? { ifAbsent: true } : {}
}

/** @param {any} metadata @param {string} at */
function ttlOf(metadata, at) {
  const { ttlInSeconds } = metadata
  if (ttlInSeconds === undefined || ttlInSeconds === null || ttlInSeconds === '') return {}
  const isNumber = ['string', 'number'].includes(typeof ttlInSeconds) && /^-?\d+$/.test(String(ttlInSeconds))
  if (!isNumber) throw invalidArgument(`${at}.metadata.ttlInSeconds: expected whole seconds`)
  return { ttl: Math.max(Number(ttlInSeconds), 0) }
}

/** An empty text if there is no entry, as Dapr's client has it. @param {Target} target @param {string} key @param {any} metadata */
async function read({ adapter, traceIdOf }, key, metadata) {
  const found = await adapter.getWithMetadata(traceIdOf(key, metadata), key)
  return found === null ? '' : /** @type {any} */ (found.value)
}

/** @param {Target} target @param {string[]} keys @param {any} [metadata] */
function getBulk({ adapter, traceIdOf }, keys, metadata) {
  return readEach(
    adapter,
    keys.map((key) => ({ key, traceId: traceIdOf(key, metadata) })),
  )
}

/** @param {Target['adapter']} adapter @param {{ key: string, traceId: string }[]} entries */
async function readEach(adapter, entries) {
  /** @type {Map<unknown, any>} */
  const found = new Map()
  const read = async (/** @type {string} */ traceId, /** @type {typeof entries} */ group) => {
    const read = await adapter.getManyWithMetadata(
      traceId,
      group.map(({ key }) => key),
    )
    for (const [index, one] of read.entries()) found.set(group[index], one)
  }
  await Promise.all([...grouped(entries)].map(([traceId, group]) => read(traceId, group)))
  return entries.map((entry) => {
    const one = found.get(entry)
    return one ? { key: entry.key, data: one.value, etag: one.etag } : { key: entry.key }
  })
}

/** @param {Target} target @param {string} key @param {any} options */
async function remove({ adapter, traceIdOf }, key, options) {
  const { ifMatch } = conditionOf(options?.etag, options, 'options')
  await adapter.delete(traceIdOf(key, metadataOf(options)), key, ifMatch === undefined ? {} : { ifMatch })
}

/** @param {Target} target @param {unknown} operations @param {any} metadata */
async function transaction({ adapter, traceIdOf }, operations, metadata) {
  const list = arrayOf(operations, 'operations')
  const checked = list.map((one, index) => operationOf(one, metadata, `operations[${index}]`))
  const traceIds = new Set(list.map(({ request }) => traceIdOf(request.key, { ...metadata, ...request.metadata })))
  if (traceIds.size > 1) throw invalidArgument('operations: expected one partitionKey in the metadata of all')
  const [traceId = ''] = traceIds
  if (checked.length > 0) await adapter.transaction(traceId, checked)
}

/** @param {any} one @param {any} metadata @param {string} at @returns {import('../../index.js').TransactionOperation} */
function operationOf(one, metadata, at) {
  if (!isRecord(one?.request)) throw invalidArgument(`${at}.request: expected an object, got ${kindOf(one?.request)}`)
  const { key, etag, options } = one.request
  if (one.operation === 'upsert') return { op: 'set', ...entryOf(one.request, metadata, `${at}.request`) }
  if (one.operation !== 'delete') throw invalidArgument(`${at}.operation: expected upsert or delete`)
  const { ifMatch } = conditionOf(etag, options, `${at}.request`)
  return ifMatch === undefined ? { op: 'delete', key } : { op: 'delete', key, ifMatch }
}

/** @param {Target} target @param {any} query */
async function find({ adapter, traceId }, query) {
  if (traceId === '') throw unsupported('query: a store without a key prefix has no queries by stores.dapr')
  const { filter, sort, page } = isRecord(query) ? query : {}
  const isAll = isRecord(filter) && Object.keys(filter).length === 0
  const { items, token } = await adapter.query({ groupId: traceId, filter: isAll ? undefined : filter, sort, page })
  // A second read has value and etag of one moment. Entries that were deleted meanwhile are left out.
  const entries = await readEach(
    adapter,
    items.map((/** @type {import('../../index.js').StateItem} */ { key, groupId }) => ({ key, traceId: groupId })),
  )
  const results = entries.filter((entry) => 'data' in entry)
  return /** @type {any} */ (token === undefined ? { results } : { results, token })
}

module.exports = { daprState }
