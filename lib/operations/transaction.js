// @ts-check
'use strict'

const { OPERATIONS } = require('../engines/call.js')
const { checkNotAborted } = require('../input/abort.js')
const { bindMembers } = require('../input/bind-members.js')
const { checkedOptionsOf } = require('../input/call-options.js')
const { checkId } = require('../input/entry.js')
const { failure, inCall, invalidArgument, withPath } = require('../errors.js')
const { checkObject, readFields, readList } = require('../input/input.js')
const { StateLock } = require('./lock.js')
const { INPUTS, readInput } = require('../input/method-options.js')
const { any } = require('../input/option-kinds.js')
const { kindOf, received } = require('../input/received.js')

/**
 * @typedef {import('./dispatcher.js').Dispatcher} Dispatcher
 * @typedef {import('../input/call-options.js').CheckedOptions} CheckedOptions
 * @typedef {import('../engines/call.js').TransactionStep} Step
 * @typedef {{ op: string, key?: any, value?: unknown, lock?: unknown, [option: string]: any }} ReadOperation an operation whose
 *   options are read: a second reading would take milliseconds for seconds
 */

const MAX_OPERATIONS = 10_000

/**
 * Fields of an operation besides `op` and `key`, by its `op`.
 *
 * @type {Record<string, import('../input/input.js').Fields>}
 */
const OPERATION_FIELDS = {
  set: { value: any, ...INPUTS.transactionSet },
  delete: INPUTS.transactionDelete,
  check: INPUTS.transactionCheck,
}

/** Collects the operations of a transaction until its function returns. */
class StateTransaction {
  /** @type {ReadOperation[] | undefined} */
  #operations = []
  #call
  #rules

  /** @param {string} traceId @param {Dispatcher} dispatcher */
  constructor(traceId, { stackTraces, optionRules }) {
    this.#rules = optionRules
    this.#call = { operation: 'transaction', traceId }
    bindMembers(this, StateTransaction.prototype, stackTraces)
  }

  /** @param {string} key @param {unknown} value @param {object} [options] */
  set(key, value, options = {}) {
    return this.#add(() => ({
      ...readInput('transactionSet', options, 'options', '', this.#rules),
      op: 'set',
      key,
      value,
    }))
  }

  /** @param {string} key @param {object} [options] */
  delete(key, options = {}) {
    return this.#add(() => ({
      ...readInput('transactionDelete', options, 'options', '', this.#rules),
      op: 'delete',
      key,
    }))
  }

  /** @param {string} key @param {object} condition */
  check(key, condition) {
    return this.#add(() => ({
      ...readInput('transactionCheck', condition, 'condition', '', this.#rules),
      op: 'check',
      key,
    }))
  }

  /** @param {import('../../index.js').StateLock} lock */
  holds(lock) {
    return this.#add(() => ({ op: 'holds', lock }))
  }

  /** Returns the operations; no more can be added. */
  end() {
    const operations = this.#operations
    this.#operations = undefined
    return operations
  }

  /** @param {() => ReadOperation} read checks the arguments */
  #add(read) {
    return inCall(this.#call, () => {
      const operation = read()
      if (this.#operations === undefined) throw invalidArgument('the transaction is over: its function has returned')
      this.#operations.push(operation)
      return this
    })
  }
}

/**
 * @param {Dispatcher} dispatcher
 * @param {string} traceId
 * @param {unknown} work a list of operations, or a function that adds them
 * @param {unknown} options
 * @returns {Promise<void>}
 */
function transaction(dispatcher, traceId, work, options) {
  return dispatcher.guard.rejectOnThrow({ operation: 'transaction', traceId, writes: true }, () => {
    const checked = dispatcher.options('transaction', options)
    dispatcher.checkTraceId(traceId)
    if (typeof work === 'function') return collectAndRun(dispatcher, traceId, work, checked)
    checkNotAborted(checked.signal)
    const read = (/** @type {unknown} */ operation, /** @type {string} */ at) =>
      stepOf(dispatcher, traceId, readOperation(dispatcher, operation, at), at)
    return run(dispatcher, traceId, readList(work, 'operations', read, MAX_OPERATIONS), checked)
  })
}

/**
 * Runs the function that adds the operations, then the transaction. An error of that function is passed on unchanged.
 *
 * @param {Dispatcher} dispatcher
 * @param {string} traceId
 * @param {Function} work
 * @param {CheckedOptions} checked
 */
