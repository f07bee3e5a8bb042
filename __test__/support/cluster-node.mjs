// @ts-check
// A node of a Redis Cluster, and what it knows of its cluster.

import { RedisServer } from './redis.mjs'

/** @typedef {import('./redis.mjs').Client} Client */

export class Node {
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

/** @param {RedisServer} server */
export async function nodeOf(server) {
  const client = await server.client()
  return new Node(server, client, String(await client.sendCommand(['CLUSTER', 'MYID'])))
}

/** @param {Node[]} nodes @param {Record<string, string>} settings */
export async function configure(nodes, settings) {
  await Promise.all(nodes.map((node) => node.configure(settings)))
}

/** @param {Record<string, string>} settings */
export function argumentsOf(settings) {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
}

/** @param {Node} node */
export async function knownNodes(node) {
  const lines = String(await node.send('CLUSTER', 'NODES')).split('\n')
  return lines.filter((line) => line.includes('connected') && !/handshake|noaddr/.test(line)).length
}

/**
 * @param {Node} node
 * @param {number} replicas total number of replicas
 */
export async function isComplete(node, replicas) {
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
export async function hasRole(node, role) {
  return String(await node.send('INFO', 'replication')).includes(`role:${role}`)
}

/** A node knows that its cluster serves all slots, and that another node is a primary. @param {Node} node @param {Node} primary */
export async function isServing(node, primary) {
  const [info, nodes] = await Promise.all([node.send('CLUSTER', 'INFO'), node.send('CLUSTER', 'NODES')])
  const line = String(nodes)
    .split('\n')
    .filter((each) => each.startsWith(primary.id))
  return String(info).includes('cluster_state:ok') && flagsOf(line.join('\n'))[0]?.includes('master')
}

/** @param {Node} node */
export async function ownSlots(node) {
  const lines = String(await node.send('CLUSTER', 'NODES')).split('\n')
  const [, , , , , , , , ...ranges] = lines.find((line) => line.includes('myself'))?.split(' ') ?? []
  const slots = new Set()
  for (const range of ranges.filter((range) => !range.startsWith('['))) {
    const [first, last = first] = range.split('-').map(Number)
    for (let slot = first; slot <= last; slot++) slots.add(slot)
  }
  return slots
}
