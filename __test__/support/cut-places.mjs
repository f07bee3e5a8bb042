// @ts-check
// Adapters of servers whose connections are cut, with user code that makes calls meanwhile.

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { startCluster } from './cluster.mjs'
import { next } from './events.mjs'
import { killOtherClients } from './kill-clients.mjs'
import { open } from './open.mjs'
import { startRedis } from './redis.mjs'
import { roundTrip, Visitor } from './visitor.mjs'
import { withDeadline } from './watching.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisStateAdapter, RedisStateAdapterOptions } from 'redis-state-adapter'
 *
 * @typedef {object} Place servers whose connections can be cut
 * @property {RedisStateAdapterOptions} options
 * @property {number} connections number of connections that a cut closes
 * @property {() => Promise<unknown>} cut
 * @property {() => Promise<unknown>} stop
 */

/** Codes with which a call may reject if its connection is cut. */
const CUT = /** @type {const} */ (['ERR_CONNECTION', 'ERR_CLOSED'])

/** @type {Record<string, () => Promise<Place>>} */
const PLACES = {
  'one server': async () => {
    const server = await startRedis()
    const client = await server.client()
    return {
      options: { url: server.url },
      connections: 1,
      cut: () => killOtherClients(client),
      stop: () => server.stop(),
    }
  },
  'a cluster': async () => {
    const cluster = await startCluster()
    const cut = () => Promise.all(cluster.nodes.map(({ client }) => killOtherClients(client)))
    return { options: cluster.options, connections: cluster.nodes.length, cut, stop: () => cluster.stop() }
  },
}

/** Declares tests for every place. @param {(place: () => Place, name: string) => void} declare */
export function onEveryPlace(declare) {
  for (const [name, start] of Object.entries(PLACES)) {
    describe(`calls settle, on ${name}`, () => {
      /** @type {Place} */
      let place
      before(async () => {
        place = await start()
      })
      after(() => place?.stop())
      declare(() => place, name)
    })
  }
}

/**
 * @param {TestContext} t
 * @param {Place} place
 * @param {RedisStateAdapterOptions} [options]
 * @param {RedisStateAdapter[]} [states] gets all of them
 */
export async function arranged(t, { options: server, cut }, options, states = []) {
  const others = [open(t, { url: 'memory:' }), open(t, server)]
  await roundTrip(others[1], 'warm')
  const visitor = new Visitor(() => states, { codes: [...CUT, ...timeoutOf(options)] })
  const state = open(t, { ...server, ...options })
  states.push(state, ...others)
  return { visitor, state, others, cut }
}

/** @param {RedisStateAdapterOptions} [options] @returns {('ERR_COMMAND_TIMEOUT')[]} */
function timeoutOf(options) {
  return options?.commandTimeout ? ['ERR_COMMAND_TIMEOUT'] : []
}

/**
 * Makes a new adapter connect, make calls, lose all connections, and make calls again. It waits for the loss of every
 * connection, because a call on one that is not known to be lost rejects.
 *
 * @param {RedisStateAdapter} state
 * @param {Place} place
 * @param {ReturnType<typeof readyAndLost>} [observed]
 */
export async function calledAndCut(state, place, observed = readyAndLost(state, place)) {
  await Promise.all([observed.ready, roundTrip(state, 'before')])
  await place.cut()
  await observed.lost
  await roundTrip(state, 'after')
}

/** @param {RedisStateAdapter} state @param {Place} place */
export function readyAndLost(state, { connections }) {
  return { ready: next(state, 'ready'), lost: losses(state, connections) }
}

/**
 * Unlike the number of events, it does not count attempts to reconnect that failed, as those of one connection can
 * before the loss of another is noticed.
 *
 * @param {RedisStateAdapter} state
 * @param {number} count of connections that are lost
 */
function losses(state, count) {
  let lost = 0
  /** @type {Promise<void>} */
  const all = new Promise((resolve) => {
    state.on('reconnecting', ({ retries }) => {
      if (retries === 0) lost += 1
      if (lost === count) resolve()
    })
  })
  return withDeadline(all, () => `${count} lost connections, ${lost} so far`)
}

/** @param {any} error */
export function assertCut(error) {
  assert.ok(['ERR_CLOSED', 'ERR_CONNECTION', 'ERR_COMMAND_TIMEOUT'].includes(error.code), error)
}
