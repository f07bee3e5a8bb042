// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { assertAllFail } from '../support/assert-fails.mjs'
import { callsWithTraceId } from '../support/calls.mjs'
import { entriesOf } from '../support/entries-of.mjs'
import { it } from '../support/it.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { openFresh, withColons, workspace } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

/** @param {GetStore} store */
export function traceIds(store) {
  if (store.hasHashTags) return traceIdsInBraces(store)
  describe('a colon in a trace id', () => {
    it("makes ('a:b','c') and ('a','b:c') one entry", async (t) => {
      const state = openFresh(store, t, withColons(store))
      await state.set('a:b', 'c', 1)
      assert.equal(await state.get('a', 'b:c'), 1)
      await state.set('a', 'b:c', 2)
      assert.equal(await state.get('a:b', 'c'), 2)
      assert.equal(await state.delete('a', 'b:c'), 2)
      assert.equal(await state.get('a:b', 'c'), null)
    })

    it('ends the trace id in traceIds and items; the rest belongs to the key', async (t) => {
      const state = openFresh(store, t, withColons(store))
      await Promise.all([state.set('a:b', 'c', 1), state.set('a', 'd', 2)])
      assert.deepEqual(await state.traceIds(), ['a'])
      assertSameMembers(await state.keys('a'), ['b:c', 'd'])
      assertSameMembers(await state.getGroup('a'), [1, 2])
      assertSameMembers(await state.items(), [
        { groupId: 'a', key: 'b:c', type: 'number', value: 1 },
        { groupId: 'a', key: 'd', type: 'number', value: 2 },
      ])
    })

    it('is not a separator in the given id: listings and clear select only entries of the whole id', async (t) => {
      const state = openFresh(store, t, withColons(store))
      await Promise.all([state.set('a:b', 'c', 1), state.set('a', 'd', 2), state.set('a:bc', 'e', 3)])
      assert.deepEqual(await state.keys('a:b'), ['c'])
      assert.deepEqual(await state.getGroup('a:b'), [1])
      assert.deepEqual(entriesOf(await state.items({ groupId: 'a:b' })), [['a:b:c', 1]])
      await state.clear('a:b')
      assertSameMembers(await state.keys('a'), ['d', 'bc:e'])
    })

    it('is rejected by every method with strictTraceIds', async (t) => {
      const { open } = workspace(store, t)
      const [strict, lenient] = [open({ strictTraceIds: true }), open(withColons(store))]
      await lenient.set('a', 'b:key', 'stays')
      await assertAllFail(callsWithTraceId(strict, 'a:b'), 'ERR_INVALID_ARGUMENT')
      assert.equal(await lenient.get('a', 'b:key'), 'stays')
    })

    it('is allowed in a key with strictTraceIds', async (t) => {
      const state = openFresh(store, t, { strictTraceIds: true })
      await state.set('a', ':b:', 1)
      assert.equal(await state.get('a', ':b:'), 1)
      assert.deepEqual(await state.keys('a'), [':b:'])
      assert.deepEqual(await state.items(), [{ groupId: 'a', key: ':b:', type: 'number', value: 1 }])
    })
  })

  describe('an empty string', () => {
    it('works as a trace id', async (t) => {
      const state = openFresh(store, t)
      await Promise.all([state.set('', 'k', 1), state.set('t', 'k', 2)])
      assert.equal(await state.get('', 'k'), 1)
      assert.deepEqual(await state.keys(''), ['k'])
      assert.deepEqual(await state.getGroup(''), [1])
      assertSameMembers(await state.traceIds(), ['', 't'])
      await state.clear('')
      assert.deepEqual(await state.traceIds(), ['t'])
    })

    it('works as a key', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', '', 1)
      assert.equal(await state.get('t', ''), 1)
      assert.deepEqual(await state.keys('t'), [''])
      assert.deepEqual(await state.items(), [{ groupId: 't', key: '', type: 'number', value: 1 }])
      assert.equal(await state.delete('t', ''), 1)
    })

    it('works as both', async (t) => {
      const state = openFresh(store, t)
      await state.set('', '', 1)
      assert.deepEqual(await state.items(), [{ groupId: '', key: '', type: 'number', value: 1 }])
    })
  })
}

/** @param {GetStore} store */
function traceIdsInBraces(store) {
  describe('a colon in a trace id, with hash tags', () => {
    it("keeps ('a:b','c') and ('a','b:c') apart", async (t) => {
      const state = openFresh(store, t)
      await Promise.all([state.set('a:b', 'c', 1), state.set('a', 'b:c', 2)])
      assert.deepEqual([await state.get('a:b', 'c'), await state.get('a', 'b:c')], [1, 2])
      assertSameMembers(await state.traceIds(), ['a:b', 'a'])
      assertSameMembers(await state.items(), [
        { groupId: 'a:b', key: 'c', type: 'number', value: 1 },
        { groupId: 'a', key: 'b:c', type: 'number', value: 2 },
      ])
      await state.clear('a')
      assert.deepEqual(await state.traceIds(), ['a:b'])
    })
  })
}
