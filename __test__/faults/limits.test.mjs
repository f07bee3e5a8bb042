// @ts-check
// Calls release their share of the limits on pending calls and bytes, however they end.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { next } from '../support/events.mjs'
import { range } from '../support/fill.mjs'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { relayTo } from '../support/relay.mjs'
import { allSettled } from '../support/settling.mjs'
import { patientTimeout } from '../support/timing.mjs'
import { unusedPort } from '../support/unused-port.mjs'

/**
 * @typedef {import('redis-state-adapter').RedisStateAdapter} Adapter
 * @typedef {import('../support/relay.mjs').Relay} Relay
 */

describe('after a flood of calls beyond a limit, the whole limit is available again if the flood', () => {
  const commandTimeout = 400
  /** @type {{ title: string, begin: (relay: Relay) => void }[]} */
  const floods = [
    { title: 'was answered', begin: () => {} },
    { title: 'went to a black hole', begin: (relay) => relay.blackHole() },
    { title: 'went to a jammed connection', begin: (relay) => relay.jam() },
    { title: 'was cut in the middle', begin: (relay) => void relay.after('replies', 100, () => relay.cut()) },
    { title: 'met a host that refuses connections', begin: (relay) => relay.refuse() },
  ]

  for (const { title, begin } of floods) {
    for (const [name, limit] of Object.entries({ maxPendingCommands: 1000, maxPendingBytes: 300_000 })) {
      it(`${title}: ${name}`, async (t) => {
        const server = await started(t)
        const relay = await relayTo(t, server)
        const options = { commandTimeout, [name]: limit }
        const admitted = await flood(open(t, { url: server.url, ...options }))
        if (name === 'maxPendingCommands') assert.equal(admitted, limit)
        const state = open(t, { url: relay.url, ...options })
        await next(state, 'ready')
        begin(relay)
        assert.equal(await flood(state), admitted)
        relay.pass()
        assert.equal(await flood(state), admitted)
      })
    }
  }
})

describe('the command around a value', () => {
  it('counts towards maxPendingBytes', async (t) => {
    const url = `redis://127.0.0.1:${await unusedPort()}`
    // The first calls must still be pending when the last one is made.
    const state = open(t, { url, commandTimeout: patientTimeout, maxPendingBytes: 65_000 })
    const codes = []
    for (const n of range(4)) {
      codes.push(state.update('t', `k${n}`, [{ op: 'increment' }]).catch(({ code }) => code))
      // Calls of one tick would share it.
      await setImmediate()
    }
    const expected = [...Array(2).fill('ERR_COMMAND_TIMEOUT'), ...Array(2).fill('ERR_BACKPRESSURE')]
    assert.deepEqual(await Promise.all(codes), expected)
    assert.equal(state.stats().pendingBytes, 0)
  })
})

/**
 * Thousands of calls of all kinds in one tick.
 *
 * @param {Adapter} state
 * @returns {Promise<number>} number of calls that were not rejected at once; resolves when all are settled
 */
async function flood(state) {
  const value = 'x'.repeat(500)
  const calls = range(3000).map((n) => {
    if (n % 100 === 0) return state.getGroup(`group-${n}`)
    if (n % 100 === 1) return state.clear(`group-${n}`)
    if (n % 5 === 2) return state.get('flood', `k${n}`)
    if (n % 5 === 3) return state.delete('flood', `k${n}`)
    if (n % 50 === 4) return state.update('flood', 'n', [{ op: 'increment' }])
    return state.set('flood', `k${n}`, value)
  })
  const outcomes = await allSettled(calls)
  const refused = outcomes.filter(({ error }) => error?.code === 'ERR_BACKPRESSURE')
  assert.ok(refused.length > 0 && refused.length < calls.length, `${refused.length} calls refused`)
  return calls.length - refused.length
}
