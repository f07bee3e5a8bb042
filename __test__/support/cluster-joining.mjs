// @ts-check
// How nodes become a Redis Cluster, and their settings meanwhile.

import { argumentsOf, configure, isComplete, knownNodes } from './cluster-node.mjs'
import { RedisServer } from './redis.mjs'
import { until } from './until.mjs'

/** @typedef {import('./cluster-node.mjs').Node} Node */

const SLOTS = 16_384
/**
 * Settings of a complete cluster, in which no replica takes over by itself: on a busy machine a primary may get no CPU
 * time for seconds, and would be considered failed in the middle of a test.
 */
export const STABLE = { 'cluster-node-timeout': '600000', 'cluster-replica-no-failover': 'no' }
/** The nodes exchange their state more often, and consider one failed that does not answer for a second. */
export const WATCHFUL = { 'cluster-node-timeout': '1000' }
/** Nodes that meet give up after the timeout of the other settings, and nothing makes them meet again. */
const MEETING = { 'cluster-node-timeout': '600000', 'cluster-replica-no-failover': 'yes' }
/** While they exchange their roles and slots. */
export const JOINING = { ...WATCHFUL, 'cluster-replica-no-failover': 'yes' }

/**
 * @param {string[]} args
 * @param {string} [program]
 */
export function serverOf(args, program) {
  const options = ['--cluster-enabled', 'yes', '--cluster-replica-validity-factor', '0', ...argumentsOf(MEETING)]
  return new RedisServer([...options, '--repl-diskless-sync-delay', '0', ...args], program)
}

/**
 * @param {Node[]} nodes
 * @param {{ primaries: number, unassigned: number | undefined }} options
 */
export async function join(nodes, { primaries, unassigned }) {
  const owners = nodes.slice(0, primaries)
  await Promise.all(nodes.map((node, at) => node.send('CLUSTER', 'SET-CONFIG-EPOCH', `${at + 1}`)))
  await Promise.all(owners.map((node, at) => node.send('CLUSTER', 'ADDSLOTS', ...slotsOf(at, primaries, unassigned))))
  await meet(nodes, nodes)
  await configure(nodes, JOINING)
  const replicas = nodes.slice(primaries)
  await Promise.all(replicas.map((node, at) => node.send('CLUSTER', 'REPLICATE', owners[at % primaries].id)))
  await Promise.all(nodes.map((node) => until(() => isComplete(node, nodes.length - primaries))))
}

/**
 * Makes each new node meet each other one, without waiting until some introduce others.
 *
 * @param {Node[]} nodes
 * @param {Node[]} newcomers
 */
export async function meet(nodes, newcomers) {
  for (const [at, node] of nodes.entries()) {
    const others = nodes.slice(at + 1).filter((other) => newcomers.includes(node) || newcomers.includes(other))
    for (const { server } of others) await node.send('CLUSTER', 'MEET', '127.0.0.1', `${server.port}`)
  }
  await Promise.all(nodes.map((node) => until(async () => (await knownNodes(node)) === nodes.length)))
}

/**
 * Makes the settings of a complete cluster. A node that is considered failed by then would remain so for as long as the
 * new timeout: if there is one, waits with the old timeout until it is not any more.
 *
 * @param {Node[]} nodes
 * @param {number} primaries
 */
export async function stabilize(nodes, primaries) {
  const areComplete = async () =>
    (await Promise.all(nodes.map((node) => isComplete(node, nodes.length - primaries)))).every(Boolean)
  for (;;) {
    await configure(nodes, STABLE)
    if (await areComplete()) return
    await configure(nodes, JOINING)
    await until(areComplete)
  }
}

/**
 * @param {number} at
 * @param {number} primaries
 * @param {number | undefined} unassigned
 */
function slotsOf(at, primaries, unassigned) {
  const [first, end] = [at, at + 1].map((part) => Math.floor((SLOTS * part) / primaries))
  const slots = Array.from({ length: end - first }, (_, index) => first + index)
  return slots.filter((slot) => slot !== unassigned).map(String)
}
