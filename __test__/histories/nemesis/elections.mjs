// @ts-check
// Elections of a cluster, which its nodes hold by themselves when the machine is too busy for one of them to answer in
// time. The replica that takes over may lack acknowledged writes, as it may when the nemesis killed the primary.

import { setTimeout as pause } from 'node:timers/promises'
import { now } from '../client/recorder.mjs'

/**
 * @import { Cluster } from '../../support/cluster.mjs'
 * @import { Window } from '../judge/epochs.mjs'
 */

/** Time between two checks of a node, in milliseconds. */
const INTERVAL = 100

/**
 * Adds a window for each election, from `lag` before it to twice `lag` after it, in milliseconds. An election raises
 * the current epoch of each node that takes part.
 *
 * @param {Cluster} nodes
 * @param {Window[]} windows
 * @param {number} lag
 * @returns {() => void} stops the checks
 */
export function noteElections(nodes, windows, lag) {
  let [epoch, lastSeen, isOver] = [0, now(), false]
  const follow = async (/** @type {Cluster['nodes'][number]} */ node) => {
    while (!isOver) {
      const current = await currentEpoch(node)
      if (epoch > 0 && current > epoch) windows.push({ begin: lastSeen - lag, end: now() + 2 * lag })
      if (current >= epoch) [epoch, lastSeen] = [current, now()]
      await pause(INTERVAL)
    }
  }
  for (const node of nodes.nodes) follow(node)
  return () => {
    isOver = true
  }
}

/** 0 if the node does not answer. @param {Cluster['nodes'][number]} node */
async function currentEpoch(node) {
  const info = await node.send('CLUSTER', 'INFO').catch(() => '')
  return Number(/cluster_current_epoch:(\d+)/.exec(info)?.[1] ?? 0)
}
