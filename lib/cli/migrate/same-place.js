// @ts-check
'use strict'

const { nodesOf } = require('../../adapters/scan-keys.js')
const { dispatcherOf } = require('../../adapter/state-adapter.js')
const { RedisStateError } = require('../../errors.js')
const { UsageError } = require('../usage-error.js')
const { EntriesPlace } = require('./entries-place.js')

/**
 * @typedef {import('../command.js').StateStore} StateStore
 * @typedef {import('./open-places.js').Places} Places
 */

const REMEDY = 'Name another target, such as with --to-prefix.'

/**
 * Refuses a target that has keys of the source: the copy would change the source, or copy what it has written.
 *
 * @param {Places} places
 * @returns {Promise<boolean>} whether the places have the same prefix, one with and one without hash tags
 */
async function checkApart({ source, target, sourceState, targetState }) {
  if (!(await isSameDatabase(sourceState, targetState))) return false
  const [from, to] = [prefixOf(source), prefixOf(target)]
  const areEntries = source instanceof EntriesPlace && target instanceof EntriesPlace
  if (areEntries && from === to && source.hashTags !== target.hashTags) return true
  const isSame = areEntries ? from === to : from === to && source.constructor === target.constructor
  if (isSame) throw new UsageError(`the source is the target: ${source.description}`, REMEDY)
  if (!from.startsWith(to) && !to.startsWith(from)) return false
  const what = `the keys of source and target overlap: ${source.description}, and ${target.description}`
  throw new UsageError(`${what}, on one database`, REMEDY)
}

/** @param {import('./place.js').Place} place */
function prefixOf(place) {
  return /** @type {{ prefix?: string }} */ (place).prefix ?? ''
}

/** @param {StateStore} one @param {StateStore} other */
async function isSameDatabase(one, other) {
  if (databaseOf(one) !== databaseOf(other)) return false
  const [first, second] = await Promise.all([idsOf(one), idsOf(other)])
  return first.some((id) => second.includes(id))
}

/** @param {StateStore} state */
function databaseOf(state) {
  const { server, inspectedFields } = dispatcherOf(/** @type {any} */ (state)).engine.rules
  const { database, container } = /** @type {Record<string, unknown>} */ ({ ...inspectedFields, ...server })
  return JSON.stringify([database ?? 0, container])
}

/**
 * What a server is known by, whatever address leads to it: of a replica the same as of its primary.
 *
 * @param {StateStore} state
 * @returns {Promise<string[]>} of a cluster, of each primary
 */
async function idsOf(state) {
  const { inspectedFields } = dispatcherOf(/** @type {any} */ (state)).engine.rules
  const { server = '' } = /** @type {{ server?: string }} */ (inspectedFields)
  try {
    const redis = /** @type {import('../../../index.js').RedisStateAdapter} */ (state)
    const nodes = await nodesOf(redis)
    const replies = nodes.map((key) => redis.command(['INFO', 'replication'], { ...(key && { key }), retry: 'read' }))
    const ids = (await Promise.all(replies)).map((info) => /^master_replid:(\w+)/m.exec(String(info))?.[1])
    return [server, ...ids.filter((id) => id !== undefined)]
  } catch (error) {
    // No permission, or no server: the address is all that is known.
    if (error instanceof RedisStateError && ['ERR_REPLY', 'ERR_UNSUPPORTED'].includes(error.code)) return [server]
    throw error
  }
}

module.exports = { checkApart }
