// @ts-check
'use strict'

const { nodesOf } = require('../adapters/scan-keys.js')

/**
 * What the primaries of a cluster say of themselves.
 *
 * @typedef {object} Nodes
 * @property {string[]} keys of each node one, by which commands are sent to it
 * @property {string} slots which of them has which slots. It changes whenever a slot has another node
 * @property {boolean} isMoving slots are being moved, or the nodes do not agree: entries can be missed by a scan of one node after
 *   the other
 */

/** @param {import('../../index.js').StateStore} state @param {AbortSignal} signal @returns {Promise<Nodes>} */
async function clusterNodes(state, signal) {
  const keys = /** @type {string[]} */ (await nodesOf(/** @type {any} */ (state)))
  const own = await Promise.all(keys.map((key) => ownLine(state, key, signal)))
  const ids = new Set(own.map(({ id }) => id))
  const isMoving = ids.size < keys.length || own.some(({ slots }) => slots.includes('['))
  const slots = own.map(({ id, epoch, slots }) => `${id} ${epoch} ${slots}`)
  return { keys, slots: slots.sort().join('\n'), isMoving }
}

/** The line of a node about itself; no other node knows which slots it moves. @param {import('../../index.js').StateStore} state @param {string} key @param {AbortSignal} signal */
async function ownLine(state, key, signal) {
  const text = String(await state.command(['CLUSTER', 'NODES'], { key, signal }))
  const line = text.split('\n').find((line) => line.split(' ')[2]?.includes('myself')) ?? ''
  const [id, , , , , , epoch, , ...slots] = line.trimEnd().split(' ')
  return { id, epoch, slots: slots.join(' ') }
}

module.exports = { clusterNodes }
