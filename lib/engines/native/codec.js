// @ts-check
'use strict'

const { OPERATIONS } = require('../call.js')
const { recordOf } = require('./command-codec.js')

/**
 * Encodes calls for native code: each is a record of a letter, the name of the entry and arguments. The records of a batch are
 * joined to one string, which src/napi/codec.rs parses.
 *
 * @typedef {import('../call.js').StateCall} StateCall
 * @typedef {import('../call.js').CallOptions} CallOptions
 * @typedef {{ hashTags: boolean }} Naming
 *
 * @typedef {object} RecordKind
 * @property {string} letter
 * @property {(call: StateCall, naming: Naming) => string[]} [args] texts without the delimiters of records
 * @property {(reply: any, call: StateCall) => any} [decode] makes the reply of the contract; without it the reply is passed on
 */

const SEPARATOR = '\x01'
const END = '\0'

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: they delimit records
/** Matches all names that need an escape, and others that are not ASCII: a single range is the fastest test. */
const MAY_NEED_ESCAPE = /[^\x03-\x7f]/
const DELIMITERS = /[\0-\x02]/g
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: see above

/** @type {Record<string, string>} */
const UPDATE_REPLIES = { values: 'pair', last: 'last', lastWithTtl: 'timed' }
/** Replies of PTTL that are not milliseconds. */
const NO_ENTRY = -2
const NO_EXPIRY = -1

/** @satisfies {Record<string, RecordKind>} */
const RECORDS = {
  get: { letter: 'G' },
  getTracked: { letter: 'C', decode: (value, { input }) => ({ value, ttl: input }) },
  set: { letter: 'S' },
  delete: { letter: 'D' },
  ping: { letter: 'P' },
  role: { letter: 'O' },
  setWithOptions: {
    letter: 'W',
    args: ({ json = '', options = {} }) => [json, ttlText(options), escaped(conditionText(options))],
  },
  deleteIfMatch: {
    letter: 'T',
    args: ({ options = {} }) => [escaped(etagOf(options))],
    decode: (value, { input }) => (input?.existence ? true : value),
  },
  deleteExisting: { letter: 'R' },
  has: { letter: 'H' },
  getWithMetadata: { letter: 'M', decode: metadataOf },
  ttl: { letter: 'L', decode: (left) => (left === NO_ENTRY ? null : secondsOf(left)) },
  touch: { letter: 'E', args: ({ options = {} }) => [ttlText(options)], decode: isOne },
  persist: { letter: 'N', decode: isOne },
  increment: {
    letter: 'I',
    args: ({ json = '', options = {}, input }) => [json, ttlText(options), input?.withTtl ? 'ttl' : ''],
    decode: (reply, { input }) => (input?.withTtl ? timedSumOf(reply) : sumOf(reply)),
  },
  update: { letter: 'U', args: updateArgs, decode: updateReply },
  lock: { letter: 'K', args: lockArgs, decode: ([fence, holdMs]) => ({ fence, holdMs }) },
  rateLimit: {
    letter: 'Q',
    args: ({ input: { limit, window, cost } }) => [limit, window, cost].map(String),
    decode: rateLimitReply,
  },
  slidingWindow: {
    letter: 'J',
    args: ({ input: { limit, window, cost } }) => [limit, window, cost].map(String),
    decode: rateLimitReply,
  },
  tokenBucket: {
    letter: 'B',
    args: ({ input: { limit, window, cost, refill } }) => [limit, window, cost, refill].map(String),
    decode: rateLimitReply,
  },
  transaction: { letter: 'X', args: transactionArgs, decode: transactionReply },
  command: { letter: 'A' },
}

/** The records of rate limits, by their algorithm. */
const RATE_LIMITS = { fixed: RECORDS.rateLimit, sliding: RECORDS.slidingWindow, 'token-bucket': RECORDS.tokenBucket }

/**
 * Selects the kind of record that encodes a call.
 *
 * @param {StateCall} call
 * @returns {RecordKind}
 */
function recordKindOf({ operation, options, input }) {
  if (operation === OPERATIONS.get) return RECORDS.get
  if (operation === OPERATIONS.set) return hasConditionOrTtl(options) ? RECORDS.setWithOptions : RECORDS.set
  if (operation === OPERATIONS.rateLimit)
    return RATE_LIMITS[/** @type {import('../call.js').RateLimitInput} */ (input).algorithm]
  if (operation !== OPERATIONS.delete) return RECORDS[/** @type {keyof RECORDS} */ (operation.name)]
  if (options?.condition !== undefined) return RECORDS.deleteIfMatch
  return input?.existence ? RECORDS.deleteExisting : RECORDS.delete
}

/** @param {CallOptions | undefined} options */
function hasConditionOrTtl(options) {
  return options !== undefined && (options.ttl !== undefined || options.condition !== undefined)
}

/**
 * @param {StateCall} call
 * @param {RecordKind} kind
 * @param {Naming} naming
 */
