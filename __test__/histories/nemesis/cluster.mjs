// @ts-check
// Clusters whose slots move or whose replicas take over. While slots move, acknowledged writes must not be lost; in a
// failover they may.

import { setTimeout as pause } from 'node:timers/promises'
import { startCluster } from '../../support/cluster.mjs'
import { slotOf } from '../../support/slot.mjs'
import { now } from '../client/recorder.mjs'
import { noteElections } from './elections.mjs'
import { CLIENT_FAULTS, networkFaults } from './network.mjs'
import { addressesOf, relaysTo } from './relays.mjs'
import { commandFaults, freeze } from './server.mjs'

/**
 * @import { Cluster } from '../../support/cluster.mjs'
 * @import { RedisServer } from '../../support/redis.mjs'
 * @import { Action, Run } from '../run.mjs'
 * @import { Relays } from './relays.mjs'
 *
 * @typedef {Cluster['nodes'][number]} Node
 */

/** Maximum replication lag, and maximum time until clients notice a failover, in milliseconds. */
const LAG = 1000
/** A primary that does not answer for this time is not yet considered failed; in milliseconds. */
const MAX_SILENCE = 500
/** The same for primaries with a replica; shorter, because on a busy machine the replica would take over. */
const MAX_SILENCE_WITH_REPLICA = 250
const DEBUGGABLE = ['--enable-debug-command', 'local']

/** Slots move; no write may be lost. @returns {Promise<import('../run.mjs').Topology>} */
export async function cluster() {
  const nodes = await startCluster({ args: DEBUGGABLE })
  const toNodes = await relaysTo(nodes.nodes.map(({ server }) => server))
  return topology(nodes, toNodes, [...slotMoves(nodes, toNodes), ...onNodes(nodes, MAX_SILENCE)])
}

/** Primaries are killed, and their replicas take over. @returns {Promise<import('../run.mjs').Topology>} */
export async function clusterFailover() {
  const nodes = await startCluster({ replicas: 1, args: DEBUGGABLE, failsOver: true })
  const toNodes = await relaysTo(nodes.nodes.map(({ server }) => server))
  const failing = topology(nodes, toNodes, [...failovers(nodes), ...onNodes(nodes, MAX_SILENCE_WITH_REPLICA)])
  const stopNoting = noteElections(nodes, failing.windows, LAG)
  return {
    ...failing,
    stop() {
      stopNoting()
      return failing.stop()
    },
  }
}

/**
 * @param {Cluster} nodes
 * @param {Relays<RedisServer>} toNodes
 * @param {Action[]} actions
 * @returns {import('../run.mjs').Topology}
 */
function topology(nodes, toNodes, actions) {
  const relays = [...toNodes.values()]
  const network = networkFaults((random) => random.of([[random.of(relays)], relays]))
  const direct = { ...nodes.options, hashTags: true }
  const relayed = { cluster: addressesOf(toNodes), hashTags: true }
  return {
    options: [relayed, relayed, direct],
    actions: [...actions, ...network, ...CLIENT_FAULTS],
    windows: [],
    async stop() {
      for (const relay of relays) relay.close()
      await nodes.stop()
    },
  }
}

