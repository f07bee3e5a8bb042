// @ts-check
'use strict'

const { collect } = require('../metrics/collect.js')
const { FAMILIES } = require('../metrics/families.js')
const { History } = require('../metrics/history.js')

/**
 * @typedef {import('@opentelemetry/api').Meter} Meter
 * @typedef {import('@opentelemetry/api').Observable} Observable
 * @typedef {import('../metrics/families.js').Family} Family
 */

/** The names and units of the figures. Those by method are missing: `db.client.operation.duration` has them. @type {Record<string, [name: string, unit: string]>} */
const NAMES = {
  adapters: ['redis_state.adapters', '{adapter}'],
  calls: ['redis_state.calls', '{call}'],
  errors: ['redis_state.errors', '{call}'],
  in_flight_calls: ['redis_state.calls.in_flight', '{call}'],
  in_flight_calls_limit: ['redis_state.calls.in_flight.limit', '{call}'],
  waiting_commands: ['redis_state.commands.waiting', '{command}'],
  pending_bytes: ['redis_state.calls.pending.size', 'By'],
  pending_limit_bytes: ['redis_state.calls.pending.limit', 'By'],
  sent_bytes: ['redis_state.connection.sent', 'By'],
  received_bytes: ['redis_state.connection.received', 'By'],
  reconnects: ['redis_state.connection.reconnects', '{reconnect}'],
  cache_hits: ['redis_state.cache.hits', '{read}'],
  cache_misses: ['redis_state.cache.misses', '{read}'],
  cache_invalidations: ['redis_state.cache.invalidations', '{entry}'],
  cache_entries: ['redis_state.cache.entries', '{entry}'],
  cache_bytes: ['redis_state.cache.size', 'By'],
  request_units: ['redis_state.request_units', '{request_unit}'],
}
/** @type {Record<string, string>} */
const ATTRIBUTES = {
  store: 'redis_state.store',
  server: 'redis_state.server',
  status: 'redis_state.adapter.status',
  code: 'error.type',
}

/** The figures of adapters as metrics, which are read when they are exported. */
class Gauges {
  #meter
  #states
  #history = new History()
  /** @type {[Family, Observable][]} */
  #observables = []

  /** @param {Meter} meter @param {unknown} states */
  constructor(meter, states) {
    this.#meter = meter
    this.#states = states
    for (const family of FAMILIES) {
      if (family.type === 'histogram' || NAMES[family.name] === undefined) continue
      this.#observables.push([family, observableOf(meter, family)])
    }
    meter.addBatchObservableCallback(this.#observe, this.#instruments)
  }

  stop() {
    this.#meter.removeBatchObservableCallback(this.#observe, this.#instruments)
  }

  get #instruments() {
    return this.#observables.map(([, observable]) => observable)
  }

  /** @type {import('@opentelemetry/api').BatchObservableCallback} */
  #observe = (result) => {
    const parts = [{ states: this.#states, withOperations: false }]
    for (const { labels, snapshot } of collect(parts, { history: this.#history })) {
      for (const [family, observable] of this.#observables) {
        for (const sample of family.samples(snapshot)) {
          result.observe(observable, sample.value, attributesOf({ ...labels, ...sample.labels }))
        }
      }
    }
  }
}

/** @param {Meter} meter @param {Family} family */
function observableOf(meter, { name, type, help }) {
  const [title, unit] = NAMES[name]
  const options = { description: help, unit }
  return type === 'counter'
    ? meter.createObservableCounter(title, options)
    : meter.createObservableUpDownCounter(title, options)
}

/** @param {Record<string, string>} labels */
function attributesOf(labels) {
  return Object.fromEntries(Object.entries(labels).map(([label, value]) => [ATTRIBUTES[label], value]))
}

module.exports = { Gauges }
