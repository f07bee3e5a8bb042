// @ts-check
// Faults of the network between clients and servers, and of the clients themselves.

import { setTimeout as pause } from 'node:timers/promises'

/**
 * @import { Relay } from '../../support/relay.mjs'
 * @import { Random } from '../client/random.mjs'
 * @import { Action } from '../run.mjs'
 *
 * @typedef {(relay: Relay) => void | Promise<void>} Fault resolves when the relay passes on everything again
 */

/**
 * By name: chooses the fault, which is the same for each relay that it strikes.
 *
 * @type {Record<string, (random: Random) => Fault>}
 */
const FAULTS = {
  'connections are cut': () => (relay) => relay.cut(),
  'connections are jammed': () => (relay) => relay.jam(),
  'connections are cut in one direction': (random) => {
    const direction = random.of(/** @type {const} */ (['requests', 'replies']))
    return (relay) => relay.cutHalf(direction)
  },
  'replies are lost': (random) => {
    const lines = 1 + random.below(20)
    return async (relay) => {
      await Promise.race([relay.dropReplies(lines), pause(300)])
      // Replies after a lost one would be assigned to the wrong commands, so the connection must not be used further.
      relay.cut()
    }
  },
  'requests are lost': (random) => {
    const bytes = random.below(3000)
    return async (relay) => {
      const lost = relay.after('requests', bytes, () => relay.cut())
      await Promise.race([lost, pause(300)])
      relay.cut()
    }
  },
  'everything is late': (random) => {
    const delay = 5 + random.below(150)
    return (relay) => during(500, relay, () => relay.delay(delay))
  },
  'replies are late': (random) => {
    const delay = 5 + random.below(400)
    return (relay) => during(500, relay, () => relay.delay(0, delay))
  },
  'nothing comes through': (random) => {
    const time = random.below(1500)
    return (relay) => during(time, relay, () => relay.blackHole())
  },
  'new connections are refused': (random) => {
    const time = random.below(500)
    return (relay) => during(time, relay, () => relay.refuse())
  },
}

/**
 * @param {number} time in milliseconds
 * @param {Relay} relay
 * @param {() => void} begin
 */
async function during(time, relay, begin) {
  begin()
  await pause(time)
  relay.pass()
}

/**
 * @param {(random: Random) => Relay[] | Promise<Relay[]>} choose returns the relays that have the fault at the same
 *   time
 * @returns {Action[]}
 */
export function networkFaults(choose) {
  return Object.entries(FAULTS).map(([name, faultOf]) => ({
    name,
    async act({ random }) {
      const fault = faultOf(random)
      const relays = await choose(random)
      await Promise.all(relays.map(fault))
    },
  }))
}

/** @type {Action[]} */
export const CLIENT_FAULTS = [
  { name: 'a client is killed', act: (run) => run.clients.kill() },
  { name: 'a worker is terminated', act: (run) => run.clients.terminateWorker() },
  {
    name: 'a JavaScript thread is busy',
    async act(run) {
      const time = 100 + run.random.below(600)
      run.clients.some().beBusy(time)
      await pause(time)
    },
  },
  { name: 'nothing', act: async () => {} },
]
