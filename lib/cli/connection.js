// @ts-check
'use strict'

const { readFile } = require('node:fs/promises')
const { RedisStateAdapter } = require('../adapter/adapter.js')
const { optionsFromEnv } = require('../adapter/environment.js')
const { RedisStateError } = require('../errors.js')
const { isPlain } = require('../input/input.js')
const { serverOfUrl } = require('../input/server-url.js')
const { StateStores } = require('../stores/state-stores.js')
const { dispatcherOf } = require('../adapter/state-adapter.js')
const { openOverridden } = require('./overridden-store.js')
const { readingPrimaries } = require('./read-primaries.js')
const { UsageError } = require('./usage-error.js')

/**
 * @typedef {import('./command.js').Options} Options
 * @typedef {import('./command.js').StateStore} StateStore
 *
 * @typedef {object} Wanted what a command needs of the store
 * @property {boolean} [index] it works on indexes
 * @property {boolean} [keepsIndexes] it writes entries, which belong into the indexes that there are
 * @property {boolean} [readsPrimaries] whatever `readFrom` is
 * @property {AbortSignal} [signal] ends the wait for the connection
 * @property {Record<string, unknown>} [defaults] options of the adapter, unless they are given
 * @property {Record<string, unknown>} [overrides] options of the adapter or the store, whatever else is given
 *
 * @typedef {object} Opened
 * @property {StateStore} state
 * @property {() => Promise<void>} close
 */

const DEFAULT_TIMEOUT = 60_000
/** Longest wait for the connection. */
const MAX_CONNECT_MS = 5000
/** Variables that a `--url` replaces: they name another server. Credentials stay, as they should not be in arguments. */
const OF_SERVER = ['REDIS_URL', 'REDIS_HOST', 'REDIS_PORT', 'REDIS_DATABASE']
const OF_ADAPTER = ['url', 'options', 'prefix', 'cluster', 'hash-tags']

/**
 * Opens the store that the options name, and waits for its connection.
 *
 * @param {Options} options
 * @param {Record<string, string | undefined>} env
 * @param {Wanted} [wanted]
 * @returns {Promise<Opened>}
 */
async function openState(options, env, wanted = {}) {
  const opened = await unconnected(options, env, wanted)
  try {
    const { signal } = wanted
    await connected(opened.state, Math.min(options.timeout ?? MAX_CONNECT_MS, MAX_CONNECT_MS), signal)
    if (!wanted.keepsIndexes || options.index || options.config !== undefined) return opened
    if (!(await hasIndexes(opened.state, signal))) return opened
  } catch (error) {
    await opened.close()
    throw error
  }
  await opened.close()
  return openState(options, env, { ...wanted, keepsIndexes: false, index: true })
}

/**
 * Whether the entries have indexes. An entry that is created without one is missing in lists.
 *
 * @param {StateStore} state
 * @param {AbortSignal} [signal]
 */
async function hasIndexes(state, signal) {
  const { keyPrefix } = /** @type {{ keyPrefix?: string | false }} */ (
    dispatcherOf(/** @type {any} */ (state)).engine.rules.inspectedFields
  )
  try {
    return (await state.command(['EXISTS', `__state__:indexed:${keyPrefix || ''}`], { retry: 'read', signal })) === 1
  } catch (error) {
    // A user of indexes has this permission. Other stores have no commands.
    if (error instanceof RedisStateError && ['ERR_REPLY', 'ERR_UNSUPPORTED'].includes(error.code)) return false
    throw error
  }
}

/** @param {Options} options @param {Record<string, string | undefined>} env @param {Wanted} wanted @returns {Promise<Opened>} */
async function unconnected(options, env, wanted) {
  if (options.config !== undefined || options.store !== undefined) return openStore(options, env, wanted)
  const all = await adapterOptions(options, env, wanted)
  const adapter = new RedisStateAdapter(wanted.readsPrimaries ? readingPrimaries(all) : all)
  return { state: adapter, close: () => adapter.cleanup({ timeout: 0 }) }
}

/**
 * Waits for the connection. A first attempt that fails is reported at once: a user who waits wants the reason.
 *
 * @param {StateStore} state
 * @param {number} timeout
 * @param {AbortSignal} [signal]
 */
async function connected(state, timeout, signal) {
  const connecting = state.connect({ timeout, signal })
  if (!(state instanceof RedisStateAdapter)) return connecting
  const failed = new Promise((_, reject) => state.once('error', reject))
  // It may fail later, when nothing waits for it any more.
  failed.catch(() => {})
  return Promise.race([connecting, failed])
}

