// @ts-check
'use strict'

const { tracingChannel } = require('node:diagnostics_channel')

/**
 * @typedef {import('node:diagnostics_channel').TracingChannel<any>} Tracing
 * @typedef {Record<string, unknown>} Context what subscribers get; documented in index.d.ts
 */

const commands = tracingChannel('redis-state-adapter:command')
const batches = tracingChannel('redis-state-adapter:batch')
const connections = tracingChannel('redis-state-adapter:connection')

/**
 * Whether anybody listens; asked before anything is done for them.
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
 * As Node's own `tracePromise`, but for the result: values are nobody's business.
 *
 * @template T
 * @param {Tracing} tracing
 * @param {Context} context
 * @param {() => Promise<T>} run which rejects and does not throw
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
 * @param {Context} context of something that was started before
 * @param {unknown} [error] why it failed, where it did
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
