// @ts-check
// A server that syncs every write to disk is killed repeatedly. It loses no acknowledged write, so the adapter must not
// lose one.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Audit } from '../support/audit.mjs'
import { next, readyAgain } from '../support/events.mjs'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { assertInTime } from '../support/settling.mjs'
import { storedBy } from '../support/stored.mjs'

/** @typedef {import('../support/redis.mjs').RedisServer} RedisServer */

/** With these the server acknowledges a write only once it is on disk. */
const durable = ['--appendonly', 'yes', '--appendfsync', 'always']
const commandTimeout = 1000

describe('writes under load while the server is killed and restarted five times', () => {
  it('are all present if they were acknowledged, and no entry has an impossible value', async (t) => {
    const server = await started(t, durable)
    const state = open(t, { url: server.url, commandTimeout, socket: { reconnectStrategy: 20 } })
    const audit = new Audit(state)
    await audit.progress()
    await restart(server, state, () => audit.refusals())
    await audit.progress()
    await restart(server, state)
    // Kill it again while it receives the writes that were waiting.
    await restart(server, state)
    await audit.progress()
    await restart(server, state, () => audit.refusals())
    await restart(server, state)
    await audit.progress()
    await audit.stop()
    assert.deepEqual(audit.faultsOf(await storedBy(server)), [])
    assert.deepEqual(audit.faults, [])
    assertInTime([audit.slowest], commandTimeout)
    assert.ok(audit.outcomes.unknown > 0, 'the server was never killed with a write in flight')
  })
})

/**
 * Kills the server and restarts it.
 *
 * @param {RedisServer} server
 * @param {import('redis-state-adapter').RedisStateAdapter} state
 * @param {() => Promise<unknown>} [meanwhile] awaited before the restart
 */
async function restart(server, state, meanwhile = async () => {}) {
  const [lost, back] = [next(state, 'reconnecting'), readyAgain(state)]
  await server.kill()
  await Promise.all([lost, meanwhile()])
  await server.start()
  await back
}