/** @param {Cluster} nodes @param {Relays<RedisServer>} toNodes @returns {Action[]} */
function slotMoves(nodes, toNodes) {
  /** The slot of an entry of the current round. @param {Run} run */
  const hotSlot = ({ random, round }) => {
    const kind = random.of(['register', 'counter', 'list', 'together', 'lock'])
    return slotOf(`{${kind}-${round}-${random.below(2)}}`)
  }
  const routeOf = async (/** @type {number} */ slot, /** @type {Run} */ { random }) => {
    const from = await nodes.ownerOf(slot)
    return { from, to: random.of(nodes.nodes.filter((node) => node !== from)) }
  }
  return [
    {
      name: 'a slot moves',
      async act(run) {
        const slot = hotSlot(run)
        await nodes.move(slot, (await routeOf(slot, run)).to)
      },
    },
    {
      name: 'a slot is between two nodes for a while',
      async act(run) {
        const slot = hotSlot(run)
        const route = await routeOf(slot, run)
        await nodes.beginMove(slot, route)
        await pause(run.random.below(400))
        await nodes.moveKeys(slot, route, 1)
        await pause(run.random.below(400))
        await nodes.moveKeys(slot, route)
        await nodes.endMove(slot, route.to)
      },
    },
    {
      name: 'slots move while the replies of a node are late',
      async act(run) {
        const slot = hotSlot(run)
        const { from, to } = await routeOf(slot, run)
        const relay = toNodes.get(from.server)
        relay?.delay(0, 100 + run.random.below(400))
        await nodes.move(slot, to)
        // A redirect of another node makes clients refresh the slot map, before the late redirects of this one arrive.
        for (let moves = 0; moves < 3; moves++) {
          const other = hotSlot(run)
          const route = await routeOf(other, run)
          if (route.from !== from) await nodes.move(other, route.to)
        }
        await pause(run.random.below(300))
        await nodes.move(slot, from)
        relay?.pass()
      },
    },
  ]
}

/** @param {Cluster} nodes @param {number} maxSilence @returns {Action[]} */
function onNodes(nodes, maxSilence) {
  const names = commandFaults(nodes.nodes[0].server).map(({ name }) => name)
  const onRandomNode = names.map((name) => ({
    name,
    async act(/** @type {Run} */ run) {
      const action = commandFaults(run.random.of(nodes.nodes).server, maxSilence).find((each) => each.name === name)
      await action?.act(run)
    },
  }))
  const frozen = {
    name: 'a node is frozen for a moment',
    act: (/** @type {Run} */ { random }) => freeze(random.of(nodes.nodes).server, random.below(maxSilence)),
  }
  return [...onRandomNode, frozen]
}

/** @param {Cluster} nodes @returns {Action[]} */
function failovers(nodes) {
  return [
    {
      name: 'a primary is killed',
      act: (run) =>
        inWindow(run, async () => {
          const primary = run.random.of(await primariesOf(nodes))
          await primary.server.kill()
          await untilServed(nodes, primary)
          await primary.server.start()
          primary.client = await primary.server.client()
        }),
    },
    {
      name: 'a primary is frozen until its replica takes over',
      act: (run) =>
        inWindow(run, async () => {
          const primary = run.random.of(await primariesOf(nodes))
          primary.server.signal('SIGSTOP')
          await untilServed(nodes, primary)
          primary.server.signal('SIGCONT')
        }),
    },
    {
      name: 'a primary hands over',
      act: (run) =>
        inWindow(run, async () => {
          const replica = run.random.of(await replicasOf(nodes))
          await replica.send('CLUSTER', 'FAILOVER').catch(() => {})
          await pause(LAG)
        }),
    },
  ]
}

/**
 * @param {Run} run
 * @param {() => Promise<void>} change
 */
async function inWindow(run, change) {
  const window = { begin: now() - LAG, end: Number.POSITIVE_INFINITY }
  run.topology.windows.push(window)
  await change()
  await pause(2 * LAG)
  window.end = now()
}

/** @param {Cluster} nodes */
const primariesOf = (nodes) => withRole(nodes, 'role:master')
/** @param {Cluster} nodes */
const replicasOf = (nodes) => withRole(nodes, 'role:slave')

/** @param {Cluster} nodes @param {string} role */
async function withRole(nodes, role) {
  const infos = await Promise.all(nodes.nodes.map((node) => node.send('INFO', 'replication')))
  return nodes.nodes.filter((_, index) => String(infos[index]).includes(role))
}

/** Waits until another node serves the slots of a failed one. @param {Cluster} nodes @param {Node} failed */
async function untilServed(nodes, failed) {
  const others = nodes.nodes.filter((node) => node !== failed)
  for (let tries = 0; tries < 400; tries++) {
    const lines = String(await others[0].send('CLUSTER', 'NODES')).split('\n')
    const serving = lines.filter((line) => line.includes('master') && !line.includes('fail') && / \d+-\d+/.test(line))
    if (serving.length === 3 && !serving.some((line) => line.startsWith(failed.id))) return
    await pause(50)
  }
  throw new Error('no replica took over')
}
