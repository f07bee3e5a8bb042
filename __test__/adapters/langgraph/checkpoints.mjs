// @ts-check
// Checkpoints as LangGraph makes them.

import { uuid6 } from '@langchain/langgraph-checkpoint'

/** @import { BaseCheckpointSaver, Checkpoint, CheckpointMetadata, CheckpointTuple, CheckpointListOptions } from '@langchain/langgraph-checkpoint' */
/** @import { RunnableConfig } from '@langchain/core/runnables' */

/** @param {string} thread @param {string} [namespace] @param {string} [id] */
export function configOf(thread, namespace = '', id = undefined) {
  return { configurable: { thread_id: thread, checkpoint_ns: namespace, ...(id && { checkpoint_id: id }) } }
}

/**
 * @param {Record<string, unknown>} values
 * @param {Record<string, number>} [versions] default: 1 of each channel
 * @param {string} [id]
 * @returns {Checkpoint}
 */
export function checkpointOf(values, versions, id = uuid6(0)) {
  return {
    v: 4,
    id,
    ts: '2026-01-01T00:00:00.000Z',
    channel_values: values,
    channel_versions: versions ?? Object.fromEntries(Object.keys(values).map((channel) => [channel, 1])),
    versions_seen: {},
  }
}

/** @param {number} [step] @returns {CheckpointMetadata} */
export function metadataOf(step = 0) {
  return { source: 'loop', step, parents: {} }
}

/**
 * Puts a checkpoint with all of its values.
 *
 * @param {BaseCheckpointSaver} saver
 * @param {RunnableConfig} config
 * @param {Record<string, unknown>} values
 * @param {{ step?: number, versions?: Record<string, number>, changed?: string[] }} [how]
 */
export function put(saver, config, values, { step, versions, changed } = {}) {
  const checkpoint = checkpointOf(values, versions)
  const all = Object.entries(checkpoint.channel_versions)
  const newVersions = Object.fromEntries(all.filter(([channel]) => changed === undefined || changed.includes(channel)))
  return saver.put(config, checkpoint, metadataOf(step), newVersions)
}

/**
 * @param {BaseCheckpointSaver} saver
 * @param {RunnableConfig} config
 * @param {CheckpointListOptions} [options]
 */
export async function listed(saver, config, options) {
  /** @type {CheckpointTuple[]} */
  const tuples = []
  for await (const tuple of saver.list(config, options)) tuples.push(tuple)
  return tuples
}

/** @param {CheckpointTuple[]} tuples */
export function stepsOf(tuples) {
  return tuples.map(({ metadata }) => metadata?.step)
}
