// @ts-check
'use strict'

const { NativeEngine, checkOptions } = require('../engines/native/engine.js')
const { unsupported } = require('../errors.js')
const { classOf, connected, inConstructor, locatingErrors } = require('./constructing.js')
const { openedFromEnv } = require('./environment.js')
const { resolveOptions } = require('./options.js')
const { StateAdapter, dispatcherOf } = require('./state-adapter.js')

/**
 * @typedef {import('../../index.js').NodeRedisClientLike} Client
 * @typedef {import('../../index.js').RedisStateAdapterOptions} Options
 * @typedef {import('../../index.js').StateOptions} StateOptions
 * @typedef {import('../engines/engine.js').Host} Host
 */

/** A state store on Redis, Valkey or the embedded store. */
class RedisStateAdapter extends StateAdapter {
  /**
   * @param {Options | Client | string | URL} [connection]
   * @param {StateOptions} [stateOptions]
   */
  constructor(connection, stateOptions) {
    const resolve = () => resolveOptions(connection, stateOptions)
    const resolved = inConstructor(RedisStateAdapter, resolve)
    const { options, problem, strategy, credentials, stackTraces, cache, codec } = resolved
    const open = (/** @type {Host} */ host) =>
      inConstructor(RedisStateAdapter, () =>
        explaining(problem, () => openEngine(options, { ...host, strategy, credentials }, cache, codec)),
      )
    super(open, { stackTraces })
  }

  /**
   * @param {Options | Client | string | URL} [options]
   * @param {import('../../index.js').ConnectOptions} [waiting]
   * @returns {Promise<any>} of the class that it is called on
   */
  static async connect(options, waiting) {
    // biome-ignore lint/complexity/noThisInStatic: a subclass inherits the method
    return connected(new (classOf(RedisStateAdapter, this))(options), waiting)
  }

  /**
   * @param {Record<string, string | undefined>} env
   * @returns {any} of the class that it is called on
   */
  static fromEnv(env = process.env) {
    // biome-ignore lint/complexity/noThisInStatic: a subclass inherits the method
    const Adapter = classOf(RedisStateAdapter, this)
    return locatingErrors(RedisStateAdapter.fromEnv, () => openedFromEnv(env, (options) => new Adapter(options)))
  }
}

/**
 * Throws what the constructor would throw for these options, without opening an adapter.
 *
 * @param {Options} options
 */
function checkAdapterOptions(options) {
  const { options: resolved, problem } = resolveOptions(options, undefined)
  explaining(problem, () => checkOptions(resolved))
}

/**
 * Opens a store on the connections of an adapter, with other names of entries; see `NativeEngine.view`.
 *
 * @param {RedisStateAdapter} adapter
 * @param {Options} options of the adapter, except for those of names
 * @returns {import('../../index.js').StateStore}
 */
function openView(adapter, options) {
  const { options: resolved, stackTraces } = resolveOptions(options, undefined)
  const { engine } = dispatcherOf(adapter)
  return new StateAdapter((host) => viewOf(engine, resolved, host), { stackTraces })
}

/**
 * @param {import('../engines/engine.js').StateEngine} engine
 * @param {Record<string, unknown>} options
 * @param {Host} host
 */
function viewOf(engine, options, host) {
  if (engine.rules.codec !== undefined) throw unsupported('an adapter with a codec has no views by key')
  if (engine instanceof NativeEngine) return engine.view(options, host)
  const cached = /** @type {import('../engines/near-cache/engine.js').CachedEngine<NativeEngine>} */ (engine)
  return cached.viewByName(cached.inner.view(options, host))
}

/**
 * @param {Record<string, unknown>} options
 * @param {Host} host
 * @param {import('../engines/near-cache/near-cache.js').CacheOptions} [cache]
 * @param {import('../engines/codec/codec.js').Codec} [codec]
 * @returns {import('../engines/engine.js').StateEngine}
 */
function openEngine(options, host, cache, codec) {
  if (codec !== undefined) {
    // Loaded by the first adapter with a codec. Outside the cache, which so keeps texts.
    const { CodecEngine } = require('../engines/codec/engine.js')
    return new CodecEngine(openEngine(options, host, cache), codec, host)
  }
  if (cache === undefined) return new NativeEngine(options, host)
  // Loaded by the first adapter with a cache, not by the import of the package.
  const { CachedEngine } = require('../engines/near-cache/engine.js')
  return new CachedEngine((onInvalidation) => new NativeEngine(options, { ...host, onInvalidation }), cache, host)
}

/**
 * Runs a function; an error that it throws of the option with the problem is replaced by that of the problem. The name of an
 * option that does not exist is reported whatever its value is.
 *
 * @template T
 * @param {import('./configuration.js').Problem | undefined} problem
 * @param {() => T} run
 * @returns {T}
 */
function explaining(problem, run) {
  try {
    return run()
  } catch (error) {
    const { message } = /** @type {Error} */ (error)
    const isOfValue = problem !== undefined && message.startsWith(`${problem.path}: `)
    throw isOfValue && !message.startsWith(`${problem.path}: unknown option`) ? problem.error : error
  }
}

/** @satisfies {typeof import('../../index.js').RedisStateAdapter} checks the public types */
const published = RedisStateAdapter

module.exports = { RedisStateAdapter: published, checkAdapterOptions, openView }
