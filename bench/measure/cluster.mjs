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

// On a busy machine a node may not answer the others for longer than the timeout of the tests.
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
    const report = (/** @type {string} */ line) => progress(`cluster: ${line}`)
    const cluster = await measurePoints(field, { cells: clusterCells, settings }, report)
    return { cluster, failures: renamed(field.failures) }
  } finally {
    await field.close()
  }
}

/**
 * With different names, so that a candidate that fails in a cluster stays in the other sections.
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
