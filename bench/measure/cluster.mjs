// @ts-check

import { startCluster } from '../../__test__/support/cluster.mjs'
import { titleOf } from '../candidates.mjs'
import { clusterCells, clusterPrimaries } from '../plan.mjs'
import { Field } from './field.mjs'
import { measurePoints } from './points.mjs'

/**
 * @typedef {import('../types.js').Settings} Settings
 * @typedef {import('./field.mjs').Server} Server
 */

// A busy machine may keep a node from its fellows for longer than tests allow it.
const args = ['--cluster-node-timeout', '15000']

/**
 * @param {import('../types.js').Candidate[]} candidates
 * @param {Settings} settings
 * @param {(line: string) => void} progress
 */
export async function measureCluster(candidates, settings, progress) {
  progress(`starting clusters of ${clusterPrimaries} primaries`)
  const field = await Field.open(
    candidates.filter(({ cluster }) => cluster),
    startNodes,
  )
  try {
    const told = (/** @type {string} */ line) => progress(`cluster: ${line}`)
    const cluster = await measurePoints(field, { cells: clusterCells, settings }, told)
    return { cluster, failures: renamed(field.failures) }
  } finally {
    await field.close()
  }
}

/**
 * By other names, as who fails in a cluster may go on elsewhere.
 *
 * @param {Field['failures']} failures
 */
function renamed(failures) {
  return Object.fromEntries(Object.entries(failures).map(([name, reason]) => [`${titleOf(name)}, cluster`, reason]))
}

/** @returns {Promise<Server>} */
async function startNodes() {
  const cluster = await startCluster({ primaries: clusterPrimaries, args })
  return { urls: cluster.nodes.map(({ server }) => server.url), stop: () => cluster.stop() }
}
