// @ts-check
// A Redis Cluster of real servers.

import { createCluster } from 'redis'
import { RedisServer } from './redis.mjs'
import { slotOf } from './slot.mjs'
import { until } from './until.mjs'

/** @typedef {import('./redis.mjs').Client} Client */

const SLOTS = 16_384
/**
 * Settings of a complete cluster, in which no replica takes over by itself: on a busy machine a primary may get no CPU
 * time for seconds, and would be considered failed in the middle of a test.
 */
const STABLE = { 'cluster-node-timeout': '600000', 'cluster-replica-no-failover': 'no' }
/** The nodes exchange their state more often, and consider one failed that does not answer for a second. */
const WATCHFUL = { 'cluster-node-timeout': '1000' }
/** Nodes that meet give up after the timeout of the other settings, and nothing makes them meet again. */
const MEETING = { 'cluster-node-timeout': '600000', 'cluster-replica-no-failover': 'yes' }
/** While they exchange their roles and slots. */
const JOINING = { ...WATCHFUL, 'cluster-replica-no-failover': 'yes' }
/** A manual failover is given up after five seconds, for example because a node got no CPU time. */
const HAND_OVER_AGAIN_AFTER = 6000

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

  /** @param {Record<string, string>} settings */
  async configure(settings) {
    for (const [name, value] of Object.entries(settings)) await this.send('CONFIG', 'SET', name, value)
    this.server.addArguments(argumentsOf(settings))
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
      await from.send('MIGRATE', '127.0.0.1', `${to.server.port}`, '', '0', '60000', 'KEYS', ...keys)
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

/**
 * @param {string[]} args
 * @param {string} [program]
 */
function serverOf(args, program) {
  const options = ['--cluster-enabled', 'yes', '--cluster-replica-validity-factor', '0', ...argumentsOf(MEETING)]
  return new RedisServer([...options, '--repl-diskless-sync-delay', '0', ...args], program)
}

/** @param {Record<string, string>} settings */
function argumentsOf(settings) {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
}

/** @param {Node[]} nodes @param {Record<string, string>} settings */
async function configure(nodes, settings) {
  await Promise.all(nodes.map((node) => node.configure(settings)))
}

/** @param {RedisServer} server */
async function nodeOf(server) {
  const client = await server.client()
  return new Node(server, client, String(await client.sendCommand(['CLUSTER', 'MYID'])))
}

/**
 * @param {Node[]} nodes
 * @param {{ primaries: number, unassigned: number | undefined }} options
 */
async function join(nodes, { primaries, unassigned }) {
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
async function meet(nodes, newcomers) {
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
async function stabilize(nodes, primaries) {
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
  const flags = flagsOf(String(nodes))
  return (
    String(info).includes('cluster_state:ok') &&
    flags.filter((each) => each.includes('slave')).length === replicas &&
    !flags.some((each) => each.includes('fail') || each.includes('fail?')) &&
    !String(replication).includes('link_status:down')
  )
}

/** The flags of each node. @param {string} nodes as CLUSTER NODES returns them */
function flagsOf(nodes) {
  return nodes
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(' ')[2].split(','))
}

/** @param {Node} node @param {'master' | 'slave'} role */
async function hasRole(node, role) {
  return String(await node.send('INFO', 'replication')).includes(`role:${role}`)
}

/** A node knows that its cluster serves all slots, and that another node is a primary. @param {Node} node @param {Node} primary */
async function isServing(node, primary) {
  const [info, nodes] = await Promise.all([node.send('CLUSTER', 'INFO'), node.send('CLUSTER', 'NODES')])
  const line = String(nodes)
    .split('\n')
    .filter((each) => each.startsWith(primary.id))
  return String(info).includes('cluster_state:ok') && flagsOf(line.join('\n'))[0]?.includes('master')
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
