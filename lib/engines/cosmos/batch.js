// @ts-check
'use strict'

const { Buffer } = require('node:buffer')
const { failure, invalidArgument } = require('../../errors.js')
const { secondsOf } = require('./seconds.js')
const { CONFLICT, FAILED_DEPENDENCY, NOT_FOUND, PRECONDITION_FAILED, TOO_LARGE } = require('./statuses.js')

/**
 * Transactions as one batch, which the service runs completely or not at all.
 *
 * @typedef {import('./store.js').CosmosStore} CosmosStore
 * @typedef {import('./exchange.js').Exchange} Exchange
 * @typedef {import('../call.js').StateCall} StateCall
 * @typedef {import('../call.js').TransactionStep} Step
 *
 * @typedef {object} Effect what a transaction does to one key
 * @property {number} [absent] index of the step whose condition is that there is no entry
 * @property {{ index: number, etag: string }} [match] the step whose condition is an etag
 * @property {Step} [last] the step that sets or deletes the entry
 *
 * @typedef {Record<string, any>} Operation an operation of a batch
 */

const MAX_OPERATIONS = 100
const MAX_BYTES = 2 * 1024 * 1024

/** @type {import('./points.js').Execute} */
async function batch(store, call, exchange) {
  const { steps } = /** @type {import('../call.js').TransactionInput} */ (call.input)
  const effects = effectsOf(steps)
  const contradiction = contradictionIn(effects)
  if (contradiction !== undefined) return { failed: contradiction }
  const planned = [...effects].flatMap(([key, effect]) => operationsOf(store, call.traceId, key, effect))
  checkLimits(planned.map(({ operation }) => operation))
  const { result } = await send(store, call.traceId, planned, exchange)
  const statuses = statusesOf(result, planned.length)
  const failed = statuses.findIndex((status) => status >= 400 && status !== FAILED_DEPENDENCY)
  if (failed < 0) return checked(result, planned)
  return failureOf(statuses[failed], planned[failed], exchange)
}

/** @param {CosmosStore} store @param {string} traceId @param {{ operation: Operation }[]} planned @param {Exchange} exchange @returns {Promise<any>} */
function send(store, traceId, planned, exchange) {
  const operations = /** @type {any} */ (planned.map(({ operation }) => operation))
  return store.container.items.batch(operations, traceId, store.writing(exchange))
}

/**
 * Collects what the steps do to each key. All conditions are of the entries before the transaction.
 *
 * @param {Step[]} steps
 */
function effectsOf(steps) {
  /** @type {Map<string, Effect>} */
  const effects = new Map()
  for (const [index, step] of steps.entries()) {
    const effect = effects.get(step.key) ?? {}
    effects.set(step.key, effect)
    const { condition } = step
    if (condition?.kind === 'absent') effect.absent ??= index
    if (condition?.kind === 'match') {
      // Of two different etags at most one can be right.
      if (effect.match !== undefined && effect.match.etag !== condition.etag) effect.absent ??= index
      effect.match ??= { index, etag: condition.etag }
    }
    if (step.op === 'set' || step.op === 'delete') effect.last = step
  }
  return effects
}

/** The index of a step whose condition contradicts another one. @param {Map<string, Effect>} effects */
function contradictionIn(effects) {
  for (const { absent, match } of effects.values())
    if (absent !== undefined && match !== undefined) return Math.max(absent, match.index)
  return undefined
}

/**
 * @param {CosmosStore} store
 * @param {string} traceId
 * @param {string} key
 * @param {Effect} effect
 * @returns {{ operation: Operation, step: number | undefined, etag?: string }[]} `step`: whose condition the operation checks
 */
function operationsOf(store, traceId, key, { absent, match, last }) {
  const id = store.layout.idOf(key)
  const json = last?.op === 'set' ? last.json : 'null'
  const item = store.newItem({ traceId, key, json }, last?.op === 'set' ? secondsOf(last.ttl) : 0)
  const create = { operationType: 'Create', resourceBody: item }
  const remove = { operationType: 'Delete', id }
  if (match !== undefined) {
    const { index: step, etag: ifMatch } = match
    if (last === undefined) return [{ operation: { operationType: 'Read', id, ifMatch }, step, etag: ifMatch }]
    if (last.op === 'delete') return [{ operation: { ...remove, ifMatch }, step }]
    return [{ operation: { operationType: 'Replace', id, resourceBody: item, ifMatch }, step }]
  }
  if (last?.op === 'set')
    return absent === undefined
      ? [{ operation: { operationType: 'Upsert', resourceBody: item }, step: undefined }]
      : [{ operation: create, step: absent }]
  // A deletion of what is missing would undo the batch, so the item is written before.
  const before = absent === undefined ? { operationType: 'Upsert', resourceBody: item } : create
  return [
    { operation: before, step: absent },
    { operation: remove, step: undefined },
  ]
}

/** @param {Operation[]} operations */
function checkLimits(operations) {
  if (operations.length > MAX_OPERATIONS) {
    const what = `the transaction needs ${operations.length} operations of Azure Cosmos DB, which permits ${MAX_OPERATIONS}`
    throw invalidArgument(what, { remedy: 'A deletion without etag needs two.' })
  }
  if (Buffer.byteLength(JSON.stringify(operations)) > MAX_BYTES)
    throw failure('ERR_TOO_LARGE', 'the transaction has more than the 2 MB that Azure Cosmos DB permits')
}

/** @param {any} result @param {number} length @returns {number[]} */
function statusesOf(result, length) {
  const statuses = Array.isArray(result) ? result.map((one) => one?.statusCode) : []
  const isFit = statuses.length === length && statuses.every(Number.isInteger)
  // Dependencies fail only if an operation does.
  const isUndone =
    statuses.includes(FAILED_DEPENDENCY) && statuses.every((status) => status < 400 || status === FAILED_DEPENDENCY)
  if (!isFit || isUndone) throw failure('ERR_REPLY', 'the answer to the batch does not fit it', { applied: 'unknown' })
  return statuses
}

/** Checks that reads found the etags that they asked for, whatever the service makes of that. @param {any[]} result @param {{ etag?: string }[]} planned */
function checked(result, planned) {
  for (const [index, { etag }] of planned.entries()) {
    const found = result[index].eTag ?? result[index].resourceBody?._etag
    if (etag !== undefined && found !== etag)
      throw failure('ERR_REPLY', 'the service ignored the condition of a check', { applied: 'yes' })
  }
  return {}
}

/** @param {number} status @param {{ step: number | undefined }} planned @param {Exchange} exchange */
function failureOf(status, { step }, exchange) {
  exchange.hasWritten = false
  if (step !== undefined && [CONFLICT, NOT_FOUND, PRECONDITION_FAILED].includes(status)) return { failed: step }
  const code = status === TOO_LARGE ? 'ERR_TOO_LARGE' : 'ERR_REPLY'
  const what = `Azure Cosmos DB undid the batch, an operation of which it rejected (${status})`
  throw failure(code, what, { applied: 'no', reply: String(status) })
}

module.exports = { batch }
