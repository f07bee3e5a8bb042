// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { it } from '../support/it.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { openFresh, withColons } from '../support/workspace.mjs'

/**
 * @import { RedisStateAdapter, StateItem } from 'redis-state-adapter'
 * @import { GetStore } from '../support/workspace.mjs'
 */

/** @type {StateItem[]} */
const ITEMS = [
  { groupId: 'a', key: 'string', type: 'string', value: 's' },
  { groupId: 'a', key: 'number', type: 'number', value: 1.5 },
  { groupId: 'a', key: 'boolean', type: 'boolean', value: false },
  { groupId: 'b', key: 'object', type: 'object', value: { x: [] } },
  { groupId: 'b', key: 'array', type: 'array', value: [{}] },
  { groupId: 'b', key: 'null', type: 'null', value: null },
]

/** @param {RedisStateAdapter} state */
async function store6(state) {
  await Promise.all(ITEMS.map(({ groupId, key, value }) => state.set(groupId, key, value)))
}

/** @param {GetStore} store */
export function items(store) {
  describe('items', () => {
    it('returns objects with only group id, key, type and value', async (t) => {
      const state = openFresh(store, t)
      await store6(state)
      assertSameMembers(await state.items(), ITEMS)
    })

    it('returns all entries without an argument, without a group id, and with an empty one', async (t) => {
      const state = openFresh(store, t)
      await store6(state)
      for (const input of [undefined, {}, { groupId: '' }, { groupId: undefined, filter: undefined }, { filter: [] }]) {
        assertSameMembers(await state.items(input), ITEMS)
      }
    })

    it('returns the entries of the given group id', async (t) => {
      const state = openFresh(store, t)
      await store6(state)
      assertSameMembers(await state.items({ groupId: 'a' }), ITEMS.slice(0, 3))
      assertSameMembers(await state.items({ groupId: 'b', filter: [] }), ITEMS.slice(3))
      assert.deepEqual(await state.items({ groupId: 'c' }), [])
    })

    it('rejects an argument that is not an object', async (t) => {
      const state = openFresh(store, t)
      for (const input of ['a', 1, true]) {
        await assertFails(state.items(/** @type {any} */ (input)), 'ERR_INVALID_ARGUMENT')
      }
    })

    it('splits names at the first ":", or after the given group id', async (t) => {
      if (store.hasHashTags) return
      const state = openFresh(store, t, withColons(store))
      await state.set('a:b', 'c', 1)
      const asPart = [{ groupId: 'a', key: 'b:c', type: 'number', value: 1 }]
      assert.deepEqual(await state.items({}), asPart)
      assert.deepEqual(await state.items({ groupId: 'a' }), asPart)
      assert.deepEqual(await state.items({ groupId: 'a:b' }), [{ groupId: 'a:b', key: 'c', type: 'number', value: 1 }])
    })
  })
}
