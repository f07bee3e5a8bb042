// @ts-check
'use strict'

const { callOptions, givenOf } = require('./call-options.js')
const { checkTraceId, escapeMarks, jsonText, nameOf } = require('./entry.js')
const { RedisStateError, invalidArgument } = require('./errors.js')
const { objectOf, unknownName } = require('./input.js')
const { StateLock } = require('./lock.js')

/**
 * @typedef {import('./core.js').Core} Core
 * @typedef {import('../index.js').TransactionOperation} Operation
 */

const WITH_TRANSACTION = ['waitReplicas', 'signal']
const MOST_OPERATIONS = 10_000

/** The fields of each kind of operation, beside `op` and `key`. @type {Record<string, readonly string[]>} */
const FIELDS = {
  set: ['value', 'ttl', 'ifAbsent', 'ifMatch'],
  delete: ['ifMatch'],
  check: ['ifAbsent', 'ifMatch'],
}

/** Gathers the operations of a transaction. */
class StateTransaction {
  /** @type {Operation[]} */
  #operations

  /** @param {Operation[]} operations that it adds to */
  constructor(operations) {
    this.#operations = operations
  }

  /** @param {string} key @param {unknown} value @param {object} [options] */
  set(key, value, options) {
    this.#operations.push({ ...givenOf(Object(options), FIELDS.set), op: 'set', key, value })
    return this
  }

  /** @param {string} key @param {object} [options] */
  delete(key, options) {
    this.#operations.push({ ...givenOf(Object(options), FIELDS.delete), op: 'delete', key })
    return this
  }

  /** @param {string} key @param {object} condition */
  check(key, condition) {
    this.#operations.push({ ...givenOf(Object(condition), FIELDS.check), op: 'check', key })
    return this
  }

  /** @param {import('../index.js').StateLock} lock */
  holds(lock) {
    this.#operations.push({ op: 'holds', lock })
    return this
  }
}

/**
 * @param {Core} core
 * @param {string} traceId
 * @param {unknown} work a list of operations, or a function that makes them
 * @param {unknown} options
 * @returns {Promise<void>}
 */
function transaction(core, traceId, work, options) {
  const send = (/** @type {unknown} */ operations) =>
    core.checked({ traceId, writes: true }, () => run(core, traceId, operations, options))
  if (typeof work !== 'function') return send(work)
  /** @type {Operation[]} */
  const operations = []
  try {
    const working = work(new StateTransaction(operations))
    // Only where there is something to wait for, or calls that are made after this one would be sent before it.
    return typeof working?.then === 'function' ? gather(working).then(() => send(operations)) : send(operations)
  } catch (error) {
    return Promise.reject(error)
  }
}

/** @param {unknown} working */
async function gather(working) {
  await working
}

/**
 * @param {Core} core
 * @param {string} traceId
 * @param {unknown} operations
 * @param {unknown} options
 */
function run(core, traceId, operations, options) {
  checkTraceId(traceId, core.rules)
  if (!Array.isArray(operations) || operations.length > MOST_OPERATIONS) {
    throw invalidArgument(`the operations must be an array of at most ${MOST_OPERATIONS}, or a function`)
  }
  const records = operations.map((operation, index) => recordOf(core, traceId, operation, `operations[${index}]`))
  if (records.length === 0) return nothing(callOptions(options, WITH_TRANSACTION, core.rules))
  checkSlot(core, traceId, records)
  const [{ key }] = records
  const finish = (/** @type {number | [number, string]} */ failed) => {
    if (typeof failed !== 'number') throw cutShort(traceId, records[failed[0] - 1].key, failed)
    if (failed > 0) throw conflict(traceId, records[failed - 1].key, failed - 1)
  }
  return core.act({
    operation: 'transaction',
    action: 'transact',
    traceId,
    key,
    options,
    accepted: WITH_TRANSACTION,
    args: () => records.flatMap(({ args }) => args),
    finish,
  })
}

/** @param {unknown} _checked */
async function nothing(_checked) {}

/**
 * @param {Core} core
 * @param {string} traceId
 * @param {unknown} operation
 * @param {string} at
 * @returns {{ key: string, args: string[] }}
 */
function recordOf(core, traceId, operation, at) {
  const { op, ...rest } = givenOf(objectOf(at, operation), ['op', 'lock', 'key', ...FIELDS.set])
  if (op === 'holds') return holdsRecord(core, traceId, rest.lock, at)
  if (!Object.hasOwn(FIELDS, op)) throw invalidArgument(`${at}.op: expected set, delete, check or holds`)
  const { key, value, ...options } = rest
  const unknown = unknownName(rest, ['key', ...FIELDS[op]])
  if (unknown !== undefined) throw invalidArgument(`${at}.${unknown}: ${op} has no such field`)
  const { ttl, condition } = callOptions(options, FIELDS[op], core.rules)
  if (op === 'check' && condition === '') throw invalidArgument(`${at}: a check needs ifAbsent or ifMatch`)
  const json = op === 'set' ? jsonText(value) : ''
  return { key, args: [op, nameOf(traceId, key, core.rules), json, ttl, escapeMarks(condition)] }
}

/**
 * @param {Core} core
 * @param {string} traceId
 * @param {unknown} lock
 * @param {string} at
 */
function holdsRecord(core, traceId, lock, at) {
  if (!(lock instanceof StateLock)) throw invalidArgument(`${at}.lock: expected what lock() resolved to`)
  if (lock.traceId !== traceId) throw invalidArgument(`${at}.lock: it is of another trace id`)
  return {
    key: lock.key,
    args: ['check', nameOf(traceId, lock.key, core.rules), '', '', `fence:${lock.fence}:${lock.token}`],
  }
}

/**
 * A cluster runs a transaction where all its entries are on one node for certain.
 *
 * @param {Core} core
 * @param {string} traceId
 * @param {{ key: string }[]} records
 */
function checkSlot({ rules }, traceId, records) {
  if (!rules.shares || records.every(({ key }) => key === records[0].key)) return
  const isTagged = rules.hashTags && traceId !== '' && !traceId.startsWith('}')
  if (isTagged) return
  const message = 'in a cluster a transaction on several entries needs hashTags and a trace id that makes a tag'
  throw new RedisStateError('ERR_UNSUPPORTED', message)
}

/** @param {string} traceId @param {string} key @param {number} index */
function conflict(traceId, key, index) {
  const message = `the condition of operations[${index}] does not hold: nothing was written`
  return new RedisStateError('ERR_CONFLICT', message, { traceId, key, applied: 'no' })
}

/**
 * A command that the server does not let the user run, which shows when others were run.
 *
 * @param {string} traceId
 * @param {string} key
 * @param {[number: number, answer: string]} failed
 */
function cutShort(traceId, key, [number, answer]) {
  const message = `at operations[${number - 1}], with those before it done, the server answered: ${answer}`
  return new RedisStateError('ERR_REPLY', message, {
    traceId,
    key,
    applied: 'unknown',
    reply: /^[A-Z]+/.exec(answer)?.[0],
  })
}

module.exports = { transaction }
