// @ts-check
// For how long entries are used without a sign of the server.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { microtasks } from '../support/tracking-engine.mjs'
import { openedWithEntry } from './opened.mjs'

describe('silence of the server', () => {
  it('ends hits after maxStaleness', async () => {
    const { state, server, engine } = await openedWithEntry({ maxStaleness: 500 })
    server.time += 499
    assert.equal(await state.get('t', 'k'), 1)
    server.time += 1
    state.get('t', 'k')
    assert.deepEqual(engine.sent, ['getTracked', 'prove', 'getTracked'])
  })

  it('is broken by a proof that the first hit after half of maxStaleness sends along, and only one', async () => {
    const { state, server, engine } = await openedWithEntry({ maxStaleness: 500 })
    server.time += 249
    await state.get('t', 'k')
    assert.deepEqual(engine.sent, ['getTracked'])
    server.time += 1
    await Promise.all([state.get('t', 'k'), state.get('t', 'k')])
    assert.deepEqual(engine.sent, ['getTracked', 'prove'])
    await engine.settle()
    server.time += 499
    assert.equal(await state.get('t', 'k'), 1)
  })

  it('is broken by any reply, as of the moment when its command was sent', async () => {
    const { state, server, engine } = await openedWithEntry({ maxStaleness: 500 })
    server.time += 200
    const pinging = state.ping()
    server.time += 200
    await engine.settle()
    await pinging
    server.time += 299
    assert.equal(await state.get('t', 'k'), 1)
    server.time += 1
    void state.get('t', 'k')
    assert.equal(engine.sent.at(-1), 'getTracked')
  })

  it('counts a proof from its beginning', async () => {
    const { state, server, engine } = await openedWithEntry({ maxStaleness: 500 })
    server.time += 250
    await state.get('t', 'k')
    server.execute(engine.connection)
    server.time += 200
    await engine.deliver()
    server.time += 299
    assert.equal(await state.get('t', 'k'), 1)
    server.time += 1
    void state.get('t', 'k')
    assert.equal(engine.sent.at(-1), 'getTracked')
  })

  it('is not broken by a proof that fails', async () => {
    const { state, server, engine } = await openedWithEntry({ maxStaleness: 500 })
    server.time += 250
    await state.get('t', 'k')
    const [proof] = engine.connection.commands.splice(0)
    proof.lose()
    await microtasks()
    server.time += 250
    void state.get('t', 'k')
    assert.deepEqual(engine.sent, ['getTracked', 'prove', 'prove', 'getTracked'])
  })

  it('sends nothing of itself', async () => {
    const { server, engine } = await openedWithEntry({ maxStaleness: 1 })
    server.time += 1000
    await microtasks()
    assert.deepEqual(engine.sent, ['getTracked'])
  })
})

describe('another server', () => {
  it('that took over, drops all entries', async () => {
    const { state, server, engine } = await openedWithEntry({ maxStaleness: 500 })
    engine.isMaster = false
    server.time += 250
    await state.get('t', 'k')
    await engine.settle()
    assert.equal(state.stats().cache?.entries, 0)
  })
})
