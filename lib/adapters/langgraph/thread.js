// @ts-check
'use strict'

const { hashTag, nameOf, partsOf, rangeOf } = require('./names.js')

/**
 * The names of a thread. It has two Redis keys, which are in the same slot of a cluster:
 *
 * - its *index*, a sorted set whose members have the score 0: of each checkpoint `c <namespace> <id>`, of each write
 *   `w <namespace> <id> <task> <number>`;
 * - its *data*, a hash with the records of these members, and those of the values of channels: `v <namespace> <channel> <version>`.
 *
 * @param {string} prefix
 * @param {string} threadId
 */
function keysOf(prefix, threadId) {
  const tag = hashTag(threadId)
  return { index: `${prefix}:${tag}:index`, data: `${prefix}:${tag}:data` }
}

/** @param {string} namespace @param {string} id */
function checkpointName(namespace, id) {
  return nameOf('c', namespace, id)
}

/** @param {string} checkpoint its name */
function checkpointOf(checkpoint) {
  const [, namespace, id] = partsOf(checkpoint)
  return { namespace, id }
}

/** What identifies a version of a channel in its namespace. @param {string} channel @param {string | number} version */
function versionName(channel, version) {
  return nameOf(channel, `${version}`)
}

/** @param {string} version its name */
function channelOf(version) {
  return partsOf(version)[0]
}

/** @param {string} namespace @param {string} version its name */
function valueName(namespace, version) {
  return `${nameOf('v', namespace)}\0${version}`
}

/** @param {string} namespace @param {string} id @param {string} taskId @param {number} number */
function writeName(namespace, id, taskId, number) {
  return nameOf('w', namespace, id, taskId, `${number}`)
}

/** @param {string} write its name */
function writeOf(write) {
  const [, , , taskId, number] = partsOf(write)
  return { taskId, number: Number(number) }
}

/** All checkpoints of a namespace, or those before one. @param {string} namespace @param {string} [before] */
function rangeOfNamespace(namespace, before) {
  const { min, max } = rangeOf('c', namespace)
  return { min, max: before === undefined ? max : `(${checkpointName(namespace, before)}` }
}

/** The checkpoints of all namespaces. */
function rangeOfThread() {
  return rangeOf('c')
}

/** @param {string} checkpoint its name */
function rangeOfWrites(checkpoint) {
  const { namespace, id } = checkpointOf(checkpoint)
  return rangeOf('w', namespace, id)
}

module.exports = {
  channelOf,
  checkpointName,
  checkpointOf,
  keysOf,
  rangeOfNamespace,
  rangeOfThread,
  rangeOfWrites,
  valueName,
  versionName,
  writeName,
  writeOf,
}
