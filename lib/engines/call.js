// @ts-check
'use strict'

/**
 * @typedef {object} Operation what a call does with an entry; it has the same name in all layers
 * @property {string} name
 * @property {boolean} reads whether a call resolves to the engine's reply; otherwise to `call.value`
 * @property {boolean} writes whether it may change an entry, so that its errors have `applied`
 */

const READ = { reads: true, writes: false }
const WRITE = { reads: true, writes: true }

/** The most bytes that UTF-8 needs for a UTF-16 code unit. */
const MAX_BYTES_PER_UNIT = 3

/** Operations on a single entry; `transaction` is one on several entries of a trace, `ping` and `role` are on the server. */
const OPERATIONS = Object.freeze({
  get: operation('get', READ),
  getTracked: operation('getTracked', READ),
  set: operation('set', { reads: false, writes: true }),
  delete: operation('delete', WRITE),
  ping: operation('ping', { reads: false, writes: false }),
  role: operation('role', READ),
  has: operation('has', READ),
  getWithMetadata: operation('getWithMetadata', READ),
  ttl: operation('ttl', READ),
  touch: operation('touch', WRITE),
  persist: operation('persist', WRITE),
  increment: operation('increment', WRITE),
  update: operation('update', WRITE),
  lock: operation('lock', WRITE),
  rateLimit: operation('rateLimit', WRITE),
  transaction: operation('transaction', WRITE),
  command: operation('command', WRITE),
})

/** The operation `command` of a command that only reads. */
const READ_COMMAND = operation('command', READ)

/** @typedef {keyof typeof OPERATIONS} OperationName */

/**
 * @param {string} name
 * @param {{ reads: boolean, writes: boolean }} kind
 * @returns {Operation}
 */
function operation(name, kind) {
  return Object.freeze({ name, ...kind })
}

/**
 * @typedef {{ kind: 'absent' } | { kind: 'match', etag: string } | { kind: 'fence', fence: number, token: string }} Condition
 *   of a write: the entry does not exist; it has this etag; the lock is held with this fencing token
 *
 * @typedef {object} CallOptions options that an engine applies
 * @property {number} [ttl] in milliseconds, 0 for an entry that does not expire; omitted: the engine's default
 * @property {Condition} [condition]
 * @property {import('../../index.js').WaitReplicas} [waitReplicas]
 * @property {boolean} [cache] `false`: the server answers, and not a cache
 *
 * @typedef {{ step: 'acquire' | 'extend' | 'release', token: string, ttl: number, waits: boolean }} LockInput
 *   `ttl` in milliseconds; `waits`: the release is to be announced if another client holds the lock
 * @typedef {'fixed' | 'sliding' | 'token-bucket'} RateLimitAlgorithm
 * @typedef {{ algorithm: RateLimitAlgorithm, limit: number, window: number, cost: number, refill?: number }} RateLimitInput
 *   `window` in milliseconds; `refill`: tokens that are added to a bucket in a window
 * @typedef {{ name: string, path: string[], json?: string }} Change one step of an update; `path` in JSON strings
 * @typedef {{ changes: Change[], replies: 'values' | 'last' | 'lastWithTtl', withTtl?: boolean }} UpdateInput `values`: old and
 *   new value; `last`: the result of the last change; `lastWithTtl`: as of an increment `withTtl`
 * @typedef {{ withTtl: boolean }} IncrementInput the call resolves to the sum and the time to live of the entry
 * @typedef {{ op: string, key: string, json?: string, ttl?: number, condition?: Condition }} TransactionStep
 * @typedef {{ steps: TransactionStep[] }} TransactionInput
 * @typedef {object} CommandInput commands of the user
 * @property {'one' | 'unit' | 'script'} form
 * @property {readonly (string | Uint8Array)[]} args names and arguments, one command after the other; of a script its source, keys
 *   and arguments
 * @property {string} [command] the name of the first command, for errors
 * @property {readonly number[]} [ends] where in `args` each command of a unit ends
 * @property {number} [keys] number of the keys of a script
 * @property {boolean} [isPartial] it runs a script, which may have written before it fails
 * @property {readonly ('pairs' | 'streams' | undefined)[]} [shapes] how RESP3 nests the replies
 * @property {string | Uint8Array} [key] the key that routes it, if it is no argument
 * @property {number} [keyAt] otherwise the index of that key in `args`, if there is one
 * @property {boolean} bytes whether the strings of the reply are bytes
 * @property {Uint8Array[] | undefined} parts arguments that are bytes, in order; set by the engine
 * @typedef {{ existence: boolean }} DeleteInput the call resolves to whether the entry existed, in place of its value
 */

/**
 * A call on one entry, with checked arguments, as the facade passes it to an engine. The engine keeps the functions that settle
 * the call in it too, so that plain reads and writes need one object each.
 */
class StateCall {
  /**
   * @param {Operation} operation
   * @param {string} traceId
   * @param {string} key
   */
  constructor(operation, traceId, key) {
    this.operation = operation
    this.traceId = traceId
    this.key = key
    /** JSON text: the value of a set, the amount of an increment. @type {string | undefined} */
    this.json = undefined
    /** The result of the call, unless its operation `reads`. @type {unknown} */
    this.value = undefined
    /** @type {CallOptions | undefined} */
    this.options = undefined
    /** The method that makes the call, unless its name is that of the operation. @type {string | undefined} */
    this.method = undefined
    /** Other arguments, by operation: `LockInput`, `UpdateInput` and so on. @type {any} */
    this.input = undefined
    /** @type {(value: any) => void} */
    this.resolve = unsent
    /** @type {(error: unknown) => void} */
    this.reject = unsent
  }
}

/**
 * Returns what errors of a call name it.
 *
 * @param {StateCall} call
 * @returns {import('../error-message.js').CallName}
 */
function callNameOf({ method, operation, traceId, key, input }) {
  if (operation.name === 'command')
    return { operation: method ?? operation.name, command: input.command, key: keyTextOf(input) }
  return { operation: method ?? operation.name, traceId, key }
}

/**
 * Returns the key that routes commands of the user, as text.
 *
 * @param {CommandInput} input
 * @returns {string | undefined}
 */
function keyTextOf({ args, key, keyAt }) {
  const bytes = key ?? (keyAt === undefined ? undefined : args[keyAt])
  return bytes === undefined || typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes)
}

function unsent() {
  throw new Error('the call was given to no engine')
}

/**
 * Estimates the size of a call, in UTF-16 code units, including what delimits its record.
 *
 * @param {StateCall} call
 */
function estimatedLength({ traceId, key, json = '' }) {
  return traceId.length + key.length + json.length + 16
}

module.exports = { MAX_BYTES_PER_UNIT, OPERATIONS, READ_COMMAND, StateCall, callNameOf, estimatedLength, keyTextOf }
