// @ts-check
'use strict'

const { Parts, pack } = require('./record.js')
const { channelOf, checkpointName, checkpointOf, valueName, versionName, writeName, writeOf } = require('./thread.js')

/**
 * @typedef {typeof import('@langchain/langgraph-checkpoint')} Peer
 * @typedef {import('@langchain/langgraph-checkpoint').SerializerProtocol} Serde
 * @typedef {import('@langchain/langgraph-checkpoint').Checkpoint} Checkpoint
 * @typedef {import('@langchain/langgraph-checkpoint').CheckpointMetadata} CheckpointMetadata
 * @typedef {import('@langchain/langgraph-checkpoint').CheckpointTuple} CheckpointTuple
 * @typedef {import('@langchain/langgraph-checkpoint').CheckpointPendingWrite} CheckpointPendingWrite
 * @typedef {import('@langchain/langgraph-checkpoint').ChannelVersions} ChannelVersions
 * @typedef {import('@langchain/langgraph-checkpoint').PendingWrite} PendingWrite
 * @typedef {import('./reading.js').Entry} Entry
 *
 * @typedef {{ threadId: string, namespace: string, id: string }} Place of a checkpoint
 */

/** Where the parts of a record begin: of a checkpoint after the id of its parent, of a write after channel and path of its task. */
const CHECKPOINT_AT = 1
const METADATA_AT = 3
const VERSIONS_AT = 5
const WRITE_AT = 2

/**
 * Converts checkpoints and writes to records and back. What the serializer returns is stored with its type, as it is.
 */
class Tuples {
  #peer
  #serde

  /** @param {Peer} peer @param {() => Serde} serde the saver's, which users may replace */
  constructor(peer, serde) {
    this.#peer = peer
    this.#serde = serde
  }

  /**
   * The fields and records of a checkpoint: first its own, then the values of the channels that it changes.
   *
   * @param {Place} place
   * @param {string | undefined} parentId
   * @param {Checkpoint} checkpoint
   * @param {CheckpointMetadata} metadata
   * @param {ChannelVersions} [changed] default: all channels
   */
  async fieldsOf({ namespace, id }, parentId, checkpoint, metadata, changed) {
    const serde = this.#serde()
    const { channel_values: values = {}, channel_versions: versions = {} } = checkpoint
    const all = { ...(changed ?? withoutVersions(values)), ...versions }
    const written = Object.keys(changed ?? all).filter((channel) => Object.hasOwn(values, channel))
    const kept = { ...this.#peer.copyCheckpoint(checkpoint), channel_values: {} }
    const [ofCheckpoint, ofMetadata, ...ofValues] = await Promise.all([
      serde.dumpsTyped(kept),
      serde.dumpsTyped(metadata),
      ...written.map((channel) => serde.dumpsTyped(values[channel])),
    ])
    const names = Object.entries(all).map(([channel, version]) => versionName(channel, version))
    return [
      checkpointName(namespace, id),
      pack([parentId ?? '', ...ofCheckpoint, ...ofMetadata, ...names]),
      ...ofValues.flatMap((dumped, at) => {
        const channel = written[at]
        return [valueName(namespace, versionName(channel, all[channel])), pack(dumped)]
      }),
    ]
  }

  /**
   * The name and the record of each write, and whether it replaces an earlier one.
   *
   * @param {Place} place
   * @param {PendingWrite[]} writes
   * @param {string} taskId
   * @param {string} taskPath
   */
  async writesOf({ namespace, id }, writes, taskId, taskPath) {
    const dumped = await Promise.all(writes.map(([, value]) => this.#serde().dumpsTyped(value)))
    return writes.map(([channel], at) => {
      const special = Object.hasOwn(this.#peer.WRITES_IDX_MAP, channel) ? this.#peer.WRITES_IDX_MAP[channel] : undefined
      return {
        name: writeName(namespace, id, taskId, special ?? at),
        record: pack([channel, taskPath, ...dumped[at]]),
        replaces: special !== undefined,
      }
    })
  }

  /**
   * @param {string} threadId
   * @param {Entry} entry
   * @param {Map<string, Buffer>} values
   * @returns {Promise<CheckpointTuple>}
   */
  async tupleOf(threadId, { name, record, writes }, values) {
    const { namespace, id } = checkpointOf(name)
    const parts = new Parts(record)
    const [checkpoint, metadata, channels, pendingWrites] = await Promise.all([
      this.#load(parts, CHECKPOINT_AT),
      this.#load(parts, METADATA_AT),
      this.#channels(namespace, parts.textsFrom(VERSIONS_AT), values),
      this.writesIn(writes),
    ])
    const parentId = parts.text(0)
    return {
      config: configOf({ threadId, namespace, id }),
      checkpoint: { ...checkpoint, channel_values: channels },
      metadata,
      ...(parentId !== '' && { parentConfig: configOf({ threadId, namespace, id: parentId }) }),
      pendingWrites,
    }
  }

  /** @param {Entry} entry @returns {Promise<CheckpointMetadata>} */
  metadataOf({ record }) {
    return this.#load(new Parts(record), METADATA_AT)
  }

  /** @param {string} namespace @param {string[]} versions @param {Map<string, Buffer>} values */
  async #channels(namespace, versions, values) {
    const loaded = await Promise.all(
      versions.flatMap((version) => {
        const record = values.get(valueName(namespace, version))
        return record === undefined ? [] : [this.#channel(channelOf(version), record)]
      }),
    )
    return Object.fromEntries(loaded)
  }

  /** @param {string} channel @param {Buffer} record @returns {Promise<[channel: string, value: unknown]>} */
  async #channel(channel, record) {
    return [channel, await this.valueIn(record)]
  }

  /** @param {Buffer} record of a value */
  valueIn(record) {
    return this.#load(new Parts(record), 0)
  }

  /**
   * In the order in which a run applies them: by the path of the task, its id, and the number of the write.
   *
   * @param {Entry['writes']} writes
   * @returns {Promise<CheckpointPendingWrite[]>}
   */
  writesIn(writes) {
    const ordered = writes.map(([name, record]) => {
      const parts = new Parts(record)
      return { ...writeOf(name), channel: parts.text(0), path: parts.text(1), parts }
    })
    ordered.sort((a, b) => compareBytes(a.path, b.path) || compareBytes(a.taskId, b.taskId) || a.number - b.number)
    return Promise.all(
      ordered.map(async ({ taskId, channel, parts }) => [taskId, channel, await this.#load(parts, WRITE_AT)]),
    )
  }

  /** @param {Parts} parts @param {number} index of the type, which the bytes follow @returns {Promise<any>} */
  #load(parts, index) {
    const serde = this.#serde()
    const type = parts.text(index)
    if (type === 'json' && Object.getPrototypeOf(serde) === this.#peer.JsonPlusSerializer.prototype)
      return serde.loadsTyped(type, parts.text(index + 1))
    // Users get bytes that they stored as the class that they stored.
    return serde.loadsTyped(type, new Uint8Array(parts.bytes(index + 1)))
  }
}

/** Compares texts by code point, which is the order of their bytes. @param {string} a @param {string} b */
function compareBytes(a, b) {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** @param {Record<string, unknown>} values @returns {ChannelVersions} */
function withoutVersions(values) {
  return Object.fromEntries(Object.keys(values).map((channel) => [channel, '']))
}

/** @param {Place} place */
function configOf({ threadId, namespace, id }) {
  return { configurable: { thread_id: threadId, checkpoint_ns: namespace, checkpoint_id: id } }
}

module.exports = { Tuples, configOf }
