// @ts-check
// Where the adapters for other libraries are tested: they must behave the same everywhere.

import { randomUUID } from 'node:crypto'
import { after, before, describe } from 'node:test'
import { RedisStateAdapter } from 'redis-state-adapter'
import { startCluster } from '../../support/cluster.mjs'
import { startRedis } from '../../support/redis.mjs'
import { VERSIONS } from '../../support/versions.mjs'

/**
 * @typedef {object} Place
 * @property {import('redis-state-adapter').RedisStateAdapterOptions} options that open a state there
 * @property {RedisStateAdapter} state one that is open
 * @property {() => Promise<void>} stop
 *
 * @typedef {{ name: string, isCluster?: boolean, isMemory?: boolean, start: () => Promise<Place> }} Kind
 */

/** @type {Kind[]} */
const kinds = [
  { name: 'memory:', isMemory: true, start: async () => opened({ url: `memory:${randomUUID()}` }, async () => {}) },
  { name: 'redis', start: () => onServer() },
  ...VERSIONS.filter(([name]) => name === 'valkey 9').map(([name, program]) => ({
    name,
    start: () => onServer(program),
  })),
  {
    name: 'a cluster',
    isCluster: true,
    start: async () => {
      const cluster = await startCluster()
      return opened(cluster.options, () => cluster.stop())
    },
  },
]

/** @param {string} [program] */
async function onServer(program) {
  const server = await startRedis([], program)
  return opened({ url: server.url }, () => server.stop())
}

/**
 * @param {Place['options']} options
 * @param {() => Promise<void>} stopServers
 * @returns {Promise<Place>}
 */
async function opened(options, stopServers) {
  // Long, because what is tested is not how fast a busy machine is.
  const patient = { commandTimeout: 60_000, ...options }
  const state = new RedisStateAdapter(patient)
  const stop = async () => {
    await state.cleanup()
    await stopServers()
  }
  return { options: patient, state, stop }
}

/**
 * Runs tests on every kind of store.
 *
 * @param {string} title
 * @param {(getPlace: () => Place, kind: Kind) => void} tests
 */
export function onEveryPlace(title, tests) {
  for (const kind of kinds) {
    describe(`${title} on ${kind.name}`, () => {
      /** @type {Place} */
      let place
      before(async () => {
        place = await kind.start()
      })
      after(() => place?.stop())
      tests(() => place, kind)
    })
  }
}