function encode(call, kind, naming) {
  if (kind === RECORDS.command) return kind.letter + recordOf(call.input, !call.operation.writes, escapedIfNeeded) + END
  if (kind === RECORDS.ping || kind === RECORDS.role) return kind.letter + END
  const name = nameOf(call.traceId, call.key, naming)
  // The most frequent call with an argument: without an array.
  if (kind === RECORDS.set) return kind.letter + name + SEPARATOR + call.json + END
  if (kind.args === undefined) return kind.letter + name + END
  return kind.letter + [name, ...kind.args(call, naming)].join(SEPARATOR) + END
}

/**
 * @param {string} traceId
 * @param {string} key
 * @param {Naming} naming
 */
function nameOf(traceId, key, { hashTags }) {
  const name = hashTags ? `{${traceId}}:${key}` : `${traceId}:${key}`
  return escapedIfNeeded(name)
}

/** @param {string} text */
function escapedIfNeeded(text) {
  return MAY_NEED_ESCAPE.test(text) ? escaped(text) : text
}

/** @param {string} text */
function escaped(text) {
  return text.replace(DELIMITERS, (delimiter) => `\x02${delimiter.charCodeAt(0)}`)
}

/** @param {CallOptions} options */
function ttlText({ ttl }) {
  return ttl === undefined ? '' : String(ttl)
}

/** @param {CallOptions} options */
function conditionText({ condition }) {
  if (condition === undefined) return ''
  if (condition.kind === 'match') return `match:${condition.etag}`
  if (condition.kind === 'fence') return `fence:${condition.fence}:${condition.token}`
  return condition.kind
}

/** @param {CallOptions} options */
function etagOf({ condition }) {
  return condition?.kind === 'match' ? condition.etag : ''
}

/** @param {StateCall} call */
function updateArgs({ options = {}, input }) {
  /** @type {import('../call.js').UpdateInput} */
  const { changes, replies } = input
  const flat = changes.flatMap(({ name, path, json = '' }) => [name, String(path.length), ...path, json])
  return [ttlText(options), escaped(etagOf(options)), UPDATE_REPLIES[replies], ...flat]
}

/** @param {any} reply @param {StateCall} call */
function updateReply(reply, { input }) {
  if (input.replies === 'last') return sumOf(reply)
  if (input.replies === 'lastWithTtl') return timedSumOf(reply)
  if (!Array.isArray(reply)) throw new TypeError('not the values before and after')
  const [oldValue, newValue] = reply
  return { oldValue, newValue }
}

/** @param {unknown} reply */
function sumOf(reply) {
  if (typeof reply !== 'number') throw new TypeError('no number')
  return reply
}

/** @param {any} reply the sum, and the milliseconds until the entry expires */
function timedSumOf(reply) {
  if (!Array.isArray(reply)) throw new TypeError('no sum with its time to live')
  const [sum, milliseconds] = reply
  return { value: sumOf(sum), ttl: secondsOf(sumOf(milliseconds)) }
}

/** @param {[allowed: number, remaining: number, milliseconds: number]} reply */
function rateLimitReply([allowed, remaining, left]) {
  return { allowed: allowed === 1, remaining, resetAfter: left / 1000 }
}

/** @param {StateCall} call */
function lockArgs({ input }) {
  /** @type {import('../call.js').LockInput} */
  const { step, token, ttl, waits } = input
  return [step, token, String(ttl), waits ? 'wait' : '']
}

/** @param {StateCall} call whose own entry is that of the first step @param {Naming} naming */
function transactionArgs({ traceId, input }, naming) {
  /** @type {import('../call.js').TransactionInput} */
  const { steps } = input
  return steps.flatMap(({ op, key, json = '', ...options }) => [
    op,
    nameOf(traceId, key, naming),
    json,
    ttlText(options),
    escaped(conditionText(options)),
  ])
}

/** @param {[value: unknown, etag: string, milliseconds: number] | null} reply */
function metadataOf(reply) {
  if (reply === null) return null
  const [value, etag, milliseconds] = reply
  return { value, etag, ttl: secondsOf(milliseconds) }
}

/** @param {number} milliseconds */
function secondsOf(milliseconds) {
  return milliseconds === NO_EXPIRY ? NO_EXPIRY : milliseconds / 1000
}

/** @param {unknown} reply */
function isOne(reply) {
  return reply === 1
}

/**
 * Steps are counted from 1, so that 0 is success.
 *
 * @param {number | [number: number, refusal: string]} reply
 * @param {StateCall} call
 */
function transactionReply(reply, { input }) {
  const [number, refusal] = typeof reply === 'number' ? [reply] : reply
  if (number > input.steps.length) throw new RangeError('the number of no step')
  return number > 0 ? { failed: number - 1, reply: refusal } : {}
}

module.exports = { RECORDS, encode, recordKindOf }
