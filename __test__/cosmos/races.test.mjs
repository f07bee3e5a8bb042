// @ts-check
// Several adapters write the same entries of the in-memory Cosmos DB at once.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { range } from '../support/fill.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { emulatorOfSuite } from './support/adapters.mjs'
import { skip } from './support/rust-emulator.mjs'

const CALLERS = 8
const EACH = 20

describe('racing callers on Cosmos DB', { skip }, () => {
  const { open } = emulatorOfSuite()

  /**
   * Every caller, with an adapter of its own, makes its calls one after the other; all callers at once.
   *
   * @template T
   * @param {import('node:test').TestContext} t
   * @param {(state: ReturnType<typeof open>, caller: number, call: number) => Promise<T>} call
   */
  async function race(t, call) {
    const callers = range(CALLERS).map(async (caller) => {
      const state = open(t)
      /** @type {T[]} */
      const results = []
      for (const number of range(EACH)) results.push(await call(state, caller, number))
      return results
    })
    return (await Promise.all(callers)).flat()
  }

  it('increment exactly, and each gets a sum of its own', async (t) => {
    const trace = randomUUID()
    const sums = await race(t, (state) => state.increment(trace, 'n'))
    assertSameMembers(
      sums,
      range(CALLERS * EACH).map((number) => number + 1),
    )
    assert.equal(await open(t).get(trace, 'n'), CALLERS * EACH)
  })

  it('increment fractions and fields exactly', async (t) => {
    const trace = randomUUID()
    await race(t, (state, _, call) => (call < 5 ? state.increment(trace, 'n', 0.5) : Promise.resolve(0)))
    await race(t, (state, _, call) => (call < 5 ? state.increment(trace, 'o', 1, { field: 'a' }) : Promise.resolve(0)))
    assert.deepEqual(await open(t).getMany(trace, ['n', 'o']), [CALLERS * 2.5, { a: CALLERS * 5 }])
  })

  it('lose no update', async (t) => {
    const [trace, state] = [randomUUID(), open(t)]
    await state.set(trace, 'list', [])
    await race(t, async (one, caller, call) => {
      if (call >= 5) return
      await one.update(trace, 'list', [{ op: 'append', value: `${caller}.${call}` }])
    })
    const list = /** @type {string[]} */ (await state.get(trace, 'list'))
    assertSameMembers(
      list,
      range(CALLERS).flatMap((caller) => range(5).map((call) => `${caller}.${call}`)),
    )
  })

  it('get a deleted value exactly once', async (t) => {
    const [trace, state] = [randomUUID(), open(t)]
    for (const number of range(EACH)) await state.set(trace, `k${number}`, number)
    const values = await race(t, (one, _, call) => one.delete(trace, `k${call}`))
    assertSameMembers(
      values.filter((value) => value !== null),
      range(EACH),
    )
  })

  it('create an entry exactly once', async (t) => {
    const trace = randomUUID()
    const outcomes = await race(t, (state, caller, call) =>
      state.set(trace, `k${call}`, caller, { ifAbsent: true }).catch((error) => error.code),
    )
    assert.equal(outcomes.filter((outcome) => outcome !== 'ERR_CONFLICT').length, EACH)
  })

  it('write under an etag exactly once', async (t) => {
    const [trace, state] = [randomUUID(), open(t)]
    await state.set(trace, 'k', 0)
    const before = await state.getWithMetadata(trace, 'k')
    const ifMatch = /** @type {string} */ (before?.etag)
    const writes = range(CALLERS).map((caller) => open(t).set(trace, 'k', caller + 1, { ifMatch }))
    const results = await Promise.allSettled(writes)
    const [won, ...others] = results.flatMap((result, index) => (result.status === 'fulfilled' ? [index + 1] : []))
    assert.deepEqual(others, [])
    assert.equal(await state.get(trace, 'k'), won)
    await assertFails(state.delete(trace, 'k', { ifMatch }), 'ERR_CONFLICT', { applied: 'no', traceId: trace })
  })
})
