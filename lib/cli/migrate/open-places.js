// @ts-check
'use strict'

const { dispatcherOf } = require('../../adapter/state-adapter.js')
const { OPERATIONS } = require('../../engines/call.js')
const { openState } = require('../connection.js')
const { UsageError } = require('../usage-error.js')
const { DaprPlace } = require('./dapr-place.js')
const { EntriesPlace } = require('./entries-place.js')
const { IiiPlace } = require('./iii-place.js')
const { serverText } = require('./server-text.js')
const { targetOf } = require('./target-options.js')

/**
 * @typedef {import('../command.js').Options} Options
 * @typedef {import('../command.js').StateStore} StateStore
 * @typedef {import('../connection.js').Opened} Opened
 * @typedef {import('./place.js').Place} Place
 * @typedef {import('./place.js').TargetPlace} TargetPlace
 * @typedef {Record<string, string | undefined>} Env
 *
 * @typedef {object} Places
 * @property {Place} source
 * @property {TargetPlace} target
 * @property {StateStore} sourceState
 * @property {StateStore} targetState
 * @property {() => Promise<void>} close
 */

/** So that the largest value of Redis, 512 MiB, can be written. */
const LARGE_VALUES = { maxPendingBytes: 2 ** 30 }
/** What a replica does not have yet would be missing in the copy, and in the comparison. */
const READING = { readsPrimaries: true }
const LAYOUTS = { from: ['entries', 'iii', 'dapr'], to: ['entries', 'iii'] }

/** @param {Options} options @param {Env} env @param {string | undefined} traceId @returns {Promise<Places>} */
async function openPlaces(options, env, traceId) {
  const target = targetOf(options, env)
  checkLayouts(options, target)
  const from = await openSource(options, env)
  try {
    const source = sourcePlace(from.state, options, traceId)
    const to = await openTarget(target, options, source)
    try {
      const place = targetPlace(to.state, { options, target, source, traceId })
      const close = async () => void (await Promise.all([from.close(), to.close()]))
      return { source, target: place, sourceState: from.state, targetState: to.state, close }
    } catch (error) {
      await to.close()
      throw error
    }
  } catch (error) {
    await from.close()
    throw error
  }
}

/** @param {Options} options @param {import('./target-options.js').Target} target */
function checkLayouts({ from = 'entries', to = 'entries', ...options }, target) {
  for (const [name, layout] of Object.entries({ from, to })) {
    const known = LAYOUTS[/** @type {'from' | 'to'} */ (name)]
    if (!known.includes(layout)) throw new UsageError(`--${name}: expected ${known.join(' or ')}, got ${layout}`)
  }
  const isElsewhere = target.isOtherServer || Object.keys(target.overrides).length > 0 || from !== to
  if (!isElsewhere && !['prefix', 'hash-tags'].some((name) => options[`to-${name}`] !== undefined))
    throw new UsageError('the target is missing', 'Name it with --to-url, --to-prefix or another option of --help.')
  if (from === 'dapr' && options.prefix === undefined)
    throw new UsageError("--from dapr needs --prefix, which is '<app id>||' unless the component has a keyPrefix")
  for (const name of ['trace-id', 'separator']) {
    if (from !== 'dapr' && options[name] !== undefined) throw new UsageError(`--${name} needs --from dapr`)
  }
  if (options['trace-id'] !== undefined && options.separator !== undefined)
    throw new UsageError('--trace-id cannot be combined with --separator')
  if (options.separator === '') throw new UsageError('--separator: expected a text that is not empty')
  if (options['drop-ttl'] && to !== 'iii') throw new UsageError('--drop-ttl needs --to iii', 'Entries keep their ttl.')
}

/** @param {Options} options @param {Env} env */
function openSource(options, env) {
  // Hashes have a prefix of their own.
  if ((options.from ?? 'entries') === 'entries') return openState(options, env, READING)
  return openState(without(options, ['prefix', 'hash-tags', 'index']), env, READING)
}

