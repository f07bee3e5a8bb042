// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { range } from '../support/fill.mjs'
import { it } from '../support/it.mjs'
import { openFresh, workspace } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

/** @param {GetStore} store */
export function deletes(store) {
  describe('delete', () => {
    it('returns the old value, then null (conformance 2)', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', { a: [1] })
      assert.deepEqual(await state.delete('t', 'k'), { a: [1] })
      assert.equal(await state.delete('t', 'k'), null)
      assert.equal(await state.get('t', 'k'), null)
      assert.deepEqual(await state.keys('t'), [])
    })

    it('returns null for a missing entry (conformance 2)', async (t) => {
      assert.equal(await openFresh(store, t).delete('t', 'missing'), null)
    })

    it('removes that entry only', async (t) => {
      const state = openFresh(store, t)
      await Promise.all([state.set('t', 'k', 1), state.set('t', 'k2', 2), state.set('t2', 'k', 3)])
      assert.equal(await state.delete('t', 'k'), 1)
      assert.deepEqual([await state.get('t', 'k2'), await state.get('t2', 'k')], [2, 3])
    })

    for (const value of [null, 0, false, '']) {
      it(`deletes and returns a stored ${JSON.stringify(value)}`, async (t) => {
        const state = openFresh(store, t)
        await state.set('t', 'k', value)
        assert.deepEqual(await state.keys('t'), ['k'])
        assert.equal(await state.delete('t', 'k'), value)
        assert.deepEqual(await state.keys('t'), [])
      })
    }

    it('returns the value to exactly one of 1,000 racing callers', async (t) => {
      const { open } = workspace(store, t)
      const [one, other] = [open(), open()]
      await one.set('t', 'k', 'prize')
      const results = await Promise.all(range(1000).map((index) => (index % 2 ? one : other).delete('t', 'k')))
      const winners = results.filter((result) => result !== null)
      assert.deepEqual(winners, ['prize'])
    })

    it('returns each of 200 values to exactly one of two adapters', async (t) => {
      const { open } = workspace(store, t)
      const adapters = [open(), open()]
      const ids = range(200)
      await Promise.all(ids.map((id) => adapters[0].set('t', `k${id}`, id)))
      const races = ids.map((id) => Promise.all(adapters.map((adapter) => adapter.delete('t', `k${id}`))))
      const winners = (await Promise.all(races)).map((results) => results.filter((result) => result !== null))
      assert.deepEqual(
        winners,
        ids.map((id) => [id]),
      )
    })
  })
}