function collectAndRun(dispatcher, traceId, work, checked) {
  const tx = new StateTransaction(traceId, dispatcher)
  const send = () =>
    dispatcher.guard.rejectOnThrow({ operation: 'transaction', traceId, writes: true }, () =>
      runCollected(dispatcher, traceId, tx.end(), checked),
    )
  try {
    const working = work(tx)
    // A synchronous function is not awaited, as calls made after this one would be sent before it.
    return typeof working?.then === 'function' ? awaitWork(working, tx).then(send) : send()
  } catch (error) {
    tx.end()
    return Promise.reject(error)
  }
}

/**
 * @param {Dispatcher} dispatcher
 * @param {string} traceId
 * @param {ReadOperation[] | undefined} operations
 * @param {CheckedOptions} checked
 */
function runCollected(dispatcher, traceId, operations, checked) {
  checkNotAborted(checked.signal)
  const read = (/** @type {ReadOperation} */ operation, /** @type {string} */ at) =>
    stepOf(dispatcher, traceId, operation, at)
  return run(dispatcher, traceId, readList(operations, 'operations', read, MAX_OPERATIONS), checked)
}

/**
 * @param {Dispatcher} dispatcher
 * @param {string} traceId
 * @param {Step[]} steps
 * @param {CheckedOptions} checked
 */
function run(dispatcher, traceId, steps, checked) {
  if (steps.length === 0) return noOperations()
  const [{ key }] = steps
  const finish = (/** @type {import('../engines/engine.js').Replies['transaction']} */ { failed, reply }) => {
    if (failed === undefined) return
    throw reply === undefined
      ? conflictError(traceId, steps[failed].key, failed)
      : cutShortError(traceId, steps[failed].key, failed, reply)
  }
  const { transaction } = OPERATIONS
  return dispatcher.call({ operation: transaction, traceId, key, checked }, () => ({ input: { steps } }), finish)
}

async function noOperations() {}

/**
 * @param {any} working
 * @param {StateTransaction} tx
 */
async function awaitWork(working, tx) {
  try {
    await working
  } catch (error) {
    tx.end()
    throw error
  }
}

/**
 * @param {Dispatcher} dispatcher
 * @param {unknown} operation
 * @param {string} at
 * @returns {ReadOperation}
 */
function readOperation({ optionRules: rules }, operation, at) {
  checkObject(operation, at)
  const { op } = operation
  const inside = `${at}.`
  if (op === 'holds') return { ...readFields(operation, { op: any, lock: any }, { at, inside }), op }
  if (typeof op !== 'string' || !Object.hasOwn(OPERATION_FIELDS, op)) {
    throw invalidArgument(`${at}.op: expected set, delete, check or holds, got ${received(op)}`)
  }
  const fields = { op: any, key: any, ...OPERATION_FIELDS[op] }
  return { ...readFields(operation, fields, { at, inside, rules }), op }
}

/**
 * @param {Dispatcher} dispatcher
 * @param {string} traceId
 * @param {ReadOperation} operation
 * @param {string} at
 * @returns {Step}
 */
function stepOf(dispatcher, traceId, { op, key, value, lock, ...conditions }, at) {
  if (op === 'holds') return holdsStep(traceId, lock, at)
  const { ttl, condition } = withPath(at, () => checkedOptionsOf(conditions))
  if (op === 'check' && condition === undefined) throw invalidArgument(`${at}: expected ifAbsent or ifMatch in a check`)
  const json = op === 'set' ? withPath(`${at}.value`, () => dispatcher.jsonText(value)) : undefined
  withPath(`${at}.key`, () => checkId('key', key))
  return { op, key, json, ttl, condition }
}

/**
 * @param {string} traceId
 * @param {unknown} lock
 * @param {string} at
 * @returns {Step}
 */
function holdsStep(traceId, lock, at) {
  const holder = StateLock.holderOf(lock)
  if (!holder) throw invalidArgument(`${at}.lock: expected a lock that lock() resolved to, got ${kindOf(lock)}`)
  const { key, fence, token } = holder
  if (holder.traceId !== traceId) throw invalidArgument(`${at}.lock: belongs to another trace id`)
  return { op: 'holds', key, condition: { kind: 'fence', fence, token } }
}

/** @param {string} traceId @param {string} key @param {number} index */
function conflictError(traceId, key, index) {
  return failure('ERR_CONFLICT', `the condition of operations[${index}] is not met`, { traceId, key, applied: 'no' })
}

/**
 * The server refused a step (for lack of permission) after it had run the steps before.
 *
 * @param {string} traceId
 * @param {string} key
 * @param {number} index
 * @param {string} reply
 */
function cutShortError(traceId, key, index, reply) {
  const what = `operations[${index}] was rejected, after those before it were executed: ${reply}`
  return failure('ERR_REPLY', what, {
    traceId,
    key,
    applied: 'unknown',
    reply: /^[A-Z]+/.exec(reply)?.[0],
  })
}

module.exports = { transaction }
