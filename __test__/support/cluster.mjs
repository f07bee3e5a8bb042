// @ts-check
// A Redis Cluster of real servers.

import { createCluster } from 'redis'
import { JOINING, join, meet, STABLE, serverOf, stabilize, WATCHFUL } from './cluster-joining.mjs'
import { configure, hasRole, isComplete, isServing, nodeOf, ownSlots } from './cluster-node.mjs'
import { slotOf } from './slot.mjs'
import { until } from './until.mjs'

/**
 * @typedef {import('./redis.mjs').Client} Client
 * @typedef {import('./cluster-node.mjs').Node} Node
 */

/** A manual failover is given up after five seconds, for example because a node got no CPU time. */
const HAND_OVER_AGAIN_AFTER = 6000

export class Cluster {
  /** @type {ReturnType<typeof createCluster>[]} */
  #clients = []

  /** @param {Node[]} nodes primaries first */
  constructor(nodes) {
    this.nodes = nodes
  }

  /** Adapter options with the addresses of all nodes. */
  get options() {
    return { cluster: { nodes: this.nodes.map(({ server }) => ({ host: '127.0.0.1', port: server.port })) } }
  }

  /**
   * The running node that considers a slot its own.
   *
   * @param {number} slot
   */
  async ownerOf(slot) {
    for (const node of this.nodes) {
      if (node.server.pid && (await ownSlots(node)).has(slot)) return node
    }
    throw new Error(`no node serves slot ${slot}`)
  }

  /** @param {string} key as stored in Redis */
  ownerOfKey(key) {
    return this.ownerOf(slotOf(key))
  }

  /**
   * Begins to move a slot: from then on each of its keys is at one of the two nodes.
   *
   * @param {number} slot
   * @param {{ from: Node, to: Node }} way
   */
  async beginMove(slot, { from, to }) {
    await to.send('CLUSTER', 'SETSLOT', `${slot}`, 'IMPORTING', from.id)
    await from.send('CLUSTER', 'SETSLOT', `${slot}`, 'MIGRATING', to.id)
  }

  /**
   * Moves all keys of a slot, or at most `most` of them.
   *
   * @param {number} slot
   * @param {{ from: Node, to: Node }} way
   * @param {number} [most]
   */
  async moveKeys(slot, { from, to }, most = Number.POSITIVE_INFINITY) {
    for (let moved = 0; moved < most; ) {
      const count = Math.min(most - moved, 50)
      const keys = await from.send('CLUSTER', 'GETKEYSINSLOT', `${slot}`, `${count}`)
      if (keys.length === 0) return
      await from.send('MIGRATE', '127.0.0.1', `${to.server.port}`, '', '0', '60000', 'KEYS', ...keys)
      moved += keys.length
    }
  }

  /**
   * @param {number} slot
   * @param {Node} to
   */
  async endMove(slot, to) {
    await this.#untilAgreed()
    const others = this.nodes.filter((node) => node !== to && node.server.pid)
    for (const node of [to, ...others]) await node.send('CLUSTER', 'SETSLOT', `${slot}`, 'NODE', to.id).catch(() => {})
  }

