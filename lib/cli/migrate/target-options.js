// @ts-check
'use strict'

const { wholeNumber } = require('../option-values.js')

/**
 * @typedef {import('../command.js').Options} Options
 * @typedef {import('../command.js').OptionSpec} OptionSpec
 * @typedef {Record<string, string | undefined>} Env
 *
 * @typedef {object} Target how the target is found
 * @property {Options} options by the names of the connection options, without `to-`
 * @property {Env} env
 * @property {boolean} isOtherServer whether a server or store of its own is named; otherwise it is the server of the source
 * @property {Record<string, unknown>} overrides options of the adapter
 */

const START = 'to-'
/** The variables of the target have the names of those of the source, with this in front. */
const START_OF_VARIABLE = 'TO_'
const OF_ADAPTER = /^(REDIS_(URL|HOST|PORT|USERNAME|PASSWORD|DATABASE)|STATE_(KEY_PREFIX|TTL))$/
/** Options that name a server. */
const NAMING_SERVER = ['url', 'options', 'config', 'store']
const VARIABLES_NAMING_SERVER = ['REDIS_URL', 'REDIS_HOST', 'REDIS_PORT']

/** @type {Record<string, OptionSpec>} */
const TARGET = {
  'to-url': { value: '<url>', does: 'Server of the target. Default: TO_REDIS_URL, or the server of the source' },
  'to-options': { value: '<file>', does: 'JSON file with its options, also for secrets' },
  'to-store': { value: '<name>', does: 'Store or role of --to-config' },
  'to-config': { value: '<path>', does: 'Stores by name. Default: --config' },
  'to-environment': { value: '<name>', does: 'Environment of --to-config. Default: --environment' },
  'to-prefix': { value: '<text>', does: 'Its key prefix. Default: that of the source' },
  'to-database': { value: '<n>', does: 'Its database', read: wholeNumber(0) },
  'to-cluster': { does: 'Its server is a node of a cluster' },
  'to-hash-tags': { does: 'Its entries have the keys {<trace id>}:<key>' },
  'to-no-hash-tags': { does: 'Its entries have no hash tags, although those of the source have' },
  'to-index': { does: 'Its entries have indexes' },
}

/** @param {Options} options @param {Env} env @returns {Target} */
function targetOf(options, env) {
  const given = Object.keys(TARGET).filter((name) => options[name] !== undefined)
  const own = Object.fromEntries(given.map((name) => [name.slice(START.length), options[name]]))
  const { database, 'no-hash-tags': noHashTags, ...others } = own
  const isOtherServer =
    NAMING_SERVER.some((name) => others[name] !== undefined) ||
    VARIABLES_NAMING_SERVER.some((name) => env[START_OF_VARIABLE + name])
  return {
    options: { ...(isOtherServer ? baseOf(options, others) : sourceOf(options)), ...others },
    // A store reads only the variables that its configuration names.
    env: envOf(env, isOtherServer && others.store === undefined && others.config === undefined),
    isOtherServer,
    overrides: { ...(database === undefined ? {} : { database }), ...(noHashTags && { hashTags: false }) },
  }
}

/** What a target on another server has of the source. @param {Options} options @param {Options} own */
function baseOf({ timeout, config, environment }, { store, config: ownConfig }) {
  const isOfSameConfig = store !== undefined && ownConfig === undefined
  return {
    ...(timeout !== undefined && { timeout }),
    ...(isOfSameConfig && config !== undefined && { config }),
    ...(store !== undefined || ownConfig !== undefined ? environment !== undefined && { environment } : {}),
  }
}

/** The connection of the source. @param {Options} options @returns {Options} */
function sourceOf({ url, options: file, store, config, environment, cluster, timeout, index }) {
  const all = { url, options: file, store, config, environment, cluster, timeout, index }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/**
 * Another server gets none of the credentials of the source.
 *
 * @param {Env} env
 * @param {boolean} isOtherServer which is no store
 * @returns {Env}
 */
function envOf(env, isOtherServer) {
  const entries = Object.entries(env)
  const base = isOtherServer ? entries.filter(([name]) => !OF_ADAPTER.test(name)) : entries
  const own = entries
    .map(([name, value]) => /** @type {const} */ ([name.slice(START_OF_VARIABLE.length), name, value]))
    .filter(([name, full]) => full.startsWith(START_OF_VARIABLE) && OF_ADAPTER.test(name))
  return Object.fromEntries([...base, ...own.map(([name, , value]) => [name, value])])
}

module.exports = { TARGET, targetOf }
