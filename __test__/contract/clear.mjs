// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { fill, range } from '../support/fill.mjs'
import { it } from '../support/it.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { openFresh } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

/** @param {GetStore} store */
export function clears(store) {
  describe('clear', () => {
    it('removes the group and nothing else (conformance 4)', async (t) => {
      const state = openFresh(store, t)
      await Promise.all(['t', 'tt', 't2', 'T', '2t'].map((traceId) => fill(state, traceId, 3)))
      assert.equal(await state.clear('t'), undefined)
      assert.deepEqual(await state.keys('t'), [])
      assert.equal(await state.get('t', 'k0'), null)
      assertSameMembers(await state.traceIds(), ['tt', 't2', 'T', '2t'])
      assert.equal((await state.items()).length, 12)
    })

    it('removes 1,025 entries', async (t) => {
      const state = openFresh(store, t)
      await Promise.all([fill(state, 't', 1025), fill(state, 'other', 1025)])
      await state.clear('t')
      assert.deepEqual(await state.getGroup('t'), [])
      assertSameMembers(await state.getGroup('other'), range(1025))
    })

    it('of a missing group resolves', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', 1)
      assert.equal(await state.clear('missing'), undefined)
      assert.deepEqual(await state.getGroup('t'), [1])
    })

    it('allows new entries in the group afterwards', async (t) => {
      const state = openFresh(store, t)
      await fill(state, 't', 10)
      await state.clear('t')
      await state.set('t', 'k5', 'new')
      assert.deepEqual(await state.getGroup('t'), ['new'])
    })

    it('of many groups at once removes them all', async (t) => {
      const state = openFresh(store, t)
      await Promise.all(range(20).map((index) => fill(state, `t${index}`, 20)))
      await Promise.all(range(19).map((index) => state.clear(`t${index}`)))
      assert.deepEqual(await state.traceIds(), ['t19'])
    })
  })
}
