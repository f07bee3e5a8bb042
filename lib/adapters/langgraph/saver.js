// @ts-check
'use strict'

const { ancestorsOf } = require('./history.js')
const { constructing } = require('../constructing.js')
const { openState } = require('../open-state.js')
const { pagesOf, readPositions } = require('./listing.js')
const { read } = require('./reading.js')
const { Registry } = require('./registry.js')
const { idOf, settingsOf } = require('./settings.js')
const { checkpointName, keysOf, rangeOfNamespace } = require('./thread.js')
const { Threads } = require('./threads.js')
const { Tuples, configOf } = require('./tuples.js')

/**
 * @typedef {import('../../../index.js').RedisStateAdapter} State
 * @typedef {import('../../../adapters/langgraph.js').RedisSaverOptions} RedisSaverOptions
 * @typedef {import('../../../adapters/langgraph.js').LangGraphConnection} Connection
 * @typedef {import('@langchain/core/runnables').RunnableConfig} Config
 * @typedef {import('@langchain/langgraph-checkpoint').CheckpointListOptions} ListOptions
 * @typedef {import('./tuples.js').Checkpoint} Checkpoint
 * @typedef {import('./tuples.js').CheckpointMetadata} CheckpointMetadata
 * @typedef {import('./tuples.js').CheckpointTuple} CheckpointTuple
 * @typedef {import('./tuples.js').ChannelVersions} ChannelVersions
 * @typedef {import('./tuples.js').PendingWrite} PendingWrite
 */

const OPTIONS = ['defaultTTL', 'refreshOnRead', 'serde', 'keyPrefix']
/** Writes in one transaction, which has at most 1,000 commands. */
const WRITES_AT_ONCE = 900
const PASS_THREAD = 'Pass { configurable: { thread_id } }, the id of the conversation or the run.'

/**
 * Makes the class of the saver. The base class comes from the module system of the user, so that both have the same classes.
 *
 * @param {import('./tuples.js').Peer} peer
 */