/**
 * The options of the adapter: those of the command line, else those of the file, else the environment.
 *
 * @param {Options} options
 * @param {Record<string, string | undefined>} env
 * @param {Wanted} [wanted]
 * @returns {Promise<Record<string, any>>}
 */
async function adapterOptions(options, env, wanted = {}) {
  const { url, options: file, prefix, cluster, timeout = DEFAULT_TIMEOUT, index = wanted.index } = options
  const fromFile = file === undefined ? {} : await readOptionsFile(file)
  const namesServer = url !== undefined || file !== undefined
  const variables = Object.fromEntries(
    Object.entries(env).filter(([name]) => !namesServer || !OF_SERVER.includes(name)),
  )
  /** @type {Record<string, any>} */
  const all = {
    ...{ commandTimeout: timeout, stackTraces: false },
    ...wanted.defaults,
    ...optionsFromEnv(variables),
    ...fromFile,
  }
  if (url !== undefined) all.url = url
  if (prefix !== undefined) all.keyPrefix = prefix === '' ? false : prefix
  if (options['hash-tags']) all.hashTags = true
  if (options.timeout !== undefined) all.commandTimeout = timeout
  if (index) Object.assign(all, { index: true, strictTraceIds: true, ...(cluster && { hashTags: true }) })
  return { ...(cluster ? asCluster(all) : all), ...wanted.overrides }
}

/** The options of a cluster, one of whose nodes these name. @param {Record<string, any>} options */
function asCluster({ url, host, port, ...others }) {
  if (others.cluster !== undefined) return others
  const { address, login } = url === undefined ? serverAt(host, port) : serverOfUrl(url, 'url')
  const { tls, ...credentials } = login
  // TLS may have options beside the url.
  return { ...(tls && { tls }), ...others, ...credentials, cluster: { nodes: [address] } }
}

/** @param {string} [host] @param {number} [port] @returns {ReturnType<typeof serverOfUrl>} */
function serverAt(host = 'localhost', port = 6379) {
  return { address: { host, port }, login: {} }
}

/** @param {string} file @returns {Promise<Record<string, any>>} */
async function readOptionsFile(file) {
  const text = await readFile(file, 'utf8').catch(({ code }) => {
    throw new UsageError(`--options ${file}: the file cannot be read (${code})`)
  })
  /** @type {unknown} */
  let options
  try {
    options = JSON.parse(text)
  } catch {
    // The message of the parser quotes the text, which may have a password.
    throw new UsageError(`--options ${file}: the file is not JSON`)
  }
  if (typeof options === 'object' && options !== null && isPlain(options) && !Array.isArray(options)) return options
  throw new UsageError(`--options ${file}: expected an object of options`)
}

/**
 * Reads the stores of a configuration.
 *
 * @param {Options} options
 * @param {Record<string, string | undefined>} env
 */
async function openStores(options, env) {
  const { config, settings } = storesOf(options, env)
  return StateStores.load(config, settings)
}

/** @param {Options} options @param {Record<string, string | undefined>} env */
function storesOf({ config, environment, ...others }, env) {
  const unused = OF_ADAPTER.find((name) => others[name] !== undefined)
  if (unused !== undefined)
    throw new UsageError(`--${unused} cannot be combined with --store`, 'The store has its options in --config.')
  if (config === undefined)
    throw new UsageError('--store needs --config', 'It is the file or folder that describes the store.')
  return { config, settings: { env, ...(environment === undefined ? {} : { environment }) } }
}

/** @param {Options} options @param {Record<string, string | undefined>} env @param {Wanted} wanted @returns {Promise<Opened>} */
async function openStore(options, env, { overrides, readsPrimaries }) {
  const { config, store } = options
  const stores = await openStores(options, env)
  const names = stores.list().map(({ name }) => name)
  if (store === undefined && names.length !== 1) {
    throw new UsageError(`--config ${config} has ${names.length} stores`, `Name one with --store: ${names.join(', ')}.`)
  }
  const name = store ?? names[0]
  if (overrides !== undefined || readsPrimaries)
    return openOverridden(config, storesOf(options, env).settings, { name, overrides, readsPrimaries })
  return { state: stores.get(name), close: () => stores.close({ timeout: 0 }) }
}

module.exports = { adapterOptions, connected, hasIndexes, openState, openStores }
