// @ts-check
// Expiry as the service has it, on the scripted gateway, whose clock is turned on: no emulator lets items expire.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { openOn } from './support/adapters.mjs'
import { documents, startGateway } from './support/gateway.mjs'
import { on } from './support/gateway-replies.mjs'

/** @import { Gateway } from './support/gateway.mjs' */

const skip = process.env.REDIS_STATE_DRIVER === 'thread'

/** @param {Gateway} gateway @param {string} [key] */
const ttlField = (gateway, key = 'k') => gateway.items.find('t', key)?.ttl

/** A script for an item that has expired, but is still there. @param {Record<string, any>} item @returns {import('./support/gateway.mjs').Script} */
function untilDeleted(item) {
  let isDeleted = false
  return ({ kind, headers }) => {
    if (isDeleted) return undefined
    if (kind === 'read') return { status: 200, body: item, headers: { etag: item._etag } }
    if (kind === 'create') return { status: 409 }
    if (kind !== 'delete') return { status: 412 }
    isDeleted = headers['if-match'] === item._etag
    return { status: isDeleted ? 204 : 412 }
  }
}

describe('the time to live of an entry', { skip, concurrency: true }, () => {
  it('is sent as whole seconds, and the rest is computed with the clock of the server', async (t) => {
    const gateway = await startGateway(t, { defaultTtl: -1 })
    const state = openOn(t, gateway)
    // The clock of this machine is an hour behind.
    gateway.ahead = 3_600_000
    await state.set('t', 'k', 1, { ttl: 100 })
    assert.equal(ttlField(gateway), 100)
    gateway.ahead += 40_000
    const left = await state.ttl('t', 'k')
    assert.ok(left !== null && left <= 60 && left > 30, String(left))
    assert.equal((await state.getWithMetadata('t', 'k'))?.value, 1)
  })

  it('that is not whole seconds is rejected, and nothing is sent', async (t) => {
    const gateway = await startGateway(t, { defaultTtl: -1 })
    const state = openOn(t, gateway, { ttl: '2m' })
    await state.set('t', 'k', 1)
    assert.equal(ttlField(gateway), 120)
    await state.touch('t', 'k', '60000ms')
    assert.equal(ttlField(gateway), 60)
    const sent = gateway.requests.length
    const ttl = '1500ms'
    const rejected = /** @type {const} */ ({ applied: 'no', traceId: 't', key: 'k' })
    for (const call of [
      state.set('t', 'k', 2, { ttl }),
      state.touch('t', 'k', ttl),
      state.increment('t', 'k', 2, { ttl }),
      state.update('t', 'k', [{ op: 'set', value: 2 }], { ttl }),
      state.transaction('t', [{ op: 'set', key: 'k', value: 2, ttl }]),
    ]) {
      const rejection = assertFails(call, 'ERR_INVALID_ARGUMENT', rejected)
      await Promise.all([rejection, assert.rejects(call, /ttl: expected whole seconds, .*Azure Cosmos DB.*got 1500ms/)])
    }
    const timed = state.increment('t', 'k', 1, { withTtl: true })
    await assertFails(timed, 'ERR_UNSUPPORTED', rejected)
    assert.equal(gateway.requests.length, sent)
  })

  it('ends it, for every way to read (conformance 15)', async (t) => {
    const gateway = await startGateway(t, { defaultTtl: -1 })
    const state = openOn(t, gateway)
    await state.set('t', 'k', 1, { ttl: 100 })
    gateway.ahead = 100_000
    assert.deepEqual(
      await Promise.all([state.get('t', 'k'), state.has('t', 'k'), state.ttl('t', 'k'), state.touch('t', 'k', 5)]),
      [null, false, null, false],
    )
    assert.equal(await state.persist('t', 'k'), false)
    assert.equal(await state.delete('t', 'k'), null)
    await state.set('t', 'k', 2, { ifAbsent: true })
    assert.equal(await state.get('t', 'k'), 2)
  })

  it('ends it also while the service still shows the item', async (t) => {
    const gateway = await startGateway(t, { defaultTtl: -1 })
    const state = openOn(t, gateway)
    const shown = gateway.items.put({ id: 'k', partitionKey: 't', value: 1, ttl: 10 })
    await state.connect()
    gateway.ahead = 10_000
    gateway.script = (request) => {
      if (request.kind === 'read') return { status: 200, body: shown, headers: { etag: shown._etag } }
      if (request.kind === 'query') return { status: 200, body: documents([shown]) }
      return undefined
    }
    assert.deepEqual(
      await Promise.all([state.get('t', 'k'), state.has('t', 'k'), state.getGroup('t'), state.keys('t')]),
      [null, false, [], []],
    )
    assert.equal(await state.getWithMetadata('t', 'k'), null)
  })

  it('ends it also for writes, while the service still refuses another item in its place', async (t) => {
    const gateway = await startGateway(t, { defaultTtl: -1 })
    const state = openOn(t, gateway)
    const shown = gateway.items.put({ id: 'k', partitionKey: 't', value: 1, ttl: 10 })
    await state.connect()
    gateway.ahead = 10_000
    for (const write of [
      () => state.increment('t', 'k', 5),
      () => state.increment('t', 'k', 0.5),
      () => state.update('t', 'k', [{ op: 'set', value: 1 }]),
      () => state.set('t', 'k', 1, { ifAbsent: true }),
    ]) {
      gateway.items.remove('t', 'k')
      gateway.script = untilDeleted(shown)
      await write()
    }
    assert.deepEqual(
      gateway.of('delete').map(({ headers }) => headers['if-match']),
      Array(4).fill(shown._etag),
    )
  })

  it('is removed by a set without one, and by persist; touch sets it (conformance 15)', async (t) => {
    const gateway = await startGateway(t, { defaultTtl: -1 })
    const state = openOn(t, gateway)
    await state.set('t', 'k', 1, { ttl: 100 })
    await state.set('t', 'k', 2)
    assert.equal(await state.ttl('t', 'k'), -1)
    assert.equal(await state.touch('t', 'k', 50), true)
    assert.equal(ttlField(gateway), 50)
    assert.equal(await state.persist('t', 'k'), true)
    assert.equal(await state.ttl('t', 'k'), -1)
    gateway.ahead = 1_000_000
    assert.equal(await state.get('t', 'k'), 2)
  })

  it('is kept by increment and update, as far as it is not over', async (t) => {
    const gateway = await startGateway(t, { defaultTtl: -1 })
    const state = openOn(t, gateway)
    await state.set('t', 'k', 1, { ttl: 100 })
    gateway.ahead = 60_000
    // The service does not patch the item: it expires, so the condition of the patch does not hold.
    gateway.script = on(['patch'], { status: 412 })
    assert.equal(await state.increment('t', 'k'), 2)
    await state.update('t', 'k', [{ op: 'increment', by: 1 }])
    const left = await state.ttl('t', 'k')
    assert.ok(left !== null && left <= 40 && left > 10, String(left))
    gateway.ahead = 101_000
    assert.equal(await state.get('t', 'k'), null)
  })

  it('is not extended by many updates whose second ends between read and write', async (t) => {
    const gateway = await startGateway(t, { defaultTtl: -1 })
    const state = openOn(t, gateway)
    await state.set('t', 'k', 0, { ttl: 100 })
    const update = () => state.update('t', 'k', [{ op: 'increment', by: 1 }])
    gateway.script = ({ kind }) => {
      if (kind === 'replace') gateway.ahead += 1000
      return undefined
    }
    for (let count = 0; count < 30; count += 1) await update()
    const left = await state.ttl('t', 'k')
    assert.ok(left !== null && left <= 70 && left > 40, String(left))
    assert.equal(await state.touch('t', 'k', 75), true)
    await update()
    const touched = await state.ttl('t', 'k')
    assert.ok(touched !== null && touched <= 75 && touched > 45, String(touched))
    gateway.ahead += 75_000
    assert.deepEqual(await Promise.all([state.get('t', 'k'), state.keys('t'), state.getGroup('t')]), [null, [], []])
  })

  it('is in the condition of the patch that increments, which would extend it', async (t) => {
    const gateway = await startGateway(t, { defaultTtl: -1 })
    const state = openOn(t, gateway)
    await state.set('t', 'k', 1)
    await state.increment('t', 'k')
    assert.match(gateway.of('patch')[0].body.condition, /ttl/)
  })

  it('is that of the store by default, and 0 is none', async (t) => {
    const gateway = await startGateway(t, { defaultTtl: -1 })
    const state = openOn(t, gateway, { ttl: 30 })
    await state.set('t', 'k', 1)
    await state.set('t', 'own', 1, { ttl: 5 })
    await state.transaction('t', (tx) => tx.set('a', 1).set('b', 1, { ttl: 7 }))
    assert.deepEqual(
      ['k', 'own', 'a', 'b'].map((key) => ttlField(gateway, key)),
      [30, 5, 30, 7],
    )
  })

  for (const defaultTtl of [-1, 20]) {
    it(`of a container with ${defaultTtl} by default, is -1 for entries that stay`, async (t) => {
      const gateway = await startGateway(t, { defaultTtl })
      const state = openOn(t, gateway)
      await state.set('t', 'k', 1)
      await state.transaction('t', (tx) => tx.set('a', 1))
      const left = await state.ttl('t', 'k')
      if (defaultTtl === -1) assert.equal(left, -1)
      else assert.ok(left === -1 || (left !== null && left <= 20), 'none, or that of the container')
    })
  }

  it('is rejected, also as the default of the store, if no item of the container expires', async (t) => {
    const gateway = await startGateway(t)
    const state = openOn(t, gateway)
    const expected = /** @type {const} */ ({ applied: 'no', traceId: 't' })
    const error = await assertFails(state.set('t', 'k', 1, { ttl: 5 }), 'ERR_INVALID_CONFIG', expected)
    assert.match(error.message, /defaultTtl|Time to Live/i)
    await assertFails(state.touch('t', 'k', 5), 'ERR_INVALID_CONFIG', expected)
    await assertFails(
      state.transaction('t', (tx) => tx.set('k', 1, { ttl: 5 })),
      'ERR_INVALID_CONFIG',
      expected,
    )
    await assertFails(openOn(t, gateway, { ttl: 5 }).set('t', 'k', 1), 'ERR_INVALID_CONFIG', expected)
    await state.set('t', 'k', 1)
    assert.equal(await state.ttl('t', 'k'), -1)
    assert.equal(ttlField(gateway), undefined)
  })
})
