// @ts-check
// Transactions are atomic batches: on the in-memory Cosmos DB, which undoes a batch of which an operation fails.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { range } from '../support/fill.mjs'
import { emulatorOfSuite } from './support/adapters.mjs'
import { skip } from './support/rust-emulator.mjs'

describe('a transaction on Cosmos DB', { skip }, () => {
  const { open } = emulatorOfSuite()

  it('executes mixed sets and deletes in order (conformance 13)', async (t) => {
    const [state, trace] = [open(t), randomUUID()]
    await state.set(trace, 'k1', 'old')
    await state.transaction(trace, (tx) => tx.delete('k1').set('k2', 2).delete('k2').set('k3', [3]).delete('missing'))
    assert.deepEqual(await state.getMany(trace, ['k1', 'k2', 'k3', 'missing']), [null, null, [3], null])
    assert.deepEqual(await state.keys(trace), ['k3'])
  })

  it('leaves the last of several writes of an entry', async (t) => {
    const [state, trace] = [open(t), randomUUID()]
    await state.transaction(trace, (tx) => tx.set('k', 1).delete('k').set('k', 2).set('other', 1).delete('other'))
    assert.deepEqual(await state.getGroup(trace), [2])
  })

  it('writes nothing if a condition does not hold (conformance 13)', async (t) => {
    const [state, trace] = [open(t), randomUUID()]
    await state.setMany(trace, { a: 1, b: 2 })
    const [a, b] = await state.getManyWithMetadata(trace, ['a', 'b'])
    assert.ok(a && b)
    /** @type {[failed: string, work: (tx: any) => any][]} */
    const works = [
      ['b', (tx) => tx.set('a', 'A').delete('b', { ifMatch: a.etag })],
      ['b', (tx) => tx.set('a', 'A').set('b', 'B', { ifMatch: a.etag })],
      ['a', (tx) => tx.set('c', 'C').check('a', { ifAbsent: true })],
      ['a', (tx) => tx.set('c', 'C').set('a', 'A', { ifAbsent: true })],
      ['a', (tx) => tx.set('c', 'C').check('a', { ifMatch: b.etag })],
      ['c', (tx) => tx.delete('a').check('c', { ifMatch: a.etag })],
      ['c', (tx) => tx.delete('a').set('c', 'C', { ifMatch: a.etag })],
      ['c', (tx) => tx.delete('a').delete('c', { ifMatch: a.etag })],
      ['b', (tx) => tx.set('new', 1).set('a', 'A', { ifMatch: a.etag }).check('b', { ifAbsent: true }).delete('c')],
    ]
    for (const [key, work] of works) {
      const expected = /** @type {const} */ ({ applied: 'no', traceId: trace, key })
      await assertFails(state.transaction(trace, work), 'ERR_CONFLICT', expected)
      assert.deepEqual(await state.getMany(trace, ['a', 'b', 'c', 'new']), [1, 2, null, null], work.toString())
    }
    const unchanged = await state.getManyWithMetadata(trace, ['a', 'b'])
    assert.deepEqual(
      unchanged.map((entry) => entry?.etag),
      [a.etag, b.etag],
    )
  })

  it('writes all if every condition holds', async (t) => {
    const [state, trace] = [open(t), randomUUID()]
    await state.setMany(trace, { a: 1, b: 2, checked: 3 })
    const [a, b, checked] = await state.getManyWithMetadata(trace, ['a', 'b', 'checked'])
    assert.ok(a && b && checked)
    await state.transaction(trace, (tx) => {
      tx.set('a', 'A', { ifMatch: a.etag }).delete('b', { ifMatch: b.etag }).set('c', 'C', { ifAbsent: true })
      tx.check('checked', { ifMatch: checked.etag })
        .check('missing', { ifAbsent: true })
        .check('a', { ifMatch: a.etag })
    })
    assert.deepEqual(await state.getMany(trace, ['a', 'b', 'c', 'checked', 'missing']), ['A', null, 'C', 3, null])
    const after = await state.getWithMetadata(trace, 'checked')
    assert.equal(after?.etag, checked.etag, 'a check does not write')
  })

  it('succeeds for exactly one of many that race for the same entries (conformance 13)', async (t) => {
    const [states, trace] = [[open(t), open(t)], randomUUID()]
    const racing = range(20).map((index) =>
      states[index % 2].transaction(trace, (tx) => tx.set('b', index).set('a', index, { ifAbsent: true })),
    )
    const results = await Promise.allSettled(racing)
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    const [a, b] = await states[0].getMany(trace, ['a', 'b'])
    assert.equal(a, b)
  })

  it('changes only its own trace', async (t) => {
    const [state, one, other] = [open(t), randomUUID(), randomUUID()]
    await state.set(other, 'k', 'other')
    await state.transaction(one, (tx) => tx.set('k', 1).delete('k').set('l', 1))
    assert.deepEqual([await state.keys(one), await state.get(other, 'k')], [['l'], 'other'])
  })

  it('can have 100 operations, of which a deletion needs two, and is rejected with more', async (t) => {
    const [state, trace] = [open(t), randomUUID()]
    await state.transaction(trace, (tx) => range(50).forEach((number) => void tx.delete(`d${number}`)))
    await state.transaction(trace, (tx) => range(100).forEach((number) => void tx.set(`k${number}`, number)))
    assert.equal(await state.count(trace), 100)
    const tooMany = state.transaction(trace, (tx) => range(101).forEach((number) => void tx.set(`l${number}`, number)))
    await assertFails(tooMany, 'ERR_INVALID_ARGUMENT', { applied: 'no', traceId: trace })
    assert.equal(await state.count(trace), 100)
  })

  it('is rejected before anything is sent if it is too large', async (t) => {
    const [state, trace] = [open(t), randomUUID()]
    const half = 'x'.repeat(1_200_000)
    const call = state.transaction(trace, (tx) => tx.set('a', half).set('b', half))
    await assertFails(call, 'ERR_TOO_LARGE', { applied: 'no', traceId: trace })
    assert.deepEqual(await state.keys(trace), [])
  })
})