function defineSaver(peer) {
  return class RedisSaver extends peer.BaseCheckpointSaver {
    #state
    #close
    #settings
    #registry
    #threads
    #tuples

    /** @param {Connection} [connection] @param {RedisSaverOptions} [options] */
    constructor(connection, options) {
      const settings = constructing(RedisSaver, () => settingsOf(options, OPTIONS))
      super(options?.serde)
      this.#settings = settings
      const { state, close } = constructing(RedisSaver, () => openState(connection))
      this.#state = state
      this.#close = close
      this.#registry = new Registry(state, `${settings.prefix}:threads`)
      this.#threads = new Threads(state, this.#registry, settings)
      this.#tuples = new Tuples(peer, () => this.serde)
    }

    /** @param {Connection} url @param {RedisSaverOptions} [options] */
    static async fromUrl(url, options) {
      const saver = new this(url, options)
      try {
        await saver.#state.connect()
      } catch (error) {
        await saver.end()
        throw error
      }
      return saver
    }

    async end() {
      await this.#close()
    }

    /** @param {Config} config @returns {Promise<CheckpointTuple | undefined>} */
    async getTuple(config) {
      const { thread_id, checkpoint_ns = '' } = config.configurable ?? {}
      if (thread_id === undefined) return undefined
      const threadId = idOf('getTuple', 'config.configurable.thread_id', thread_id)
      const namespace = idOf('getTuple', 'config.configurable.checkpoint_ns', checkpoint_ns, { mayBeEmpty: true })
      const id = peer.getCheckpointId(config)
      const which = id
        ? { names: [checkpointName(namespace, idOf('getTuple', 'config.configurable.checkpoint_id', id))] }
        : { newest: { ...rangeOfNamespace(namespace), count: 1 } }
      const ttl = this.#settings.refreshes ? this.#settings.ttl : undefined
      const keys = keysOf(this.#settings.prefix, threadId)
      const [{ entries, values }] = await Promise.all([
        read(this.#state, { keys, ...which, isWhole: true, ttl }),
        ttl !== undefined && this.#registry.extend(threadId, ttl),
      ])
      if (entries.length === 0) return undefined
      return this.#migrated(threadId, await this.#tuples.tupleOf(threadId, entries[0], values))
    }

    /** @param {Config | null} [config] @param {ListOptions | null} [options] @returns {AsyncGenerator<CheckpointTuple>} */
    async *list(config, options) {
      const { limit = Number.POSITIVE_INFINITY, before, filter } = options ?? {}
      const source = this.#source()
      const selection = selectionOf(config, before)
      if (!(limit > 0)) return
      const isFiltered = filter !== undefined && Object.keys(filter).length > 0
      const how = isFiltered ? { limit: Number.POSITIVE_INFINITY, isWhole: false } : { limit, isWhole: true }
      let left = limit
      for await (const page of pagesOf(source, selection, how)) {
        const chosen = (isFiltered ? await this.#matching(page, filter) : page).slice(0, left)
        const whole = isFiltered ? await readPositions(source, chosen.map(positionOf), true) : chosen
        for (const { threadId, entry, values } of whole) {
          yield this.#migrated(threadId, await this.#tuples.tupleOf(threadId, entry, values))
        }
        left -= whole.length
        if (left <= 0) return
      }
    }

    /**
     * @param {Config} config
     * @param {Checkpoint} checkpoint
     * @param {CheckpointMetadata} metadata
     * @param {ChannelVersions} [newVersions]
     */
    async put(config, checkpoint, metadata, newVersions) {
      const { thread_id, checkpoint_ns = '', checkpoint_id } = config.configurable ?? {}
      const place = {
        threadId: idOf('put', 'config.configurable.thread_id', thread_id, { remedy: PASS_THREAD }),
        namespace: idOf('put', 'config.configurable.checkpoint_ns', checkpoint_ns, { mayBeEmpty: true }),
        id: idOf('put', 'checkpoint.id', checkpoint.id),
      }
      const parentId = checkpoint_id && idOf('put', 'config.configurable.checkpoint_id', checkpoint_id)
      const fields = await this.#tuples.fieldsOf(place, parentId, checkpoint, metadata, newVersions)
      const { index, data } = keysOf(this.#settings.prefix, place.threadId)
      await this.#threads.write(place.threadId, [
        ['ZADD', index, 0, checkpointName(place.namespace, place.id)],
        ['HSET', data, ...fields],
      ])
      return configOf(place)
    }

    /**
     * @param {Config} config
     * @param {PendingWrite[]} writes
     * @param {string} taskId
     * @param {string} [taskPath]
     */
    async putWrites(config, writes, taskId, taskPath = '') {
      const { thread_id, checkpoint_ns = '', checkpoint_id } = config.configurable ?? {}
      const place = {
        threadId: idOf('putWrites', 'config.configurable.thread_id', thread_id, { remedy: PASS_THREAD }),
        namespace: idOf('putWrites', 'config.configurable.checkpoint_ns', checkpoint_ns, { mayBeEmpty: true }),
        id: idOf('putWrites', 'config.configurable.checkpoint_id', checkpoint_id),
      }
      idOf('putWrites', 'taskId', taskId)
      if (writes.length === 0) return
      const records = await this.#tuples.writesOf(place, writes, taskId, taskPath)
      const { index, data } = keysOf(this.#settings.prefix, place.threadId)
      const units = Array.from({ length: Math.ceil(records.length / WRITES_AT_ONCE) }, (_, at) =>
        records.slice(at * WRITES_AT_ONCE, (at + 1) * WRITES_AT_ONCE),
      )
      const written = units.map((unit) =>
        this.#threads.write(place.threadId, [
          ['ZADD', index, ...unit.flatMap(({ name }) => [0, name])],
          ...unit.map(({ name, record, replaces }) => [replaces ? 'HSET' : 'HSETNX', data, name, record]),
        ]),
      )
      await Promise.all(written)
    }

    /** @param {string} threadId */
    async deleteThread(threadId) {
      await this.#threads.remove(idOf('deleteThread', 'threadId', threadId))
    }

    /**
     * What the ancestors of a checkpoint have written to some channels, and the last value of each before. With one round trip, where
     * the base class needs one for each ancestor.
     *
     * @param {{ config: Config, channels: string[] }} options
     */
    async getDeltaChannelHistory(options) {
      const { thread_id, checkpoint_ns = '' } = options.config.configurable ?? {}
      if (options.channels.length === 0 || thread_id === undefined) return super.getDeltaChannelHistory(options)
      const threadId = idOf('getDeltaChannelHistory', 'config.configurable.thread_id', thread_id)
      const ancestors = await ancestorsOf(this.#state, {
        keys: keysOf(this.#settings.prefix, threadId),
        namespace: idOf('getDeltaChannelHistory', 'config.configurable.checkpoint_ns', checkpoint_ns, {
          mayBeEmpty: true,
        }),
        id: peer.getCheckpointId(options.config) || undefined,
        channels: options.channels,
      })
      return ancestors === undefined
        ? super.getDeltaChannelHistory(options)
        : historyOf(this.#tuples, ancestors, options.channels)
    }

    /**
     * A version that no other checkpoint has. Runs that begin at the same checkpoint change the same channels, and a value is stored by
     * its channel and version: with whole numbers, one run would read the values of the other.
     *
     * @param {number | undefined} current
     */
    getNextVersion(current) {
      return Math.floor(super.getNextVersion(current)) + Math.random()
    }

    #source() {
      return { state: this.#state, prefix: this.#settings.prefix, threads: () => this.#registry.names() }
    }

    /**
     * The checkpoints whose metadata have these values.
     *
     * @param {import('./listing.js').Listed[]} page
     * @param {Record<string, any>} filter
     */
    async #matching(page, filter) {
      const metadata = await Promise.all(page.map(({ entry }) => this.#tuples.metadataOf(entry)))
      const wanted = Object.entries(filter)
      return page.filter((_, at) =>
        wanted.every(([name, value]) => /** @type {Record<string, any>} */ (metadata[at])[name] === value),
      )
    }

    /**
     * Checkpoints of old versions of LangGraph have the sends of their step among the writes of their parent.
     *
     * @param {string} threadId
     * @param {CheckpointTuple} tuple
     */
    async #migrated(threadId, tuple) {
      const { checkpoint, parentConfig } = tuple
      if (checkpoint.v >= 4 || parentConfig === undefined) return tuple
      const { checkpoint_ns, checkpoint_id } = parentConfig.configurable ?? {}
      const position = { threadId, name: checkpointName(checkpoint_ns, checkpoint_id) }
      const [parent] = await readPositions(this.#source(), [position], true)
      const writes = parent && (await this.#tuples.tupleOf(threadId, parent.entry, parent.values)).pendingWrites
      const versions = Object.values(checkpoint.channel_versions)
      checkpoint.channel_values[peer.TASKS] = (writes ?? [])
        .filter(([, channel]) => channel === peer.TASKS)
        .map(([, , value]) => value)
      checkpoint.channel_versions[peer.TASKS] =
        versions.length > 0 ? peer.maxChannelVersion(...versions) : this.getNextVersion(undefined)
      return tuple
    }
  }
}

/**
 * @param {Tuples} tuples
 * @param {import('./history.js').Ancestor[]} ancestors the nearest first
 * @param {string[]} channels
 */
async function historyOf(tuples, ancestors, channels) {
  const oldestFirst = ancestors.toReversed()
  const writes = (await Promise.all(oldestFirst.map((ancestor) => tuples.writesIn(ancestor.writes)))).flat()
  const seeds = oldestFirst.flatMap((ancestor) => ancestor.seeds)
  const loaded = await Promise.all(seeds.map(([, record]) => tuples.valueIn(record)))
  const entries = channels.map((channel) => {
    const seed = seeds.findIndex(([one]) => one === channel)
    const own = writes.filter(([, one]) => one === channel)
    return [channel, { writes: own, ...(seed >= 0 && { seed: loaded[seed] }) }]
  })
  return Object.fromEntries(entries)
}

/** @param {Config | null | undefined} config @param {Config} [before] */
function selectionOf(config, before) {
  const { thread_id, checkpoint_ns, checkpoint_id } = config?.configurable ?? {}
  const optional = (/** @type {string} */ path, /** @type {unknown} */ value, mayBeEmpty = false) =>
    value === undefined || (value === '' && !mayBeEmpty) ? undefined : idOf('list', path, value, { mayBeEmpty })
  return {
    threadId: optional('config.configurable.thread_id', thread_id),
    namespace: optional('config.configurable.checkpoint_ns', checkpoint_ns, true),
    id: optional('config.configurable.checkpoint_id', checkpoint_id),
    before: optional('options.before.configurable.checkpoint_id', before?.configurable?.checkpoint_id),
  }
}

/** @param {import('./listing.js').Listed} listed */
function positionOf({ threadId, entry }) {
  return { threadId, name: entry.name }
}

module.exports = { defineSaver }