  /**
   * Waits until all running nodes know of the last move. Two nodes that gain slots before that can have the same epoch, and then
   * each names another owner of a slot, for good.
   */
  #untilAgreed() {
    const running = this.nodes.filter(({ server }) => server.pid)
    return until(async () => {
      const infos = await Promise.all(running.map((node) => node.send('CLUSTER', 'INFO')))
      return new Set(infos.map((info) => /cluster_current_epoch:\d+/.exec(info)?.[0])).size === 1
    })
  }

  /**
   * Moves a slot with its keys.
   *
   * @param {number} slot
   * @param {Node} to
   */
  async move(slot, to) {
    const from = await this.ownerOf(slot)
    if (from === to) return
    await this.beginMove(slot, { from, to })
    await this.moveKeys(slot, { from, to })
    await this.endMove(slot, to)
  }

  /**
   * Moves the slot of a key.
   *
   * @param {string} key as stored in Redis
   * @param {Node} to
   */
  moveKey(key, to) {
    return this.move(slotOf(key), to)
  }

  /**
   * From now on the nodes consider one that does not answer failed, and this replica may take over. The others may not:
   * on a busy machine a primary may be silent for as long as a failed one.
   *
   * @param {Node} successor
   */
  async allowFailoverTo(successor) {
    const others = this.nodes.filter((node) => node !== successor)
    await Promise.all(others.map((node) => node.configure(JOINING)))
    await successor.configure(WATCHFUL)
  }

  /**
   * Waits until a replica has taken over, and the cluster serves all slots again.
   *
   * @param {Node} successor
   * @param {Node} failed
   */
  async untilTakenOver(successor, failed) {
    await until(() => hasRole(successor, 'master'))
    const others = this.nodes.filter((node) => node !== failed)
    await Promise.all(others.map((node) => until(() => isServing(node, successor))))
  }

  /** A manual failover. @param {Node} replica takes over */
  async handOverTo(replica) {
    let asked = Number.NEGATIVE_INFINITY
    await until(async () => {
      if (await hasRole(replica, 'master')) return true
      if (performance.now() - asked > HAND_OVER_AGAIN_AFTER) {
        asked = performance.now()
        await replica.send('CLUSTER', 'FAILOVER')
      }
    })
  }

  /** A node-redis client of the cluster, closed by `stop`; its `keys` queries all nodes. */
  async client() {
    const rootNodes = this.nodes.map(({ server }) => ({ url: server.url }))
    const client = createCluster({ rootNodes })
    client.on('error', () => {})
    await client.connect()
    this.#clients.push(client)
    const keys = async (/** @type {string} */ pattern) => {
      const all = await Promise.all(this.nodes.map((node) => node.client.keys(pattern)))
      return all.flat()
    }
    return /** @type {Client} */ (/** @type {unknown} */ (Object.assign(client, { keys })))
  }

  /** Adds a node without slots. */
  async add() {
    const server = serverOf([])
    await server.start()
    const node = await nodeOf(server)
    this.nodes.push(node)
    await meet(this.nodes, [node])
    await node.configure(JOINING)
    await until(() => isComplete(node, 0))
    await node.configure(STABLE)
    return node
  }

  async stop() {
    for (const client of this.#clients) client.destroy()
    await Promise.all(this.nodes.map(({ server }) => server.stop()))
  }
}

/**
 * @param {object} [options]
 * @param {number} [options.primaries]
 * @param {number} [options.replicas] number for each primary
 * @param {string} [options.program]
 * @param {string[] | ((index: number) => Promise<string[]>)} [options.args] additional arguments of redis-server, the
 *   same for all nodes or made for each
 * @param {boolean} [options.failsOver] whether replicas take over if a primary does not answer, from the start and not
 *   only after `allowFailoverTo`
 * @param {number} [options.unassigned] a slot that no node serves; needs `--cluster-require-full-coverage no`
 */
export async function startCluster(options = {}) {
  const { primaries = 3, replicas = 0, program, args = [], unassigned, failsOver = false } = options
  const argsOf = typeof args === 'function' ? args : async () => args
  const servers = await Promise.all(
    Array.from({ length: primaries * (1 + replicas) }, async (_, index) => serverOf(await argsOf(index), program)),
  )
  await Promise.all(servers.map((server) => server.start()))
  const nodes = await Promise.all(servers.map(nodeOf))
  const cluster = new Cluster(nodes)
  try {
    await join(nodes, { primaries, unassigned })
    await (failsOver ? configure(nodes, { ...STABLE, ...WATCHFUL }) : stabilize(nodes, primaries))
  } catch (error) {
    await cluster.stop()
    throw error
  }
  return cluster
}

/**
 * A cluster for one test, stopped at its end.
 *
 * @param {import('node:test').TestContext} t
 * @param {Parameters<typeof startCluster>[0]} [options]
 */
export async function startedCluster(t, options) {
  const cluster = await startCluster(options)
  t.after(() => cluster.stop())
  return cluster
}
