// @ts-check
'use strict'

const { invalidConfig, withPath } = require('../errors.js')
const { isIntBetween } = require('../input/input.js')
const { isTimeToLive, timeToLive } = require('../input/option-kinds.js')
const { kindOf, received } = require('../input/received.js')
const { suggestionFor } = require('../input/suggestion.js')
const { MAX_TIMER_MS } = require('../time.js')
const { describeObject, fieldsOf } = require('./configuration.js')
const { connectionOf } = require('./cosmos-connection.js')

/**
 * @typedef {import('../engines/cosmos/engine.js').CosmosOptions} CosmosOptions
 * @typedef {Record<string, any>} Fields
 * @typedef {(value: any, path: string) => any} Read checks a value and returns it; throws
 */

const MAX_TTL = 2_147_483_647
const DEFAULT_PATH = '/partitionKey'
/** Members of an item that have a meaning of their own. */
const RESERVED_NAMES = ['id', 'value', 'isBinary', 'ttl', 'expiresAt']
const CONSISTENCIES = ['strong', 'bounded', 'session', 'eventual']

/** @param {string} expected @param {(value: any) => boolean} accepts @returns {Read} */
function kind(expected, accepts) {
  return (value, path) => {
    if (accepts(value)) return value
    throw invalidConfig(`${path}: expected ${expected}, got ${kindOf(value)}`)
  }
}

const boolean = kind('true or false', (value) => typeof value === 'boolean')
const text = kind('a text that is not empty', (value) => typeof value === 'string' && value !== '')
const name = kind(
  'a name without / \\ # and ?',
  (value) => typeof value === 'string' && /^[^/\\#?]{1,255}$/.test(value) && !/^\.\.?$/.test(value),
)

/** @param {number} min @param {number} max */
function wholeNumber(min, max) {
  return kind(`a whole number from ${min} to ${max}`, (value) => isIntBetween(value, min, max))
}

/** The options, except for those that say where the account is and who logs in. @type {Record<string, Read>} */
const OPTIONS = {
  database: name,
  container: name,
  partitionKey: readPath,
  keyPrefix: readPrefix,
  consistency: kind(`one of ${CONSISTENCIES.join(', ')}`, (value) => CONSISTENCIES.includes(value)),
  ttl: readTtl,
  regions: readRegions,
  createIfMissing: readCreation,
  enableEndpointDiscovery: boolean,
  commandTimeout: wholeNumber(1, MAX_TIMER_MS),
  maxPendingCommands: wholeNumber(1, 2 ** 32 - 1),
  maxPendingBytes: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  strictTraceIds: boolean,
  strictValues: boolean,
  stackTraces: boolean,
}
const CONNECTION = [
  'url',
  'key',
  'connectionString',
  'credential',
  'tenantId',
  'clientId',
  'clientSecret',
  'authorityHost',
  'tls',
  'agent',
]

/** The default expiry, in seconds, which are what the service counts. @type {Read} */
function readTtl(value, path) {
  const seconds =
    typeof value === 'string' && isTimeToLive(value) ? timeToLive.read(value, path, undefined) / 1000 : value
  if (isIntBetween(seconds, 1, MAX_TTL)) return seconds
  const expected = `whole seconds from 1 to ${MAX_TTL}, as a number or as a duration such as '30s'`
  throw invalidConfig(`${path}: expected ${expected}, got ${kindOf(value)}`)
}

const CREATION = { throughput: wholeNumber(400, 1_000_000), maxThroughput: wholeNumber(1000, 1_000_000) }

/**
 * Checks the options of the constructor, and adds their defaults.
 *
 * @param {unknown} options
 * @returns {{ options: CosmosOptions, stackTraces: boolean }}
 */
function resolveCosmosOptions(options) {
  if (options === undefined || options === null)
    throw invalidConfig(`options: expected an object, got ${received(options)}`)
  const fields = fieldsOf(options, 'options')
  checkNames(fields)
  /** @type {Fields} */
  const read = {}
  for (const [option, value] of Object.entries(fields))
    if (Object.hasOwn(OPTIONS, option)) read[option] = OPTIONS[option](value, option)
  for (const required of ['database', 'container'])
    if (read[required] === undefined) throw invalidConfig(`${required}: is missing`)
  const { partitionKey, stackTraces, maxPendingCommands, maxPendingBytes, ...others } = read
  const connection = connectionOf(fields)
  return {
    stackTraces: stackTraces ?? process.env.NODE_ENV !== 'production',
    options: /** @type {any} */ ({
      ...DEFAULTS,
      path: partitionKey ?? readPath(DEFAULT_PATH, 'partitionKey'),
      maxPending: { calls: maxPendingCommands ?? 100_000, bytes: maxPendingBytes ?? 64 * 1024 * 1024 },
      // Emulators without TLS give wrong addresses of themselves.
      enableEndpointDiscovery: connection.endpoint.startsWith('https:'),
      ...others,
      ...connection,
    }),
  }
}

const DEFAULTS = {
  keyPrefix: '',
  createIfMissing: false,
  commandTimeout: 5000,
  strictTraceIds: false,
  strictValues: false,
}

/** @param {Fields} fields */
function checkNames(fields) {
  const known = [...CONNECTION, ...Object.keys(OPTIONS)]
  for (const option of Object.keys(fields)) {
    if (known.includes(option)) continue
    throw invalidConfig(`${option}: unknown option`, { remedy: suggestionFor(option, known) })
  }
}

/** @type {Read} */
function readPath(value, path) {
  const expected = 'the path of a partition key, such as /partitionKey'
  if (typeof value !== 'string') throw invalidConfig(`${path}: expected ${expected}, got ${kindOf(value)}`)
  const names = value.replace(/^\//, '').split('/')
  const isName = (/** @type {string} */ one) => /^[\w.$ -]+$/.test(one)
  if (!names.every(isName)) throw invalidConfig(`${path}: expected ${expected}`)
  if (RESERVED_NAMES.includes(names[0]) || names[0].startsWith('_'))
    throw invalidConfig(`${path}: /${names[0]} cannot be the partition key, as entries use it`)
  return names
}

/** @type {Read} */
function readPrefix(value, path) {
  if (value === false) return ''
  const read = kind('a text, or false', (one) => typeof one === 'string')(value, path)
  if (!read.isWellFormed()) throw invalidConfig(`${path}: contains a lone surrogate`)
  // Otherwise a key of the store with the prefix 'a' could be one of the store with the prefix 'a||b'.
  if (/\|\||\|$/.test(read)) throw invalidConfig(`${path}: contains || or ends with |, which separates it from the key`)
  return read
}

/** @type {Read} */
function readRegions(value, path) {
  if (!Array.isArray(value)) throw invalidConfig(`${path}: expected a list of regions, got ${kindOf(value)}`)
  return value.map((region, index) => text(region, `${path}[${index}]`))
}

/** @type {Read} */
function readCreation(value, path) {
  if (value === false) return false
  if (value === true) return {}
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidConfig(`${path}: expected true, false or an object, got ${describeObject(value)}`)
  const fields = fieldsOf(value, path)
  for (const [field, one] of Object.entries(fields)) {
    if (!Object.hasOwn(CREATION, field))
      throw invalidConfig(`${path}.${field}: unknown option`, { remedy: suggestionFor(field, Object.keys(CREATION)) })
    withPath(path, () => /** @type {Record<string, Read>} */ (CREATION)[field](one, field))
  }
  if (fields.throughput !== undefined && fields.maxThroughput !== undefined)
    throw invalidConfig(`${path}: throughput and maxThroughput exclude each other`)
  return fields
}

module.exports = { resolveCosmosOptions }
