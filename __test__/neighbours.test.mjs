// @ts-check
// Other sockets of the process. The system gives a new socket the lowest free descriptor, which is often that of a
// connection of the adapter that was just closed.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { next } from './support/events.mjs'
import { range } from './support/fill.mjs'
import { killOtherClients } from './support/kill-clients.mjs'
import { warm } from './support/warm.mjs'

/** @typedef {import('./support/redis.mjs').RedisServer} RedisServer */

describe('a closed connection does not affect sockets that were opened later with its descriptor', () => {
  it('if the adapter reconnects', async (t) => {
    const { server, client, state } = await warm(t, { socket: { reconnectStrategy: 200 } })
    const [lost, back] = [next(state, 'reconnecting'), next(state, 'ready')]
    await killOtherClients(client)
    await lost
    const neighbours = await openSockets(t, server)
    await back
    await assertAnswered(neighbours)
    assert.equal(await state.get('trace', 'key'), 'value')
  })

  it('if the adapter is closed', async (t) => {
    const { server, client, state } = await warm(t, { socket: { reconnectStrategy: false } })
    const end = next(state, 'end')
    await killOtherClients(client)
    await end
    const neighbours = await openSockets(t, server)
    await state.cleanup()
    await assertAnswered(neighbours)
  })
})

/**
 * @param {import('node:test').TestContext} t
 * @param {RedisServer} server
 */
async function openSockets(t, server) {
  const sockets = range(5).map(() => connect(server.port, '127.0.0.1'))
  t.after(() => sockets.map((socket) => socket.destroy()))
  // From then on the event loop polls them.
  await assertAnswered(sockets)
  return sockets
}

/** @param {import('node:net').Socket[]} sockets */
async function assertAnswered(sockets) {
  const signal = AbortSignal.timeout(60_000)
  const answers = sockets.map((socket) => once(socket, 'data', { signal }).then(String, (error) => error.message))
  for (const socket of sockets) socket.write('PING\r\n')
  assert.deepEqual(await Promise.all(answers), Array(sockets.length).fill('+PONG\r\n'))
}
