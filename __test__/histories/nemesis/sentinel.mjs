// @ts-check
// A master behind sentinels, which is killed, frozen and handed over. What it acknowledged last may be lost: replicas follow
// asynchronously.

import { setTimeout as pause } from 'node:timers/promises'
import { NAME, startSentinels } from '../../support/sentinel.mjs'
import { now } from '../client/recorder.mjs'
import { CLIENT_FAULTS, networkFaults } from './network.mjs'
import { addressesOf, relaysTo } from './relays.mjs'
import { commandFaults, freeze } from './server.mjs'

/**
 * @import { SentinelSet } from '../../support/sentinel.mjs'
 * @import { RedisServer } from '../../support/redis.mjs'
 * @import { Window } from '../judge/epochs.mjs'
 * @import { Action, Run } from '../run.mjs'
 */

/** A replica may be behind by so much, and clients may follow a switch so late, in milliseconds. */
const LAG = 1000

/** Sentinels take a master that is silent for longer for dead; in milliseconds. */
const MAX_SILENCE = 250

/** @returns {Promise<import('../run.mjs').Topology>} */
export async function sentinel() {
  const set = await startSentinels({ args: ['--enable-debug-command', 'local'], failsOver: true })
  const [toServers, toSentinels] = await Promise.all([relaysTo(set.servers), relaysTo(set.sentinels)])
  const { nodeAddressMap } = addressesOf(toServers)
  const relayed = { sentinel: { name: NAME, nodes: addressesOf(toSentinels).nodes, nodeAddressMap } }
  const relays = [...toServers.values(), ...toSentinels.values()]
  const choose = async (/** @type {import('../client/random.mjs').Random} */ random) => {
    const master = /** @type {import('../../support/relay.mjs').Relay} */ (toServers.get(await set.master()))
    return random.of([[master], [...toSentinels.values()], relays])
  }
  /** @type {Window[]} */
  const windows = []
  const stopNoting = await noteFailovers(set, windows)
  return {
    options: [relayed, relayed, set.options],
    actions: [...failovers(set), ...(await onMaster(set)), ...networkFaults(choose), ...CLIENT_FAULTS],
    windows,
    async stop() {
      stopNoting()
      for (const relay of relays) relay.close()
      await set.stop()
    },
  }
}

/** @param {SentinelSet} set @returns {Action[]} */
function failovers(set) {
  return [
    {
      name: 'the master is killed',
      act: (run) =>
        failOver(run, set, async (old) => {
          await old.kill()
          await otherMaster(set, old)
          await old.start()
        }),
    },
    {
      name: 'the master is frozen until another is chosen',
      act: (run) =>
        failOver(run, set, async (old) => {
          old.signal('SIGSTOP')
          await otherMaster(set, old)
          old.signal('SIGCONT')
        }),
    },
    {
      name: 'the master is frozen and the JavaScript threads are busy',
      act: (run) =>
        failOver(run, set, async (old) => {
          old.signal('SIGSTOP')
          for (let time = 0; time < 3; time++) run.clients.some().beBusy(300 + run.random.below(500))
          await otherMaster(set, old)
          old.signal('SIGCONT')
        }),
    },
    {
      name: 'the master is handed over',
      act: (run) =>
        failOver(run, set, async (old) => {
          const client = await set.sentinels[0].client()
          // Refused while one is under way, and given up where the replica takes too long.
          const handOver = () => client.sendCommand(['SENTINEL', 'FAILOVER', NAME]).catch(() => {})
          await otherMaster(set, old, handOver)
          client.destroy()
        }),
    },
    {
      name: 'the master is frozen for a moment',
      act: async (run) => freeze(await set.master(), run.random.below(MAX_SILENCE)),
    },
    {
      name: 'a sentinel is restarted',
      async act({ random }) {
        const one = random.of(set.sentinels)
        await one.kill()
        await one.start()
      },
    },
  ]
}

/** @param {SentinelSet} set @returns {Promise<Action[]>} */
async function onMaster(set) {
  const names = commandFaults(await set.master(), MAX_SILENCE).map(({ name }) => name)
  return names.map((name) => ({
    name,
    async act(run) {
      const action = commandFaults(await set.master(), MAX_SILENCE).find((each) => each.name === name)
      await action?.act(run)
    },
  }))
}

/**
 * Everything from a while before the master goes until all follow another is a window.
 *
 * @param {Run} run
 * @param {SentinelSet} set
 * @param {(old: RedisServer) => Promise<void>} change
 */
async function failOver(run, set, change) {
  const window = { begin: now() - LAG, end: Number.POSITIVE_INFINITY }
  run.topology.windows.push(window)
  await change(await set.master())
  await allFollow(set)
  await pause(LAG)
  window.end = now()
}

/**
 * On a busy machine the sentinels may fail over by themselves, which makes a window too. A failover may follow another at
 * once, while the master of the first still accepts writes: the window ends when no further one began since.
 *
 * @param {SentinelSet} set
 * @param {Window[]} windows
 * @returns {Promise<() => void>} to be called at the end of the run, when no server is left to follow
 */
async function noteFailovers(set, windows) {
  let [isOpen, isOver, events] = [false, false, 0]
  const onEvent = async () => {
    events++
    if (isOpen) return
    isOpen = true
    const window = { begin: now() - LAG, end: Number.POSITIVE_INFINITY }
    windows.push(window)
    while (!isOver && !(await isQuiet())) {}
    window.end = now()
    isOpen = false
  }
  const isQuiet = async () => {
    const before = events
    const isFollowed = await allFollow(set).then(
      () => true,
      () => false,
    )
    await pause(LAG)
    return isFollowed && events === before
  }
  for (const sentinel of set.sentinels) {
    const client = await sentinel.client()
    await client.subscribe(['+odown', '+try-failover', '+switch-master'], onEvent)
  }
  return () => {
    isOver = true
  }
}

/**
 * @param {SentinelSet} set
 * @param {RedisServer} old
 * @param {() => Promise<unknown>} [urge] said again and again until they choose one
 */
async function otherMaster(set, old, urge = async () => {}) {
  for (let tries = 0; tries < 400; tries++) {
    if ((await set.master().catch(() => old)) !== old) return
    await urge()
    await pause(50)
  }
  throw new Error('the sentinels chose no other master')
}

/** All other servers are replicas of the master, and up to date. @param {SentinelSet} set */
async function allFollow(set) {
  for (let tries = 0; tries < 400; tries++) {
    if (await doAllFollow(set).catch(() => false)) return
    await pause(50)
  }
  throw new Error('not all servers follow the master')
}

/** @param {SentinelSet} set */
async function doAllFollow(set) {
  const master = await set.master()
  for (const server of set.servers) {
    const client = await server.client()
    const info = String(await client.info('replication'))
    client.destroy()
    if (server === master ? !info.includes('role:master') : !follows(info, master)) return false
  }
  return true
}

/** @param {string} info @param {RedisServer} master */
function follows(info, master) {
  return info.includes(`master_port:${master.port}`) && info.includes('master_link_status:up')
}