/** @param {StateStore} state @param {Options} options @param {string} [traceId] @returns {Place} */
function sourcePlace(state, options, traceId) {
  const { from = 'entries', prefix, separator = ':', 'trace-id': allIn, 'not-json': notJson } = options
  if (from === 'entries') return new EntriesPlace(state, { traceId, notJson })
  const { server, description } = serverOf(state, from)
  const shared = { description, traceId, notJson }
  return from === 'iii'
    ? new IiiPlace(server, { prefix, ...shared })
    : new DaprPlace(server, { prefix, separator, allIn, ...shared })
}

/** @param {import('./target-options.js').Target} target @param {Options} options @param {Place} source */
function openTarget(target, { to = 'entries' }, source) {
  const { options, env, overrides } = target
  if (to === 'iii') {
    const { hashTags: _, ...others } = overrides
    const wanted = { ...READING, defaults: LARGE_VALUES, ...overridesOf(others) }
    return openState(without(options, ['prefix', 'hash-tags', 'index']), env, wanted)
  }
  const defaults = { ...LARGE_VALUES, ...namingOf(target, source) }
  if (options.store === undefined && options.config === undefined)
    return openState(withNames(target, source), env, {
      ...READING,
      keepsIndexes: true,
      defaults,
      ...overridesOf(overrides),
    })
  // A store has its names in its configuration; the options of the command line override these.
  const { prefix, 'hash-tags': hashTags, index, cluster: _, ...store } = options
  const named = { ...(prefix !== undefined && { keyPrefix: prefix || false }), ...(hashTags && { hashTags: true }) }
  return openState(store, env, {
    ...READING,
    ...overridesOf({ ...named, ...(index && { index: true }), ...overrides }),
  })
}

/** The names of a target that does not say how it names entries: those of the source. @param {import('./target-options.js').Target} target @param {Place} source */
function namingOf({ overrides }, source) {
  if (!(source instanceof EntriesPlace)) return {}
  return {
    keyPrefix: source.prefix || false,
    ...(source.hashTags && overrides.hashTags !== false && { hashTags: true }),
  }
}

/**
 * The options of a target. On the server of the source, its variables and its file can have other names than the options of the
 * source, which override them.
 *
 * @param {import('./target-options.js').Target} target
 * @param {Place} source
 * @returns {Options}
 */
function withNames({ options, env, isOtherServer }, source) {
  if (isOtherServer) return options
  const { prefix, hashTags } = source instanceof EntriesPlace ? source : {}
  const wanted = env.TO_STATE_KEY_PREFIX || prefix
  return { ...(wanted !== undefined && { prefix: wanted }), ...(hashTags && { 'hash-tags': true }), ...options }
}

/** @param {Record<string, unknown>} overrides */
function overridesOf(overrides) {
  return Object.keys(overrides).length === 0 ? {} : { overrides }
}

/**
 * @param {StateStore} state
 * @param {{ options: Options, target: import('./target-options.js').Target, source: Place, traceId?: string }} wanted
 * @returns {TargetPlace}
 */
function targetPlace(state, { options: { to = 'entries' }, target, source, traceId }) {
  if (to === 'entries') return new EntriesPlace(state, { traceId })
  const { server, description } = serverOf(state, to)
  const prefix = target.options.prefix ?? (source instanceof IiiPlace ? source.prefix : undefined)
  return new IiiPlace(server, { description, prefix, traceId })
}

/** @param {StateStore} state @param {string} layout */
function serverOf(state, layout) {
  const { rules, capabilities } = dispatcherOf(/** @type {any} */ (state)).engine
  const description = serverText(rules)
  if (!capabilities.operations.has(OPERATIONS.command.name) || description.startsWith('memory:'))
    throw new UsageError(`the layout ${layout} needs a Redis server, and ${description || 'this store'} is none`)
  return { server: /** @type {import('../../../index.js').RedisStateAdapter} */ (state), description }
}

/** @param {Options} options @param {string[]} names */
function without(options, names) {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name)))
}

module.exports = { LAYOUTS, openPlaces }
