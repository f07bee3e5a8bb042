// @ts-check
'use strict'

const { clusterNodes } = require('./cluster.js')

/** Scans of a cluster whose slots move meanwhile. */
const MAX_SCANS = 3

/**
 * Scans the nodes of a cluster. A key that moves meanwhile, from a node that is not scanned yet to one that is, would be missed: then
 * all are scanned again.
 *
 * @template Page
 * @param {import('../../index.js').StateStore} state
 * @param {AbortSignal} signal
 * @param {(nodes: string[]) => AsyncGenerator<Page>} scan gets for each node a key, by which commands are sent to it
 * @returns {AsyncGenerator<Page, boolean>} whether no slot moved during the last scan
 */
async function* scanSettled(state, signal, scan) {
  for (let scans = 0; scans < MAX_SCANS; scans += 1) {
    const before = await clusterNodes(state, signal)
    if (before.isMoving) return false
    yield* scan(before.keys)
    const after = await clusterNodes(state, signal)
    if (!after.isMoving && after.slots === before.slots) return true
  }
  return false
}

module.exports = { scanSettled }
