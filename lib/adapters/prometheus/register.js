// @ts-check
'use strict'

const { failure, inCall } = require('../../errors.js')
const kinds = require('../../input/option-kinds.js')
const { collect } = require('../metrics/collect.js')
const { FAMILIES } = require('../metrics/families.js')
const { History } = require('../metrics/history.js')
const { sourcesOf } = require('../metrics/sources.js')
const { readOptions } = require('./options.js')
const { rowsOf } = require('./rows.js')
const { titleOf } = require('./text.js')

/**
 * @typedef {import('../../../types/adapters/prometheus.js').PrometheusRegistry} Registry
 * @typedef {import('../../../types/adapters/prometheus.js').RegisterOptions} RegisterOptions
 * @typedef {import('../metrics/collect.js').Collected} Collected
 * @typedef {import('../metrics/collect.js').Part} Part
 */

const isRegistry = (/** @type {any} */ value) =>
  typeof value?.registerMetric === 'function' && typeof value.getSingleMetric === 'function'
const registryKind = kinds.kind('a registry of prom-client', isRegistry)

/** The metrics of each registry, by their prefix. @type {WeakMap<Registry, Map<string, Metrics>>} */
const registered = new WeakMap()

/** The metrics of a registry with one prefix: of all states that were registered there. */
class Metrics {
  /** What each call of `register` passed. @type {Set<Part>} */
  parts = new Set()
  #history = new History()
  /** Read once for all metrics, as a registry reads them without a pause. @type {Collected[] | undefined} */
  #collected = undefined

  /** @param {string} prefix */
  constructor(prefix) {
    this.metrics = FAMILIES.map((family) => this.#metricOf(family, titleOf(family, prefix)))
  }

  /**
   * What a registry calls of a metric of prom-client.
   *
   * @param {typeof FAMILIES[number]} family
   * @param {string} title
   */
  #metricOf(family, title) {
    const { help, type } = family
    const metric = {
      name: title,
      help,
      type,
      aggregator: 'sum',
      get: async () => ({ ...metric, values: valuesOf() }),
      reset() {},
    }
    const valuesOf = () => this.#valuesOf(family, title)
    // A registry of OpenMetrics removes the suffix of `name`, and adds it to the name of each value.
    return metric
  }

  /** @param {typeof FAMILIES[number]} family @param {string} title */
  #valuesOf(family, title) {
    return rowsOf(family, this.#read()).map(({ suffix, labels, le, value }) => {
      if (family.type !== 'histogram') return { labels, value }
      return { metricName: `${title}${suffix}`, labels: le === undefined ? labels : { ...labels, le }, value }
    })
  }

  #read() {
    if (this.#collected === undefined) {
      this.#collected = collect([...this.parts], { history: this.#history })
      Promise.resolve().then(() => {
        this.#collected = undefined
      })
    }
    return this.#collected
  }
}

/** @param {import('../../../types/adapters/prometheus.js').States} states @param {RegisterOptions} [options] */
function register(states, options) {
  return inCall({ operation: 'register' }, () => {
    const {
      registry = defaultRegistry(),
      prefix,
      labels,
      operations,
    } = readOptions(options, { registry: registryKind })
    // A wrong argument is reported here, not by the first scrape; a function may not have its states yet.
    if (typeof states !== 'function') sourcesOf(states)
    const metrics = metricsOf(registry, prefix)
    const part = { states, labels, withOperations: operations }
    addTo(registry, metrics)
    metrics.parts.add(part)
    return () => {
      metrics.parts.delete(part)
      if (metrics.parts.size === 0) removeFrom(registry, metrics)
    }
  })
}

/** @param {Registry} registry @param {string} prefix */
function metricsOf(registry, prefix) {
  const byPrefix = registered.get(registry) ?? new Map()
  registered.set(registry, byPrefix)
  const metrics = byPrefix.get(prefix) ?? new Metrics(prefix)
  byPrefix.set(prefix, metrics)
  return metrics
}

/** Adds the metrics, if they are not in the registry, or not any more. @param {Registry} registry @param {Metrics} metrics */
function addTo(registry, { metrics }) {
  const isOther = (/** @type {any} */ one) => ![undefined, one].includes(registry.getSingleMetric(one.name))
  const taken = metrics.find(isOther)
  if (taken !== undefined) {
    const remedy = 'Set the option prefix.'
    throw failure('ERR_INVALID_ARGUMENT', `registry: it has another metric ${taken.name}`, { remedy })
  }
  for (const metric of metrics) registry.registerMetric(/** @type {never} */ (metric))
}

/** @param {Registry} registry @param {Metrics} metrics */
function removeFrom(registry, { metrics }) {
  for (const metric of metrics) {
    if (registry.getSingleMetric(metric.name) === metric) registry.removeSingleMetric(metric.name)
  }
}

/** @returns {Registry} */
function defaultRegistry() {
  try {
    return require('prom-client').register
  } catch (cause) {
    const remedy = 'Install it with npm install prom-client@15, or export the text of metrics().'
    throw failure('ERR_UNSUPPORTED', 'the package prom-client cannot be loaded', { remedy, cause })
  }
}

module.exports = { register }
