// @ts-check
// Connections and servers that are lost between the commands of writes with an index.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { next } from '../support/events.mjs'
import { range } from '../support/fill.mjs'
import { assertComplete, openIndexed, PREFIX } from '../support/index-members.mjs'
import { started } from '../support/redis.mjs'
import { relayTo } from '../support/relay.mjs'
import { settled } from '../support/settling.mjs'

const durable = ['--appendonly', 'yes', '--appendfsync', 'no']

describe('a connection that is lost', () => {
  for (const part of ['\r\nMULTI\r\n', '\r\nZADD\r\n', '\r\nSET\r\n', '\r\nEXEC\r\n']) {
    it(`at ${part.trim()} of one of many writes leaves entry and member, or neither, and tells which may be written`, async (t) => {
      const server = await started(t)
      const [client, relay] = [await server.client(), await relayTo(t, server)]
      const state = openIndexed(t, relay)
      await state.set('t', 'first', 1)
      const lost = relay.dropRequests(part, 20)
      const calls = range(40).map((index) => settled(state.set('t', `k${index}`, index)))
      await lost
      relay.cut()
      const outcomes = await Promise.all(calls)
      await assertComplete(client, 't')
      for (const [index, { error }] of outcomes.entries()) {
        const value = await client.get(`${PREFIX}t:k${index}`)
        if (error === undefined) assert.equal(value, `${index}`)
        else assert.equal(error.applied, 'unknown', error.message)
      }
    })
  }
})

describe('a server that is killed under writers', () => {
  it('has every entry in its index when it is back', async (t) => {
    const server = await started(t, durable)
    const state = openIndexed(t, server, { socket: { reconnectStrategy: 20 }, commandTimeout: 60_000 })
    let isRunning = true
    const writers = range(20).map(async (writer) => {
      for (let round = 0; isRunning; round++) {
        await settled(state.set('t', `k${writer}-${round % 50}`, round))
        await settled(state.delete('t', `k${writer}-${(round + 7) % 50}`))
        await settled(state.increment('t', `count${writer}-${round % 50}`))
      }
    })
    for (const _ of range(3)) {
      await state.set('t', 'progress', 1)
      const back = next(state, 'ready')
      await server.kill()
      await server.start()
      await back
      await assertComplete(await server.client(), 't')
    }
    isRunning = false
    await Promise.all(writers)
  })
})
