// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { range } from '../support/fill.mjs'
import { openFresh } from '../support/workspace.mjs'

/**
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 * @import { GetStore } from '../support/workspace.mjs'
 */

/**
 * One of many mixed, independent calls of a tick, and its expected result.
 *
 * @param {RedisStateAdapter} state
 * @param {number} place
 * @returns {[answer: Promise<unknown>, expected: unknown]}
 */
function mixedCall(state, place) {
  const key = `k${place}`
  switch (place % 5) {
    case 0:
      return [state.get('old', key), place]
    case 1:
      return [state.set('new', key, { place }), { place }]
    case 2:
      return [state.delete('old', key), place]
    case 3:
      return [state.get('missing', key), null]
    default:
      return [state.delete('missing', key), null]
  }
}

/** @param {GetStore} store */
export function oneTick(store) {
  describe('many calls in one tick', () => {
    it('settle each with its own result', async (t) => {
      const state = openFresh(store, t)
      const places = range(5000)
      await Promise.all(places.map((place) => state.set('old', `k${place}`, place)))
      const calls = places.map((place) => mixedCall(state, place))
      const answers = await Promise.all(calls.map(([answer]) => answer))
      assert.deepEqual(
        answers,
        calls.map(([, expected]) => expected),
      )
      assert.equal((await state.keys('old')).length, 4000)
      assert.equal((await state.getGroup('new')).length, 1000)
    })

    it('settle each with its own result, also listings', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', 1)
      const calls = range(200).flatMap((index) => [
        state.get('t', 'k'),
        state.keys('t'),
        state.set('other', `k${index}`, index),
        state.getGroup('t'),
      ])
      const answers = await Promise.all(calls)
      assert.deepEqual(
        answers,
        range(200).flatMap((index) => [1, ['k'], index, [1]]),
      )
    })

    it('settle each with its own result if the values differ much in size', async (t) => {
      const state = openFresh(store, t)
      const values = range(40).map((index) => `${index}`.padEnd(index % 4 ? index : 500_000, '"\\,]['))
      await Promise.all(values.map((value, index) => state.set('t', `k${index}`, value)))
      assert.deepEqual(await Promise.all(values.map((_, index) => state.get('t', `k${index}`))), values)
    })

    it('are executed in order, with any size of values', async (t) => {
      const state = openFresh(store, t)
      const values = range(600).map((index) => ({ index, text: 'x'.repeat(index) }))
      const answers = values.flatMap((value) => [state.set('t', 'k', value), state.get('t', 'k')])
      assert.deepEqual(
        await Promise.all(answers),
        values.flatMap((value) => [value, value]),
      )
    })

    it('are not affected by invalid calls', async (t) => {
      const state = openFresh(store, t)
      const bad = /** @type {any} */ ([undefined, 1n, Symbol('s')])
      const calls = range(90).map((index) => {
        const good = state.set('t', `k${index}`, index)
        const refused = state.set('t', `k${index}`, bad[index % 3])
        const lone = state.get('t', '\ud800')
        return Promise.all([
          good.then((value) => assert.equal(value, index)),
          assertFails(refused, 'ERR_INVALID_ARGUMENT', { applied: 'no' }),
          assertFails(lone, 'ERR_INVALID_ARGUMENT'),
        ])
      })
      await Promise.all(calls)
      assert.equal((await state.keys('t')).length, 90)
      assert.equal(await state.get('t', 'k89'), 89)
    })

    it('can be made in the continuation of another', async (t) => {
      const state = openFresh(store, t)
      const chain = async (/** @type {number} */ index) => {
        const value = await state.set('t', `k${index}`, index)
        assert.equal(await state.get('t', `k${index}`), value)
        return await state.delete('t', `k${index}`)
      }
      assert.deepEqual(await Promise.all(range(300).map(chain)), range(300))
    })
  })
}
