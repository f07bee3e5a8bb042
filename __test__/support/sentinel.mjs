// @ts-check
// Starts a master, replicas and three sentinels.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RedisServer, startRedis } from './redis.mjs'
import { until } from './until.mjs'

/** @typedef {import('redis-state-adapter').SentinelOptions} SentinelOptions */

/** In milliseconds; short, so that a failover takes about a second. */
const DOWN_AFTER = 400
/** So long that a busy machine, whose processes may get no CPU time for a second, causes no failover. */
export const NEVER_DOWN = 600_000
export const NAME = 'main'

class SentinelServer extends RedisServer {
  #config

  /** @param {string[]} config lines of its configuration file, without the port */
  constructor(config) {
    super()
    this.#config = config
  }

  /** @override */
  get sign() {
    return 'Sentinel ID is'
  }

  /**
   * @override
   * @param {number} port
   * @param {string} dir
   */
  argumentsFor(port, dir) {
    const file = join(dir, 'sentinel.conf')
    // The sentinel saves its state in this file. Keep it on a restart, but not if an earlier start failed on a port in
    // use.
    if (!existsSync(file) || !readFileSync(file, 'utf8').includes(`port ${port}\n`)) {
      const lines = [`port ${port}`, 'bind 127.0.0.1', `dir ${dir}`, ...this.#config]
      writeFileSync(file, `${lines.join('\n')}\n`)
    }
    return [file, '--sentinel']
  }
}

export class SentinelSet {
  /** @param {{ servers: RedisServer[], sentinels: SentinelServer[] }} members */
  constructor({ servers, sentinels }) {
    this.servers = servers
    this.sentinels = sentinels
  }

  /** Adapter options with the addresses of the sentinels. */
  get options() {
    const nodes = this.sentinels.map(({ port }) => ({ host: '127.0.0.1', port }))
    return { sentinel: /** @type {SentinelOptions} */ ({ name: NAME, nodes }) }
  }

  /** The server that is the master according to the first sentinel. */
  async master() {
    const client = await this.sentinels[0].client()
    const [, port] = /** @type {string[]} */ (
      /** @type {unknown} */ (await client.sendCommand(['SENTINEL', 'get-master-addr-by-name', NAME]))
    )
    client.destroy()
    const master = this.servers.find((server) => `${server.port}` === port)
    if (!master) throw new Error(`the sentinels report an unknown master on port ${port}`)
    return master
  }

  async stop() {
    await Promise.all([...this.sentinels, ...this.servers].map((server) => server.stop()))
  }
}

/**
 * @param {{ replicas?: number, password?: string, args?: string[], downAfter?: number }} [options] `password`: of the
 *   sentinels; `args`: of the servers; `downAfter`: milliseconds without an answer after which the master is replaced,
 *   `NEVER_DOWN` for tests without a failover
 */
export async function startSentinels({ replicas = 2, password, args = [], downAfter = DOWN_AFTER } = {}) {
  // By default a master waits for more replicas before it sends its data.
  const atOnce = ['--repl-diskless-sync-delay', '0', ...args]
  const master = await startRedis(atOnce)
  const following = [...atOnce, '--replicaof', '127.0.0.1', `${master.port}`]
  const others = await Promise.all(Array.from({ length: replicas }, () => startRedis(following)))
  const config = [
    `sentinel monitor ${NAME} 127.0.0.1 ${master.port} 2`,
    `sentinel down-after-milliseconds ${NAME} ${NEVER_DOWN}`,
    `sentinel failover-timeout ${NAME} 3000`,
    ...(password ? [`requirepass ${password}`, `sentinel sentinel-pass ${password}`] : []),
  ]
  const sentinels = Array.from({ length: 3 }, () => new SentinelServer(config))
  await Promise.all(sentinels.map((sentinel) => sentinel.start()))
  await Promise.all(others.map(untilFollowing))
  const set = new SentinelSet({ servers: [master, ...others], sentinels })
  await Promise.all(sentinels.map((sentinel) => untilComplete(sentinel, { replicas, password })))
  await Promise.all(sentinels.map((sentinel) => setDownAfter(sentinel, { downAfter, password })))
  return set
}

/**
 * A set for one test, stopped at its end.
 *
 * @param {import('node:test').TestContext} t
 * @param {Parameters<typeof startSentinels>[0]} [options]
 */
export async function startedSentinels(t, options) {
  const set = await startSentinels(options)
  t.after(() => set.stop())
  return set
}

/**
 * Waits until a replica has the data of the master: only then a failover may choose it.
 *
 * @param {RedisServer} replica
 */
async function untilFollowing(replica) {
  const client = await replica.client()
  await until(async () => String(await client.info('replication')).includes('master_link_status:up'))
  client.destroy()
}

/**
 * Only once the set is complete, so that it starts without a failover.
 *
 * @param {SentinelServer} sentinel
 * @param {{ downAfter: number, password?: string }} options
 */
async function setDownAfter(sentinel, { downAfter, password }) {
  const client = await sentinel.client({ password })
  await client.sendCommand(['SENTINEL', 'SET', NAME, 'down-after-milliseconds', `${downAfter}`])
  client.destroy()
}

/**
 * Waits until a sentinel knows all replicas and the other sentinels, which a failover requires.
 *
 * @param {SentinelServer} sentinel
 * @param {{ replicas: number, password?: string }} options
 */
async function untilComplete(sentinel, { replicas, password }) {
  const client = await sentinel.client({ password })
  await until(async () => {
    const fields = /** @type {string[]} */ (
      /** @type {unknown} */ (await client.sendCommand(['SENTINEL', 'MASTER', NAME]))
    )
    const field = (/** @type {string} */ name) => fields[fields.indexOf(name) + 1]
    return field('num-slaves') === `${replicas}` && field('num-other-sentinels') === '2'
  })
  client.destroy()
}
