// @ts-check
'use strict'

const { tracingChannel } = require('node:diagnostics_channel')

/**
 * @typedef {import('node:diagnostics_channel').TracingChannel<any>} Tracing
 * @typedef {Record<string, unknown>} Context a message to subscribers; documented in types/tracing.d.ts
 */

const commands = tracingChannel('redis-state-adapter:command')
const batches = tracingChannel('redis-state-adapter:batch')
const connections = tracingChannel('redis-state-adapter:connection')

/**
 * Whether a channel has subscribers. It is checked before any work for them is done.
 *
 * @param {Tracing} tracing
 */
function isObserved({ start, end, asyncStart, asyncEnd, error }) {
  return (
    start.hasSubscribers ||
    asyncEnd.hasSubscribers ||
    end.hasSubscribers ||
    asyncStart.hasSubscribers ||
    error.hasSubscribers
  )
}

/**
 * Traces a call, as `tracePromise` of Node.js does, but without the result: values are never published.
 *
 * @template T
 * @param {Tracing} tracing
 * @param {Context} context
 * @param {() => Promise<T>} run must not throw
 * @returns {Promise<T>}
 */
function trace(tracing, context, run) {
  return tracing.start.runStores(context, () => {
    const promise = run()
    tracing.end.publish(context)
    return promise.then(
      (value) => {
        finish(tracing, context)
        return value
      },
      (error) => {
        finish(tracing, context, error)
        throw error
      },
    )
  })
}

/**
 * @param {Tracing} tracing
 * @param {Context} context published at the start
 * @param {unknown} [error]
 */
function finish(tracing, context, error) {
  if (error !== undefined) fail(tracing, context, error)
  tracing.asyncStart.publish(context)
  tracing.asyncEnd.publish(context)
}

/**
 * @param {Tracing} tracing
 * @param {Context} context
 * @param {unknown} error
 */
function fail(tracing, context, error) {
  context.error = error
  tracing.error.publish(context)
}

module.exports = { batches, commands, connections, fail, finish, isObserved, trace }
