// @ts-check
// A Redis Cluster of real servers.

import { createCluster } from 'redis'
import { RedisServer } from './redis.mjs'
import { slotOf } from './slot.mjs'
import { until } from './until.mjs'

/** @typedef {import('./redis.mjs').Client} Client */

const SLOTS = 16_384
/** The cluster-node-timeout in milliseconds; short, so that a failover takes about a second. */
const NODE_TIMEOUT = 1000
/**
 * So long that a busy machine, whose processes may get no CPU time for a second, causes no failover. Nodes that meet
 * also give up after this time.
 */
export const PATIENT = 60_000

class Node {
  /** @param {RedisServer} server @param {Client} client @param {string} id */
  constructor(server, client, id) {
    this.server = server
    this.client = client
    this.id = id
  }

  /** @param {string[]} args */
  async send(...args) {
    return /** @type {any} */ (await this.client.sendCommand(args))
  }

  get address() {
    return `127.0.0.1:${this.server.port}`
  }
}

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
      await from.send('MIGRATE', '127.0.0.1', `${to.server.port}`, '', '0', '5000', 'KEYS', ...keys)
      moved += keys.length
    }
  }

  /**
   * @param {number} slot
   * @param {Node} to
   */
  async endMove(slot, to) {
    const others = this.nodes.filter((node) => node !== to && node.server.pid)
    for (const node of [to, ...others]) await node.send('CLUSTER', 'SETSLOT', `${slot}`, 'NODE', to.id).catch(() => {})
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
    await meet(this.nodes, NODE_TIMEOUT)
    await until(() => isComplete(node, 0))
    return node
  }

  async stop() {
    for (const client of this.#clients) client.destroy()
    await Promise.all(this.nodes.map(({ server }) => server.stop()))
  }
}

/**
 * @param {{ primaries?: number, replicas?: number, program?: string, nodeTimeout?: number, args?: string[] | ((index: number) => Promise<string[]>) }} [options]
 *   `replicas`: number for each primary; `nodeTimeout`: in milliseconds, `PATIENT` for tests in which no node fails;
 *   `args`: additional arguments of redis-server, the same for all nodes or made for each
 */
export async function startCluster({
  primaries = 3,
  replicas = 0,
  program,
  nodeTimeout = NODE_TIMEOUT,
  args = [],
} = {}) {
  const argsOf = typeof args === 'function' ? args : async () => args
  const servers = await Promise.all(
    Array.from({ length: primaries * (1 + replicas) }, async (_, index) => serverOf(await argsOf(index), program)),
  )
  await Promise.all(servers.map((server) => server.start()))
  const nodes = await Promise.all(servers.map(nodeOf))
  const cluster = new Cluster(nodes)
  try {
    await join(nodes, primaries, nodeTimeout)
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

/**
 * @param {string[]} args
 * @param {string} [program]
 */
function serverOf(args, program) {
  const options = [
    '--cluster-enabled',
    'yes',
    '--cluster-node-timeout',
    `${NODE_TIMEOUT}`,
    '--repl-diskless-sync-delay',
    '0',
  ]
  return new RedisServer([...options, '--cluster-replica-validity-factor', '0', ...args], program)
}

/** @param {RedisServer} server */
async function nodeOf(server) {
  const client = await server.client()
  return new Node(server, client, String(await client.sendCommand(['CLUSTER', 'MYID'])))
}

/**
 * @param {Node[]} nodes
 * @param {number} primaries
 * @param {number} nodeTimeout
 */
async function join(nodes, primaries, nodeTimeout) {
  const owners = nodes.slice(0, primaries)
  await Promise.all(nodes.map((node, at) => node.send('CLUSTER', 'SET-CONFIG-EPOCH', `${at + 1}`)))
  await Promise.all(owners.map((node, at) => node.send('CLUSTER', 'ADDSLOTS', ...slotsOf(at, primaries))))
  await meet(nodes, nodeTimeout)
  const following = nodes
    .slice(primaries)
    .map((node, at) => node.send('CLUSTER', 'REPLICATE', owners[at % primaries].id))
  await Promise.all(following)
  await Promise.all(nodes.map((node) => until(() => isComplete(node, nodes.length - primaries))))
}

/**
 * Makes each two of the nodes meet, without waiting until some introduce others.
 *
 * @param {Node[]} nodes
 * @param {number} nodeTimeout from then on
 */
async function meet(nodes, nodeTimeout) {
  await setNodeTimeout(nodes, PATIENT)
  for (const [at, node] of nodes.entries()) {
    for (const { server } of nodes.slice(at + 1)) await node.send('CLUSTER', 'MEET', '127.0.0.1', `${server.port}`)
  }
  await Promise.all(nodes.map((node) => until(async () => (await knownNodes(node)) === nodes.length)))
  await setNodeTimeout(nodes, nodeTimeout)
}

/** @param {Node[]} nodes @param {number} milliseconds */
async function setNodeTimeout(nodes, milliseconds) {
  await Promise.all(nodes.map((node) => node.send('CONFIG', 'SET', 'cluster-node-timeout', `${milliseconds}`)))
}

/**
 * @param {number} at
 * @param {number} primaries
 */
function slotsOf(at, primaries) {
  const [first, end] = [at, at + 1].map((part) => Math.floor((SLOTS * part) / primaries))
  return Array.from({ length: end - first }, (_, index) => `${first + index}`)
}

/** @param {Node} node */
async function knownNodes(node) {
  const lines = String(await node.send('CLUSTER', 'NODES')).split('\n')
  return lines.filter((line) => line.includes('connected') && !/handshake|noaddr/.test(line)).length
}

/**
 * @param {Node} node
 * @param {number} replicas total number of replicas
 */
async function isComplete(node, replicas) {
  const [info, nodes, replication] = await Promise.all([
    node.send('CLUSTER', 'INFO'),
    node.send('CLUSTER', 'NODES'),
    node.send('INFO', 'replication'),
  ])
  const following = String(nodes)
    .split('\n')
    .filter((line) => / (myself,)?slave /.test(line)).length
  return (
    String(info).includes('cluster_state:ok') &&
    following === replicas &&
    !String(replication).includes('link_status:down')
  )
}

/** @param {Node} node */
async function ownSlots(node) {
  const lines = String(await node.send('CLUSTER', 'NODES')).split('\n')
  const [, , , , , , , , ...ranges] = lines.find((line) => line.includes('myself'))?.split(' ') ?? []
  const slots = new Set()
  for (const range of ranges.filter((range) => !range.startsWith('['))) {
    const [first, last = first] = range.split('-').map(Number)
    for (let slot = first; slot <= last; slot++) slots.add(slot)
  }
  return slots
}
