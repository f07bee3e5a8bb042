// @ts-check
// Calls from within a provider of credentials: on the adapter of its connection and on others.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { arranged, assertCut, calledAndCut, onEveryPlace } from './support/cut-places.mjs'
import { next } from './support/events.mjs'
import { open } from './support/open.mjs'
import { allSettled, assertInTime } from './support/settling.mjs'
import { commandTimeout } from './support/timing.mjs'
import { assertNothingLeft, roundTrip } from './support/visitor.mjs'

/**
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 */

onEveryPlace((place) => {
  it('from a credentials provider', async (t) => {
    const credentials = () => {
      visitor.visit()
      return { username: 'default', password: 'any' }
    }
    const { visitor, state, others } = await arranged(t, place(), { credentials })
    await calledAndCut(state, place())
    await visitor.settled()
    assertNothingLeft(state, ...others)
  })

  it('from a provider of credentials that waits for them: on its own adapter they fail in time', async (t) => {
    /** @type {RedisStateAdapter[]} */
    const opened = []
    /** @type {Promise<unknown>[]} */
    const made = []
    const credentials = async () => {
      const call = opened[0].set('t', 'of the provider', 1)
      made.push(call)
      await Promise.allSettled([call])
      return { username: 'default', password: 'any' }
    }
    const socket = { connectTimeout: 100 }
    opened.push(open(t, { ...place().options, commandTimeout, credentials, socket }))
    const other = open(t, place().options)
    const [first] = await allSettled([opened[0].get('t', 'k')])
    const outcomes = [first, ...(await allSettled(made))]
    assertInTime(outcomes, commandTimeout)
    for (const { error } of outcomes) assert.ok(['ERR_COMMAND_TIMEOUT', 'ERR_CONNECTION'].includes(`${error?.code}`))
    await roundTrip(other, 'elsewhere')
    await opened[0].cleanup()
    assertNothingLeft(opened[0], other)
  })

  it('from a provider of credentials that waits for another adapter', async (t) => {
    const other = open(t, place().options)
    /** @type {Promise<void>[]} */
    const made = []
    const credentials = async () => {
      const call = roundTrip(other, 'of the provider')
      made.push(call)
      await call
      return { username: 'default', password: 'any' }
    }
    const state = open(t, { ...place().options, credentials })
    await calledAndCut(state, place())
    // The other nodes of a cluster may still be reconnecting, each with credentials.
    await state.cleanup()
    await Promise.allSettled(made)
    assertNothingLeft(state, other)
  })

  it('from a provider of credentials that closes the adapter', async (t) => {
    /** @type {RedisStateAdapter[]} */
    const states = []
    const credentials = () => {
      visitor.visit()
      void states[0].cleanup()
      visitor.visit()
      return { username: 'default', password: 'any' }
    }
    const { visitor, state, others } = await arranged(t, place(), { credentials, commandTimeout }, states)
    const end = next(state, 'end')
    await roundTrip(state, 'own').catch(assertCut)
    await Promise.all([end, state.cleanup(), visitor.settled()])
    assertNothingLeft(state, ...others)
  })
})
