// @ts-check
'use strict'

const { errorAttributes, serverAttributes } = require('./attributes.js')
const { Gauges } = require('./gauges.js')

/**
 * @typedef {import('../../../index.js').TracingContext} TracingContext
 * @typedef {import('@opentelemetry/api').Meter} Meter
 */

/** The ranges that the conventions advise, in seconds. */
const BOUNDARIES = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]
const SECONDS = { unit: 's', advice: { explicitBucketBoundaries: BOUNDARIES } }

/** The messages that a meter provider has counted, so that two instrumentations count them once. @type {WeakMap<object, WeakSet<object>>} */
const counted = new WeakMap()

/** The metrics of one meter. */
class Instruments {
  #provider
  #duration
  #connectionTime
  #connectionErrors
  #gauges

  /** @param {object} provider @param {Meter} meter @param {unknown} states whose figures are exported; undefined: none */
  constructor(provider, meter, states) {
    this.#provider = provider
    this.#duration = meter.createHistogram('db.client.operation.duration', {
      description: 'Duration of database client operations.',
      ...SECONDS,
    })
    this.#connectionTime = meter.createHistogram('db.client.connection.create_time', {
      description: 'The time it took to create a new connection.',
      ...SECONDS,
    })
    this.#connectionErrors = meter.createCounter('redis_state.connection.errors', {
      description: 'Attempts to connect that failed, and lost connections.',
      unit: '{error}',
    })
    this.#gauges = states === undefined ? undefined : new Gauges(meter, states)
  }

  /** @param {TracingContext} message @param {number} milliseconds */
  recordCall(message, milliseconds) {
    if (!this.#isFirst(message)) return
    const { operation = '', error } = message
    const attributes = { ...serverAttributes(message), 'db.operation.name': operation }
    this.#duration.record(milliseconds / 1000, withError(attributes, error))
  }

  /** @param {TracingContext} message @param {number} milliseconds */
  recordConnection(message, milliseconds) {
    if (message.error !== undefined || !this.#isFirst(message)) return
    this.#connectionTime.record(milliseconds / 1000, connectionAttributes(message))
  }

  /** @param {TracingContext} message */
  countConnectionError(message) {
    if (this.#isFirst(message)) this.#connectionErrors.add(1, withError(connectionAttributes(message), message.error))
  }

  stop() {
    this.#gauges?.stop()
  }

  /** @param {object} message */
  #isFirst(message) {
    const known = counted.get(this.#provider) ?? new WeakSet()
    if (known.has(message)) return false
    counted.set(this.#provider, known.add(message))
    return true
  }
}

/** @param {import('./attributes.js').Attributes} attributes @param {unknown} error */
function withError(attributes, error) {
  return error === undefined ? attributes : Object.assign(attributes, errorAttributes(error))
}

/** @param {TracingContext} message */
function connectionAttributes(message) {
  const { serverAddress = 'redis', serverPort, database } = message
  const server = serverPort === undefined ? serverAddress : `${serverAddress}:${serverPort}`
  const pool = database === undefined ? server : `${server}/${database}`
  return { ...serverAttributes(message), 'db.client.connection.pool.name': pool }
}

module.exports = { Instruments }
