// @ts-check
'use strict'

const { unsupported, unsupportedText } = require('../errors.js')
const { checkId } = require('../input/entry.js')
const { readInput } = require('../input/method-options.js')
const { matcher } = require('./filter.js')

/**
 * @typedef {import('../engines/engine.js').Projection} Projection
 * @typedef {import('./dispatcher.js').Dispatcher} Dispatcher
 */

/**
 * Lists the entries of a trace.
 *
 * @param {Dispatcher} dispatcher
 * @param {'getGroup' | 'getByPrefix' | 'keys' | 'count'} method
 * @param {Projection} projection
 * @param {{ traceId: string, keyPrefix?: string }} scope
 * @param {unknown} options
 */
function listTrace(dispatcher, method, projection, scope, options) {
  return dispatcher.onScope({ method, traceId: scope.traceId, options }, ({ all: { consistency } }) => {
    checkScope(dispatcher, scope)
    const wanted = { ...scope, consistency }
    return { traceId: scope.traceId, start: (engine, cancellation) => engine.list(wanted, projection, cancellation) }
  })
}

/**
 * Counts the entries of a trace id, or of all if there is none. A trace id that is `undefined` is rejected: it would otherwise
 * count all.
 *
 * @param {Dispatcher} dispatcher
 * @param {any[]} scope arguments of the method
 */
function count(dispatcher, scope) {
  const [traceId, keyPrefix = '', options] = scope
  const isOfTrace = scope.length > 1 || (scope.length === 1 && (typeof traceId !== 'object' || traceId === null))
  if (isOfTrace) return listTrace(dispatcher, 'count', 'count', { traceId, keyPrefix }, options)
  return dispatcher.onScope({ method: 'count', options: traceId }, ({ all: { consistency } }) => ({
    start: (engine, cancellation) => engine.list({ consistency }, 'count', cancellation),
  }))
}

/** @param {Dispatcher} dispatcher @param {unknown} options */
function traceIds(dispatcher, options) {
  return dispatcher.onScope({ method: 'traceIds', options }, ({ all: { consistency } }) => ({
    start: (engine, cancellation) => engine.list({ consistency }, 'traceIds', cancellation),
  }))
}

/** @param {Dispatcher} dispatcher @param {unknown} input @param {unknown} options */
function items(dispatcher, input, options) {
  return dispatcher.onScope({ method: 'items', options }, ({ all: { consistency } }) => {
    const { groupId, filter } = readInput('items', input === undefined ? {} : input, 'input', '')
    const matches = matcher(filter)
    const traceId = traceIdOf(dispatcher, groupId)
    /** @type {import('./dispatcher.js').ScopeCall['start']} */
    const start = async (engine, cancellation) => {
      const found = await engine.list({ traceId, consistency }, 'items', cancellation)
      return found.filter((/** @type {import('../../index.js').StateItem} */ item) => matches(item.value))
    }
    return { traceId, start }
  })
}

/** @param {Dispatcher} dispatcher @param {unknown} input @param {unknown} options */
function query(dispatcher, input, options) {
  return dispatcher.onScope({ method: 'query', options }, ({ all: { consistency } }) => {
    // The room query/ is loaded by the first query, not by the import of the package.
    const { queryPlan } = require('../query/query.js')
    const { plan, finish } = queryPlan(input)
    if (plan.traceId !== undefined) dispatcher.checkTraceId(plan.traceId)
    if (!dispatcher.engine.capabilities.query)
      throw unsupported(unsupportedText('query', dispatcher.engine.capabilities.reasons))
    return {
      traceId: plan.traceId,
      start: (engine, cancellation) => engine.query({ ...plan, consistency }, cancellation).then(finish),
    }
  })
}

/** @param {Dispatcher} dispatcher @param {string} traceId @param {string} keyPrefix @param {unknown} options */
function clear(dispatcher, traceId, keyPrefix, options) {
  return dispatcher.onScope({ method: 'clear', traceId, writes: true, options }, () => {
    checkScope(dispatcher, { traceId, keyPrefix })
    dispatcher.flights?.onClear(traceId, keyPrefix)
    return { traceId, start: (engine, cancellation) => engine.clear({ traceId, keyPrefix }, cancellation) }
  })
}

/** @param {Dispatcher} dispatcher @param {{ traceId: unknown, keyPrefix?: unknown }} scope */
function checkScope(dispatcher, scope) {
  dispatcher.checkTraceId(scope.traceId)
  if ('keyPrefix' in scope) checkId('keyPrefix', scope.keyPrefix)
}

/**
 * Checks the trace id of a listing. An empty one means all traces, as in Motia's own adapter.
 *
 * @param {Dispatcher} dispatcher
 * @param {string | undefined} groupId
 */
function traceIdOf(dispatcher, groupId) {
  if (groupId === undefined || groupId === '') return undefined
  dispatcher.checkTraceId(groupId)
  return groupId
}

module.exports = { clear, count, items, listTrace, query, traceIds }
