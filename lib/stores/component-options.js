// @ts-check
'use strict'

const { suggestionFor } = require('../input/suggestion.js')
const { shownName } = require('./malformed.js')
const { REDIS_IGNORED, REDIS_OPTIONS } = require('./redis-options.js')
const { booleanOf, durationOf, integerOf } = require('./texts.js')

/**
 * @typedef {'text' | 'boolean' | 'integer' | 'duration' | 'unsupported' | 'ignored'} Kind `unsupported`: a problem of the store,
 *   unless it is false; it would change how entries are stored or who may read them
 *
 * @typedef {object} Settings the options of a component that are given, with their values
 * @property {(name: string) => any} get `undefined` if it is not given, or empty
 * @property {() => string[]} unread names, as the file has them, of the options that nothing asked for
 * @property {(option: string) => { path: import('./document.js').Path, name: string }} sourceOf an option of an adapter
 * @property {(name: string) => any} required throws if it is not given
 * @property {(name: string, what: string, remedy?: string) => Error} malformed
 */

/** Options of every state store that mean nothing without a sidecar. */
const IGNORED = [
  'actorStateStore',
  'outboxPublishPubsub',
  'outboxPublishTopic',
  'outboxPubsub',
  'outboxDiscardWhenMissingState',
  'outboxKeyPrefix',
]

/** @type {Record<string, Kind>} */
const COSMOS_OPTIONS = {
  url: 'text',
  masterKey: 'text',
  database: 'text',
  collection: 'text',
  keyPrefix: 'text',
  ttlInSeconds: 'integer',
  partitionKey: 'text',
  consistency: 'text',
  defaultTtlInSeconds: 'integer',
  preferredRegions: 'text',
  enableEndpointDiscovery: 'boolean',
  azureTenantId: 'text',
  azureClientId: 'text',
  azureClientSecret: 'text',
  azureEnvironment: 'text',
}

const COSMOS_IGNORED = [
  'contentType',
  'indexingPolicy',
  'allowInsecureConnection',
  'enableAutomaticFailover',
  'enableMultipleWriteLocations',
  'backupIntervalInMinutes',
  'backupRetentionIntervalInHours',
  'throughputType',
  'requestUnits',
]

/** The options of each type of state store that is known. @type {Record<string, Record<string, Kind>>} */
const OPTIONS = {
  'state.redis': table(REDIS_OPTIONS, REDIS_IGNORED),
  'state.in-memory': table({ keyPrefix: 'text', ttlInSeconds: 'integer' }, []),
  'state.azure.cosmosdb': table(COSMOS_OPTIONS, COSMOS_IGNORED),
}

/** @param {Record<string, Kind>} options @param {string[]} ignored @returns {Record<string, Kind>} */
function table(options, ignored) {
  return {
    ...options,
    ...Object.fromEntries([...IGNORED, ...ignored].map((name) => [name, /** @type {Kind} */ ('ignored')])),
  }
}

/**
 * The type of a component that names none: the only one that has all of its options.
 *
 * @param {string[]} names
 */
function typeOfOptions(names) {
  const fitting = Object.keys(OPTIONS).filter((type) => names.every((name) => known(OPTIONS[type], name)))
  return names.length > 0 && fitting.length === 1 ? fitting[0] : undefined
}

/**
 * Finds an option by its name, in any case.
 *
 * @param {string} type
 * @param {string} name as the file has it
 * @param {(what: string, name: string, remedy?: string) => Error} malformed
 * @returns {{ name: string, kind: Kind }}
 */
function optionOf(type, name, malformed) {
  const found = known(OPTIONS[type], name)
  if (found !== undefined) return { name: found, kind: OPTIONS[type][found] }
  throw malformed('unknown option', shownName(name), suggestionFor(name, Object.keys(OPTIONS[type])))
}

/** @param {Record<string, Kind>} options @param {string} name */
function known(options, name) {
  const lower = name.toLowerCase()
  return Object.keys(options).find((one) => one.toLowerCase() === lower)
}

/** @type {Partial<Record<Kind, [read: (text: string) => unknown, expected: string]>>} */
const READERS = {
  boolean: [booleanOf, 'true or false'],
  integer: [integerOf, 'a whole number'],
  duration: [durationOf, 'a duration such as 5s, 1m30s or 500 (milliseconds)'],
}

/**
 * @param {Kind} kind
 * @param {string} text
 * @returns {{ value?: unknown, expected?: string }} `expected`: what the text is not
 */
function readValue(kind, text) {
  const [read, expected] = READERS[kind] ?? []
  if (read === undefined) return { value: text }
  if (text.trim() === '') return {}
  const value = read(text)
  return value === undefined ? { expected } : { value }
}

module.exports = { OPTIONS, optionOf, readValue, typeOfOptions }
