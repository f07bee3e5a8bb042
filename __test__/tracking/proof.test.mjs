// @ts-check
// How long a server has certainly reported all changes.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import { started } from '../support/redis.mjs'
import { openTracked, proof } from '../support/tracking.mjs'
import { until } from '../support/until.mjs'

const require = createRequire(import.meta.url)
const { now } = require('../../lib/time.js')

describe('the proof that all changes are reported', () => {
  it('is as new as the newest answered call', async (t) => {
    const { engine, ...tracked } = await ready(t, (await started(t)).url)
    const from = now()
    await tracked.ping()
    const provenAt = engine.provenAt()
    assert.ok(provenAt >= from - 1 && provenAt <= now())
    assert.ok(engine.provenAt() === provenAt, 'nothing was answered since')
    assert.equal(await proof(engine), true)
    assert.ok(engine.provenAt() > provenAt)
  })

  it('stands still while the server is frozen', async (t) => {
    const server = await started(t)
    const { engine, ping } = await ready(t, server.url)
    server.signal('SIGSTOP')
    const before = engine.provenAt()
    const proven = proof(engine)
    const pinged = ping()
    assert.equal(engine.provenAt(), before)
    assert.ok(engine.isTracking(), 'the connection is not lost')
    server.signal('SIGCONT')
    assert.equal(await proven, true)
    await pinged
    assert.ok(engine.provenAt() > before)
  })

  it('is missing without a connection', async (t) => {
    const server = await started(t)
    const { engine } = await ready(t, server.url)
    await server.stop()
    await until(() => !engine.isTracking())
    assert.equal(engine.provenAt(), Number.NEGATIVE_INFINITY)
  })

  it('is missing as soon as the server is a replica', async (t) => {
    const [server, master] = await Promise.all([started(t), started(t)])
    const tracked = await ready(t, server.url)
    const client = await server.client()
    await client.sendCommand(['REPLICAOF', '127.0.0.1', `${master.port}`])
    tracked.changes.length = 0
    assert.equal(await proof(tracked.engine), false)
    assert.ok(tracked.changes.includes(null))
  })

  it('does without ROLE if the user may not run it', async (t) => {
    const server = await started(t)
    const client = await server.client()
    await client.sendCommand(['ACL', 'SETUSER', 'ada', 'on', '>word', '~*', '+@all', '-role'])
    const { engine } = await ready(t, server.url, { username: 'ada', password: 'word' })
    for (let time = 0; time < 3; time++) assert.equal(await proof(engine), true)
    const [{ count }] = /** @type {any[]} */ (await client.aclLog())
    assert.equal(count, 1, 'it is tried once')
  })
})

/**
 * @param {import('node:test').TestContext} t
 * @param {string} url
 * @param {Record<string, unknown>} [options]
 */
async function ready(t, url, options) {
  const tracked = openTracked(t, { url, ...options })
  await tracked.ping()
  return { engine: tracked.engine, changes: tracked.changes, ping: () => tracked.ping() }
}
