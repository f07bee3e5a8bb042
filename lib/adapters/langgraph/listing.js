// @ts-check
'use strict'

const { READ } = require('../../input/command-options.js')
const { inPortions } = require('../raw-keys.js')
const { read } = require('./reading.js')
const { checkpointOf, keysOf, rangeOfNamespace, rangeOfThread } = require('./thread.js')

/**
 * @typedef {import('../../../index.js').RedisStateAdapter} State
 * @typedef {import('./reading.js').Entry} Entry
 *
 * @typedef {object} Source where the checkpoints of a listing are
 * @property {State} state
 * @property {string} prefix
 * @property {() => Promise<string[]>} threads the ids of all threads
 *
 * @typedef {object} Selection
 * @property {string} [threadId] default: all threads
 * @property {string} [namespace] default: all namespaces
 * @property {string} [id] only this checkpoint
 * @property {string} [before] only checkpoints with a lower id
 *
 * @typedef {{ threadId: string, entry: Entry, values: Map<string, Buffer> }} Listed
 * @typedef {{ threadId: string, name: string, id: string }} Position
 */

/** Checkpoints with their values in one reply, and without them. */
const WHOLE_PAGE = 50
const BARE_PAGE = 250

/**
 * Yields the selected checkpoints in pages, the newest first.
 *
 * @param {Source} source
 * @param {Selection} selection
 * @param {{ limit: number, isWhole: boolean }} how
 * @returns {AsyncGenerator<Listed[], void>}
 */
async function* pagesOf(source, selection, { limit, isWhole }) {
  const size = Math.min(limit, isWhole ? WHOLE_PAGE : BARE_PAGE)
  const { threadId, namespace, id } = selection
  if (threadId !== undefined && namespace !== undefined && id === undefined) {
    yield* pagesOfNamespace(source, { ...selection, threadId, namespace }, { size, isWhole })
    return
  }
  const positions = await positionsOf(source, selection, limit)
  for (let at = 0; at < positions.length; at += size) {
    yield await readPositions(source, positions.slice(at, at + size), isWhole)
  }
}

/**
 * One round trip for each page.
 *
 * @param {Source} source
 * @param {{ threadId: string, namespace: string, before?: string }} selection
 * @param {{ size: number, isWhole: boolean }} how
 * @returns {AsyncGenerator<Listed[], void>}
 */
async function* pagesOfNamespace({ state, prefix }, { threadId, namespace, before }, { size, isWhole }) {
  const keys = keysOf(prefix, threadId)
  for (let next = before; ; ) {
    const newest = { ...rangeOfNamespace(namespace, next), count: size }
    const { entries, values } = await read(state, { keys, newest, isWhole })
    yield entries.map((entry) => ({ threadId, entry, values }))
    if (entries.length < size) return
    next = checkpointOf(entries[entries.length - 1].name).id
  }
}

/**
 * The checkpoints of several namespaces or threads, the newest first, whichever of them they are in.
 *
 * @param {Source} source
 * @param {Selection} selection
 * @param {number} limit
 * @returns {Promise<Position[]>}
 */
async function positionsOf(source, { threadId, namespace, id, before }, limit) {
  const threads = threadId === undefined ? await source.threads() : [threadId]
  // A limit counts what is selected, which one checkpoint is only after its id is known.
  const ofThread = { namespace, before, limit: id === undefined ? limit : Number.POSITIVE_INFINITY }
  const found = await inPortions(source.state, threads, (thread) => positionsOfThread(source, thread, ofThread))
  return found
    .flat()
    .filter((position) => (id === undefined || position.id === id) && (before === undefined || position.id < before))
    .sort((a, b) => compare(b.id, a.id) || compare(a.threadId, b.threadId) || compare(a.name, b.name))
}

/**
 * @param {Source} source
 * @param {string} threadId
 * @param {{ namespace?: string, before?: string, limit: number }} selection
 * @returns {Promise<Position[]>}
 */
async function positionsOfThread({ state, prefix }, threadId, { namespace, before, limit }) {
  const { index } = keysOf(prefix, threadId)
  const { min, max } = namespace === undefined ? rangeOfThread() : rangeOfNamespace(namespace, before)
  const isBounded = namespace !== undefined && Number.isFinite(limit)
  const command = ['ZREVRANGEBYLEX', index, max, min, ...(isBounded ? ['LIMIT', 0, limit] : [])]
  const names = /** @type {string[]} */ (await state.command(command, READ))
  return names.map((name) => ({ threadId, name, id: checkpointOf(name).id }))
}

/**
 * Reads checkpoints; each thread with one command, all in one round trip. Those that are gone meanwhile are left out.
 *
 * @param {Source} source
 * @param {{ threadId: string, name: string }[]} positions
 * @param {boolean} isWhole
 * @returns {Promise<Listed[]>} in the order of the positions
 */
async function readPositions({ state, prefix }, positions, isWhole) {
  const threads = [...new Set(positions.map(({ threadId }) => threadId))]
  const reads = threads.map(async (threadId) => {
    const names = positions.filter((position) => position.threadId === threadId).map(({ name }) => name)
    const { entries, values } = await read(state, { keys: keysOf(prefix, threadId), names, isWhole })
    return entries.map((entry) => ({ threadId, entry, values }))
  })
  const found = (await Promise.all(reads)).flat()
  return positions.flatMap(({ threadId, name }) =>
    found.filter((listed) => listed.threadId === threadId && listed.entry.name === name),
  )
}

/** @param {string} a @param {string} b */
function compare(a, b) {
  if (a === b) return 0
  return a < b ? -1 : 1
}

module.exports = { pagesOf, readPositions }
