// @ts-check
'use strict'

const { invalidArgument } = require('../errors.js')
const kinds = require('./option-kinds.js')
const { readFields } = require('./input.js')
const { MAX_TIMER_MS } = require('../time.js')

/** @typedef {import('./input.js').Fields} Fields */

const { boundedInt, required, withDefault } = kinds

const ANY_COUNT = boundedInt(1, Number.MAX_SAFE_INTEGER)
const PAGE_SIZE = boundedInt(1, 10_000)

const READ = { signal: kinds.signal }
/** Reads that a cache can answer. */
const CACHED_READ = { cache: kinds.boolean, ...READ }
const WRITE = { waitReplicas: kinds.waitReplicas, signal: kinds.signal }
const WAIT = { timeout: boundedInt(1, MAX_TIMER_MS, 'whole milliseconds'), signal: kinds.signal }
const LOCK = {
  ttl: required(kinds.duration(1)),
  timeout: withDefault(kinds.duration(0), 0),
  allowLongTtl: withDefault(kinds.boolean, false),
  ...WRITE,
}
const COMMAND = {
  key: kinds.any,
  encoding: kinds.oneOf(['text', 'bytes']),
  retry: kinds.oneOf(['read']),
  signal: kinds.signal,
}
const CONDITIONS = { ifAbsent: kinds.boolean, ifMatch: kinds.etag }

/**
 * The options of every method: name, kind, bounds, default. The options of all calls are checked with this table.
 *
 * @satisfies {Record<string, Fields>}
 */
const OPTIONS = {
  get: CACHED_READ,
  set: { ttl: kinds.expiry, ...CONDITIONS, ...WRITE },
  delete: { ifMatch: kinds.etag, existence: kinds.boolean, ...WRITE },
  getGroup: READ,
  getByPrefix: READ,
  keys: READ,
  count: READ,
  traceIds: READ,
  items: READ,
  query: READ,
  scan: { pageSize: withDefault(PAGE_SIZE, 100), keyPrefix: withDefault(kinds.string, ''), signal: kinds.signal },
  clear: READ,
  reindex: { traceId: kinds.string, onProgress: kinds.callback, signal: kinds.signal },
  checkIndex: READ,
  has: CACHED_READ,
  getWithMetadata: READ,
  ttl: READ,
  touch: WRITE,
  persist: WRITE,
  getMany: CACHED_READ,
  getManyWithMetadata: READ,
  hasMany: CACHED_READ,
  setMany: { ttl: kinds.expiry, ifAbsent: kinds.boolean, ...WRITE },
  deleteMany: { existence: kinds.boolean, ...WRITE },
  increment: { ttl: kinds.expiry, field: kinds.fieldPath, withTtl: kinds.boolean, ...WRITE },
  update: { ttl: kinds.expiry, ifMatch: kinds.etag, ...WRITE },
  transaction: WRITE,
  command: COMMAND,
  commands: COMMAND,
  script: { keys: kinds.any, args: kinds.any, ...COMMAND },
  lock: LOCK,
  withLock: LOCK,
  getOrSet: {
    ttl: kinds.expiry,
    staleWhileRevalidate: kinds.timeToLive,
    jitter: kinds.fraction,
    lock: kinds.loadLock,
    failureTtl: kinds.millisecondsOrDuration,
    ...WRITE,
  },
  rateLimit: {
    limit: required(ANY_COUNT),
    window: required(kinds.duration(1)),
    cost: withDefault(ANY_COUNT, 1),
    algorithm: withDefault(kinds.oneOf(['fixed', 'sliding', 'token-bucket']), 'fixed'),
    refill: ANY_COUNT,
    ...WRITE,
  },
  group: { schema: required(kinds.schema), checkOnGet: withDefault(kinds.boolean, false) },
  watch: {
    values: withDefault(kinds.boolean, false),
    configure: withDefault(kinds.boolean, false),
    keepAlive: kinds.boolean,
    signal: kinds.signal,
  },
  ping: WAIT,
  health: { timeout: withDefault(boundedInt(1, MAX_TIMER_MS, 'whole milliseconds'), 3000) },
  connect: WAIT,
  cleanup: { timeout: boundedInt(0, MAX_TIMER_MS, 'whole milliseconds') },
}

/** @typedef {keyof typeof OPTIONS} Method */

const CONSISTENCY = { consistency: kinds.oneOf(['strong', 'bounded', 'session', 'eventual']) }
/** @type {Method[]} */
const READS = ['get', 'getMany', 'getManyWithMetadata', 'getWithMetadata', 'has', 'hasMany', 'ttl']
/** @type {Method[]} */
const LISTINGS = ['getGroup', 'getByPrefix', 'keys', 'count', 'traceIds', 'items', 'query', 'scan']

/** The options of reads of a store that has several consistencies. @type {Partial<Record<Method, Fields>>} */
const CONSISTENT = Object.fromEntries(
  [...READS, ...LISTINGS].map((method) => [method, { ...OPTIONS[method], ...CONSISTENCY }]),
)

const TRANSACTION_SET = { ttl: kinds.expiry, ...CONDITIONS }

/**
 * The fields of the objects that methods take as arguments, in the same form.
 *
 * @satisfies {Record<string, Fields>}
 */
const INPUTS = {
  items: { groupId: kinds.string, filter: kinds.any },
  itemFilter: { valueKey: required(kinds.string), operation: kinds.any, value: kinds.any },
  query: { groupId: kinds.string, filter: kinds.any, sort: kinds.any, page: kinds.any },
  groupQuery: { filter: kinds.any, sort: kinds.any, page: kinds.any },
  querySort: { key: required(kinds.string), order: withDefault(kinds.oneOf(['ASC', 'DESC']), 'ASC') },
  queryPage: { limit: PAGE_SIZE, token: kinds.string },
  setManyEntry: { key: kinds.any, value: kinds.any, ttl: kinds.expiry, ...CONDITIONS },
  deleteManyEntry: { key: kinds.any, ifMatch: kinds.etag },
  transactionSet: TRANSACTION_SET,
  transactionDelete: { ifMatch: kinds.etag },
  transactionCheck: CONDITIONS,
}

/**
 * Reads the options of a call, and adds the defaults of those that are omitted.
 *
 * @param {Method} method
 * @param {unknown} options
 * @param {import('./input.js').Rules} [rules]
 */
function readOptions(method, options, rules) {
  if (typeof options === 'number' && 'ttl' in OPTIONS[method]) {
    const remedy = `Write { ttl: ${options} } for an expiry in seconds.`
    throw invalidArgument(`options: expected an object, got the number ${options}`, { remedy })
  }
  const fields = (rules?.hasConsistency && CONSISTENT[method]) || OPTIONS[method]
  return readFields(options === undefined ? {} : options, fields, { at: 'options', noun: 'option', rules })
}

/**
 * @param {keyof typeof INPUTS} name
 * @param {unknown} object
 * @param {string} at
 * @param {string} [inside] prefix of the paths of its fields
 * @param {import('./input.js').Rules} [rules]
 */
function readInput(name, object, at, inside = `${at}.`, rules = undefined) {
  return readFields(object, INPUTS[name], { at, inside, rules })
}

module.exports = { INPUTS, OPTIONS, readInput, readOptions }
