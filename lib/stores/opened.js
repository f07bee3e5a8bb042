// @ts-check
'use strict'

const { RedisStateAdapter, openView } = require('../adapter/adapter.js')
const { invalidArgument, invalidConfig } = require('../errors.js')
const { kindOf } = require('../input/received.js')
const { suggestionFor } = require('../input/suggestion.js')
const { warn } = require('../warning.js')
const { COSMOS } = require('./definition.js')
const { shownName } = require('./malformed.js')

/**
 * @typedef {import('./definition.js').Definition} Definition
 * @typedef {import('./load.js').Loaded} Loaded
 */

/** A store with its adapter, and a view on it for the keys of Dapr's client, if that is used. */
class Opened {
  #options
  #isCosmos
  /** @type {ReturnType<typeof openView> | undefined} */
  #byKey = undefined

  /** @param {Definition} definition */
  constructor({ name, type, options }) {
    this.name = name
    this.#options = options
    this.#isCosmos = type === COSMOS
    this.adapter = this.#isCosmos ? openCosmos(options) : new RedisStateAdapter(options)
    if (type === 'state.in-memory') warnOfMemory(name)
  }

  /**
   * The view for keys without a trace id, as Dapr's client has them: the entry of the key is `<keyPrefix><key>`, which is the
   * trace id `traceId` of a store without a prefix. On Cosmos DB each key has its partition: there is no `traceId` of all.
   */
  get byKey() {
    if (this.#isCosmos)
      return { adapter: this.adapter, traceId: undefined, traceIdOf: cosmosTraceIdOf(this.#options.keyPrefix) }
    // A prefix as trace id may have colons, and `hashTags` would put braces around it. Writes keep the index of the adapter.
    const naming = { keyPrefix: /** @type {const} */ (false), hashTags: false, strictTraceIds: false, index: false }
    this.#byKey ??= openView(this.adapter, { ...this.#options, ...naming })
    const traceId = String(this.#options.keyPrefix || '').replace(/:$/, '')
    return { adapter: this.#byKey, traceId, traceIdOf: () => traceId }
  }

  /** The adapter, and the view if there is one. */
  get adapters() {
    return this.#byKey === undefined ? [this.adapter] : [this.adapter, this.#byKey]
  }

  /** @param {import('../../index.js').CleanupOptions} [options] */
  async close(options) {
    await Promise.all([this.adapter.cleanup(options), this.#byKey?.cleanup(options)])
  }
}

/** Loaded with its first store, not with the configuration. @param {any} options @returns {any} */
function openCosmos(options) {
  const { CosmosStateAdapter } = require('../adapter/cosmos.js')
  return new CosmosStateAdapter(options)
}

/**
 * The partition of a key, as Dapr has it: what the metadata says, otherwise the id of the item.
 *
 * @param {string | false} [keyPrefix]
 */
function cosmosTraceIdOf(keyPrefix) {
  const start = keyPrefix ? `${keyPrefix}||` : ''
  return (/** @type {string} */ key, /** @type {any} */ metadata) => String(metadata?.partitionKey ?? start + key)
}

/** @param {string} name */
function warnOfMemory(name) {
  warn(`the store ${name} is in memory: its entries are in this process only and end with it`)
}

/**
 * Finds a store by a role of the environment, or by its name.
 *
 * @param {Loaded} loaded
 * @param {unknown} nameOrRole
 */
function definitionOf({ definitions, outOfScope, roles }, nameOrRole) {
  if (typeof nameOrRole !== 'string') throw invalidArgument(`expected the name of a store, got ${kindOf(nameOrRole)}`)
  const found = definitions.get(roles.storeOf(nameOrRole) ?? nameOrRole)
  if (found !== undefined) return found
  const shown = shownName(nameOrRole)
  const scopes = outOfScope.get(nameOrRole)
  if (scopes !== undefined) throw invalidArgument(`the scopes of the store "${shown}" do not have this appId`)
  const names = [...definitions.keys()]
  const remedy = suggestionFor(nameOrRole, [...names, ...roles.names])
  const stores = `the stores are ${names.join(', ') || 'none'}`
  const roleNames = `the roles of the environment ${roles.environment} are ${roles.names.join(', ') || 'none'}`
  throw invalidArgument(`there is no store or role "${shown}": ${stores}; ${roleNames}`, { remedy })
}

/** The error of a store that lacks something in this environment. @param {Definition} definition */
function unconfigured({ name, source, problems, cause }) {
  const from = source === '' ? '' : ` (${source})`
  return invalidConfig(`the store ${name}${from} cannot be used: ${problems.join('; ')}`, { cause })
}

module.exports = { Opened, definitionOf, unconfigured }
