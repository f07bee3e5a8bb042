// @ts-check
// Consistency: the headers of requests, and what the account permits.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { emulatorOfSuite, openOn } from './support/adapters.mjs'
import { startGateway } from './support/gateway.mjs'
import { first, on } from './support/gateway-replies.mjs'
import { skip } from './support/rust-emulator.mjs'

/** @import { GatewayRequest } from './support/gateway.mjs' */

const once = { skip: process.env.REDIS_STATE_DRIVER === 'thread' }

/** @param {GatewayRequest | undefined} request */
const headersOf = (request) => ({
  level: request?.headers['x-ms-consistency-level'],
  token: request?.headers['x-ms-session-token'],
})

describe('requests to an account with session consistency', once, () => {
  it('read what the same adapter has written: reads and queries have the session token of the last write', async (t) => {
    const gateway = await startGateway(t)
    const state = openOn(t, gateway)
    await state.set('t', 'k', 1)
    await state.get('t', 'k')
    await state.getGroup('t')
    assert.deepEqual(headersOf(gateway.of('read').at(-1)), { level: 'Session', token: '0:1#1' })
    assert.deepEqual(headersOf(gateway.of('query').at(-1)), { level: 'Session', token: '0:1#1' })
    await state.transaction('t', (tx) => tx.set('a', 1).set('b', 1))
    await state.get('t', 'k')
    assert.deepEqual(headersOf(gateway.of('read').at(-1)), { level: 'Session', token: '0:1#3' })
  })

  it('have the weaker level that the adapter or the call asks for, and then no token', async (t) => {
    const gateway = await startGateway(t)
    const state = openOn(t, gateway, { consistency: 'eventual' })
    await state.set('t', 'k', 1)
    await state.get('t', 'k')
    assert.deepEqual(headersOf(gateway.of('read').at(-1)), { level: 'Eventual', token: undefined })
    await state.get('t', 'k', { consistency: 'session' })
    assert.deepEqual(headersOf(gateway.of('read').at(-1)), { level: 'Session', token: '0:1#1' })
    await state.keys('t', { consistency: 'session' })
    assert.deepEqual(headersOf(gateway.of('query').at(-1)), { level: 'Session', token: '0:1#1' })
  })

  it('are not sent for a level that is stronger', async (t) => {
    const gateway = await startGateway(t)
    const state = openOn(t, gateway)
    const options = /** @type {const} */ ({ consistency: 'strong' })
    await assertFails(state.get('t', 'k', options), 'ERR_INVALID_CONFIG', { traceId: 't', key: 'k' })
    await assertFails(state.keys('t', options), 'ERR_INVALID_CONFIG', { traceId: 't' })
    const strict = openOn(t, gateway, options)
    await assertFails(strict.get('t', 'k'), 'ERR_INVALID_CONFIG', { traceId: 't', key: 'k' })
    await assert.rejects(strict.connect(), { code: 'ERR_INVALID_CONFIG', message: /strong.*session/ })
    assert.deepEqual(gateway.of('read', 'query'), [])
  })
})

describe('requests to an account with another consistency', once, () => {
  /** @type {[account: string, option: any, level: string | undefined][]} */
  const cases = [
    ['Strong', undefined, undefined],
    ['Strong', 'strong', 'Strong'],
    ['Strong', 'bounded', 'BoundedStaleness'],
    ['Strong', 'session', 'Session'],
    ['BoundedStaleness', undefined, undefined],
    ['ConsistentPrefix', 'eventual', 'Eventual'],
    ['Eventual', undefined, undefined],
    ['Eventual', 'eventual', 'Eventual'],
  ]
  for (const [consistency, option, level] of cases) {
    it(`${consistency}: the option ${option} is the header ${level}`, async (t) => {
      const gateway = await startGateway(t, { consistency })
      const state = openOn(t, gateway, { consistency: option })
      await state.get('t', 'k')
      assert.equal(headersOf(gateway.of('read').at(-1)).level, level)
    })
  }
})

describe('a replica that has not seen the last write of the session', once, () => {
  const lagging = { status: 404, headers: { 'x-ms-substatus': '1002' } }

  it('is asked again', async (t) => {
    const gateway = await startGateway(t)
    const state = openOn(t, gateway)
    await state.set('t', 'k', 1)
    gateway.script = first(3, ['read'], lagging)
    assert.equal(await state.get('t', 'k'), 1)
    gateway.script = first(3, ['query'], lagging)
    assert.deepEqual(await state.getGroup('t'), [1])
  })

  it('is no entry that is missing', async (t) => {
    const gateway = await startGateway(t, { script: on(['read'], lagging) })
    const error = await assertFails(openOn(t, gateway).get('t', 'k'), 'ERR_REPLY', { traceId: 't', key: 'k' })
    assert.match(error.message, /404.*1002/)
  })

  it('does not hide an entry from delete, which asks the region that is written to', async (t) => {
    const gateway = await startGateway(t)
    const state = openOn(t, gateway, { consistency: 'eventual' })
    gateway.items.put({ id: 'k', partitionKey: 't', value: 'of another process' })
    gateway.script = first(2, ['read'], { status: 404 })
    assert.equal(await state.delete('t', 'k'), 'of another process')
    assert.deepEqual(gateway.items.all(), [])
    assert.ok(gateway.of('read').every((request) => headersOf(request).level === 'Session'))
    assert.equal(await state.delete('t', 'k'), null)
  })
})

for (const level of /** @type {const} */ (['session', 'strong', 'eventual'])) {
  describe(`an account with the consistency ${level}, in memory`, { skip }, () => {
    const { open } = emulatorOfSuite(level)

    it('gives each adapter what it has written', async (t) => {
      const [state, trace] = [open(t), randomUUID()]
      await state.set(trace, 'k', 1)
      assert.equal(await state.get(trace, 'k'), 1)
      await state.transaction(trace, (tx) => tx.set('k', 2).set('l', 2))
      assert.deepEqual(await state.getMany(trace, ['k', 'l']), [2, 2])
      assert.deepEqual(await state.keys(trace), ['k', 'l'])
    })
  })
}
