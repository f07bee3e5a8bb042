// @ts-check
'use strict'

const { pack, unpack } = require('./record.js')
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
    const [parent, type, bytes, metadataType, metadata, ...versions] = unpack(record)
    const [checkpoint, loadedMetadata, channels, pendingWrites] = await Promise.all([
      this.#load(type, bytes),
      this.#load(metadataType, metadata),
      this.#channels(namespace, versions.map(String), values),
      this.writesIn(writes),
    ])
    const parentId = String(parent)
    return {
      config: configOf({ threadId, namespace, id }),
      checkpoint: { ...checkpoint, channel_values: channels },
      metadata: loadedMetadata,
      ...(parentId !== '' && { parentConfig: configOf({ threadId, namespace, id: parentId }) }),
      pendingWrites,
    }
  }

  /** @param {Entry} entry @returns {Promise<CheckpointMetadata>} */
  metadataOf({ record }) {
    const [, , , type, bytes] = unpack(record)
    return this.#load(type, bytes)
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
    const [type, bytes] = unpack(record)
    return this.#load(type, bytes)
  }

  /**
   * In the order in which a run applies them: by the path of the task, its id, and the number of the write.
   *
   * @param {Entry['writes']} writes
   * @returns {Promise<CheckpointPendingWrite[]>}
   */
  writesIn(writes) {
    const ordered = writes.map(([name, record]) => {
      const [channel, path, type, bytes] = unpack(record)
      return { ...writeOf(name), channel, path, type, bytes }
    })
    // Texts by code point, which is the order of their bytes.
    ordered.sort(
      (a, b) =>
        Buffer.compare(a.path, b.path) ||
        Buffer.compare(Buffer.from(a.taskId), Buffer.from(b.taskId)) ||
        a.number - b.number,
    )
    return Promise.all(
      ordered.map(async ({ taskId, channel, type, bytes }) => [taskId, String(channel), await this.#load(type, bytes)]),
    )
  }

  /** @param {Buffer} type @param {Buffer} bytes */
  #load(type, bytes) {
    // Users get bytes that they stored as the class that they stored.
    return this.#serde().loadsTyped(String(type), new Uint8Array(bytes))
  }
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
