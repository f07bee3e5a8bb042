// @ts-check
'use strict'

const { isIntBetween } = require('../input/input.js')
const { isTimeToLive, MAX_TTL_SECONDS, timeToLive } = require('../input/option-kinds.js')
const { kindOf, received } = require('../input/received.js')
const { suggestionFor } = require('../input/suggestion.js')
const { MAX_TIMER_MS } = require('../time.js')
const { fieldsOf, invalidOption } = require('./configuration.js')

/** @typedef {import('../engines/near-cache/near-cache.js').CacheOptions} CacheOptions */

/** @type {Record<string, any>} */
const DEFAULTS = { maxEntries: 10_000, maxBytes: 32 * 1024 * 1024, maxStaleness: 1000, frozen: false }

/** @type {Record<string, [expected: string, accepts: (value: unknown) => boolean]>} */
const FIELDS = {
  maxEntries: wholeNumber('a whole number', Number.MAX_SAFE_INTEGER),
  maxBytes: wholeNumber('a whole number', Number.MAX_SAFE_INTEGER),
  maxStaleness: wholeNumber('whole milliseconds', MAX_TIMER_MS),
  ttl: [`whole seconds from 1 to ${MAX_TTL_SECONDS}, or a duration with its unit such as '1500ms'`, isTimeToLive],
  frozen: ['true or false', (value) => typeof value === 'boolean'],
}

/**
 * Removes the option `cache`, which native code does not need, from the options of the constructor.
 *
 * @param {Record<string, any>} options
 * @returns {CacheOptions | undefined} undefined without a cache
 */
function extractCache(options) {
  const { cache = false } = options
  delete options.cache
  if (cache === false) return undefined
  const { ttl, ...fields } = { ...DEFAULTS, ...(cache === true ? {} : readFields(cache)) }
  checkReadFrom(options.cluster)
  // The embedded store is in this process already.
  if (typeof options.url === 'string' && options.url.startsWith('memory:')) return undefined
  const life = ttl === undefined ? Number.POSITIVE_INFINITY : timeToLive.read(ttl, 'cache.ttl', undefined)
  return /** @type {CacheOptions} */ ({ ...fields, ttl: life })
}

/** @param {unknown} cache @returns {Record<string, any>} */
function readFields(cache) {
  if (typeof cache !== 'object' || cache === null)
    throw invalidOption('cache', `expected true, false or an object, got ${kindOf(cache)}`)
  const fields = fieldsOf(cache, 'cache')
  for (const [name, value] of Object.entries(fields)) {
    if (!Object.hasOwn(FIELDS, name)) throw unknownField(name)
    const [expected, accepts] = FIELDS[name]
    if (!accepts(value)) throw invalidOption(`cache.${name}`, `expected ${expected}, got ${shown(value)}`)
  }
  return fields
}

/** Any text can be a misplaced password. @param {unknown} value */
function shown(value) {
  return typeof value === 'number' ? received(value) : kindOf(value)
}

/** @param {string} name */
function unknownField(name) {
  const known = Object.keys(FIELDS)
  const remedy = suggestionFor(name, known)
  const what = remedy === undefined ? `unknown option, expected ${known.join(', ')}` : 'unknown option'
  return invalidOption(`cache.${name}`, what, { remedy })
}

/** Replicas report a change when it has reached them, which may be later than a read that was answered. @param {any} cluster */
function checkReadFrom(cluster) {
  const readFrom = cluster?.readFrom
  if (readFrom === undefined || readFrom === 'primary') return
  const remedy = "Omit one of both, or set cluster.readFrom to 'primary'."
  throw invalidOption('cache', 'cannot be combined with cluster.readFrom, as entries in memory come from primaries', {
    remedy,
  })
}

/** @param {string} noun @param {number} max @returns {[string, (value: unknown) => boolean]} */
function wholeNumber(noun, max) {
  return [`${noun} from 1 to ${max}`, (value) => isIntBetween(value, 1, max)]
}

module.exports = { extractCache }
