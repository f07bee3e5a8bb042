// @ts-check
// Starts a master, replicas and three sentinels.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RedisServer, startRedis } from './redis.mjs'
import { until } from './until.mjs'

/** @typedef {import('redis-state-adapter').SentinelOptions} SentinelOptions */

/**
 * Time without an answer after which sentinels consider a master failed, in milliseconds. So long that they never do:
 * on a busy machine a master may get no CPU time for seconds, and a replica would take over in the middle of a test.
 */
const NEVER_FAILED = 600_000
/** The same for tests of failovers. Short, so that a failover takes about a second. */
const FAILED_AFTER = 400
const FAILOVER_TIMEOUT = 3000
/** A failover that has not ended by then was given up. */
const GIVEN_UP_AFTER = 2 * FAILOVER_TIMEOUT
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

  /** From now on the sentinels fail over if the master does not answer. */
  async allowFailover() {
    await this.#setFailedAfter(FAILED_AFTER)
  }

  /** Ends `allowFailover`, so that no second failover follows the one that a test waited for. */
  async forbidFailover() {
    await this.#setFailedAfter(NEVER_FAILED)
  }

  /** @param {number} ms */
  async #setFailedAfter(ms) {
    const running = this.sentinels.filter(({ pid }) => pid)
    await Promise.all(running.map((sentinel) => send(sentinel, 'SET', NAME, 'down-after-milliseconds', `${ms}`)))
  }

  /** A manual failover, which the first sentinel leads. It is begun again if the sentinel gave it up. */
  async handOver() {
    const old = await this.master()
    let begun = Number.NEGATIVE_INFINITY
    await until(async () => {
      if ((await this.master()) !== old) return true
      if (performance.now() - begun < GIVEN_UP_AFTER) return
      begun = performance.now()
      await send(this.sentinels[0], 'FAILOVER', NAME)
    })
  }

  /** The server that is the master according to the first sentinel. */
  async master() {
    const [, port] = /** @type {string[]} */ (await send(this.sentinels[0], 'get-master-addr-by-name', NAME))
    const master = this.servers.find((server) => `${server.port}` === port)
    if (!master) throw new Error(`the sentinels report an unknown master on port ${port}`)
    return master
  }

  async stop() {
    await Promise.all([...this.sentinels, ...this.servers].map((server) => server.stop()))
  }
}

/**
 * @param {{ replicas?: number, password?: string, args?: string[], failsOver?: boolean }} [options] `password`: of the
 *   sentinels; `args`: of the servers; `failsOver`: whether a replica takes over if the master does not answer, from the
 *   start and not only after `allowFailover`
 */
export async function startSentinels({ replicas = 2, password, args = [], failsOver = false } = {}) {
  // By default a master waits for more replicas before it sends its data.
  const atOnce = ['--repl-diskless-sync-delay', '0', ...args]
  const master = await startRedis(atOnce)
  const following = [...atOnce, '--replicaof', '127.0.0.1', `${master.port}`]
  const others = await Promise.all(Array.from({ length: replicas }, () => startRedis(following)))
  const config = [
    `sentinel monitor ${NAME} 127.0.0.1 ${master.port} 2`,
    `sentinel down-after-milliseconds ${NAME} ${NEVER_FAILED}`,
    `sentinel failover-timeout ${NAME} ${FAILOVER_TIMEOUT}`,
    ...(password ? [`requirepass ${password}`, `sentinel sentinel-pass ${password}`] : []),
  ]
  // Sentinels ask the master for its replicas, and these for their state, when they start and then every ten seconds.
  await Promise.all(others.map(untilFollowing))
  const sentinels = Array.from({ length: 3 }, () => new SentinelServer(config))
  await Promise.all(sentinels.map((sentinel) => sentinel.start()))
  const set = new SentinelSet({ servers: [master, ...others], sentinels })
  await Promise.all(sentinels.map((sentinel) => untilComplete(sentinel, { replicas, password })))
  if (failsOver) await set.allowFailover()
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
 * Waits until a sentinel knows all replicas with their state, and the other sentinels, which a failover requires.
 *
 * @param {SentinelServer} sentinel
 * @param {{ replicas: number, password?: string }} options
 */
async function untilComplete(sentinel, { replicas, password }) {
  const client = await sentinel.client({ password })
  const ask = async (/** @type {string[]} */ ...args) =>
    /** @type {any} */ (await client.sendCommand(['SENTINEL', ...args]))
  await until(async () => {
    const [master, known] = [fieldsOf(await ask('MASTER', NAME)), (await ask('REPLICAS', NAME)).map(fieldsOf)]
    const following = known.filter((/** @type {Map<string, string>} */ replica) => isUpToDate(replica))
    return following.length === replicas && master.get('num-other-sentinels') === '2'
  })
  client.destroy()
}

/** @param {Map<string, string>} replica as a sentinel describes it */
function isUpToDate(replica) {
  return replica.get('flags') === 'slave' && replica.get('master-link-status') === 'ok'
}

/** @param {string[]} fields names and values by turns */
function fieldsOf(fields) {
  return new Map(fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1]]] : [])))
}

/**
 * Sends a command to a sentinel without a password.
 *
 * @param {SentinelServer} sentinel
 * @param {...string} args
 * @returns {Promise<unknown>}
 */
async function send(sentinel, ...args) {
  const client = await sentinel.client()
  try {
    return await client.sendCommand(['SENTINEL', ...args])
  } finally {
    client.destroy()
  }
}
