// @ts-check
// A relay in front of each server of a topology. Clients use the relays, because they map the addresses that servers
// announce. Servers connect to each other directly, so that a network fault between client and server causes no
// failover.

import { Relay } from '../../support/relay.mjs'

/** @import { RedisServer } from '../../support/redis.mjs' */

/**
 * @template {RedisServer} Server
 * @typedef {Map<Server, Relay>} Relays
 */

/**
 * @template {RedisServer} Server
 * @param {Server[]} servers
 * @returns {Promise<Relays<Server>>}
 */
export async function relaysTo(servers) {
  const relays = new Map(servers.map((server) => [server, new Relay(server)]))
  await Promise.all([...relays.values()].map((relay) => relay.listen()))
  return relays
}

/**
 * Adapter options that replace the addresses of the servers by those of the relays.
 *
 * @param {Relays<RedisServer>} relays
 */
export function addressesOf(relays) {
  const addresses = [...relays].map(([server, { port }]) => ({ server, node: { host: '127.0.0.1', port } }))
  return {
    nodes: addresses.map(({ node }) => node),
    nodeAddressMap: Object.fromEntries(addresses.map(({ server, node }) => [`127.0.0.1:${server.port}`, node])),
  }
}
