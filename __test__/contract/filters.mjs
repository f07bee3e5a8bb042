// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { RedisStateAdapter as Predecessor } from '@motiadev/adapter-redis-state'
import { assertFails } from '../support/assert-fails.mjs'
import { it } from '../support/it.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { openFresh } from '../support/workspace.mjs'

/**
 * @import { RedisStateAdapter, StateFilter, StateFilterOperation, StateItem } from 'redis-state-adapter'
 * @import { GetStore } from '../support/workspace.mjs'
 */

/** @type {StateFilterOperation[]} */
const OPERATIONS = [
  'eq',
  'neq',
  'gt',
  'gte',
  'lt',
  'lte',
  'contains',
  'notContains',
  'startsWith',
  'endsWith',
  'isNotNull',
  'isNull',
]

const FIELDS = [
  null,
  0,
  1,
  -1,
  2,
  10,
  '',
  '0',
  '1',
  '10',
  '9',
  'a',
  'ab',
  'ba',
  'A',
  'null',
  true,
  false,
  [],
  ['a'],
  {},
]
const OPERANDS = [undefined, null, 0, 1, 10, '', '0', '1', '10', 'a', 'b', 'ab', 'null', 'undefined', true, false]
const VALUE_KEYS = ['f', '0', 'length', 'missing', '']

/**
 * Each field as a value itself, as a property and as an element, so that every filter is applied to every shape of
 * value.
 */
const VALUES = [...FIELDS, ...FIELDS.map((f) => ({ f })), ...FIELDS.map((f) => [f, f]), { '': 'a', length: 1 }]

/**
 * The items that the pure-JS adapter returns with the filters.
 *
 * @param {StateItem[]} items
 * @param {StateFilter[]} filters
 * @returns {StateItem[]}
 */
function filteredByPredecessor(items, filters) {
  const { prototype } = /** @type {any} */ (Predecessor)
  return prototype.applyFilters.call(prototype, items, filters)
}

/** @param {RedisStateAdapter} state @param {unknown[]} values */
async function storeAll(state, values) {
  await Promise.all(values.map((value, index) => state.set('t', `k${index}`, value)))
}

/** @param {RedisStateAdapter} state @param {StateFilter[]} filter */
async function assertAsPredecessor(state, filter) {
  const [all, actual] = await Promise.all([state.items({ groupId: 't' }), state.items({ groupId: 't', filter })])
  assertSameMembers(actual, filteredByPredecessor(all, filter))
}

/** @param {RedisStateAdapter} state @param {unknown} filter */
async function keysOf(state, filter) {
  const items = await state.items(/** @type {any} */ ({ groupId: 't', filter }))
  return items.map(({ key }) => key).sort()
}

/** @type {[name: string, filter: unknown][]} */
const MALFORMED = [
  ['an object instead of a list', { valueKey: 'f', operation: 'eq', value: 1 }],
  ['a string', 'f eq 1'],
  ['a list of null', [null]],
  ['a list of strings', ['f']],
  ['no value key', [{ operation: 'eq', value: 1 }]],
  ['a value key that is not a string', [{ valueKey: 1, operation: 'eq', value: 1 }]],
  ['no operation', [{ valueKey: 'f', value: 1 }]],
  ['an unknown operation', [{ valueKey: 'f', operation: 'like', value: 1 }]],
  ['an operation in capitals', [{ valueKey: 'f', operation: 'EQ', value: 1 }]],
  ['an operation named like an inherited property', [{ valueKey: 'f', operation: 'toString', value: 1 }]],
  ['__proto__ as the operation', [{ valueKey: 'f', operation: '__proto__', value: 1 }]],
  ['a valid filter before an invalid one', [{ valueKey: 'f', operation: 'isNull' }, { valueKey: 'f' }]],
]

/** @param {GetStore} store */
export function filters(store) {
  describe('filters', () => {
    for (const operation of OPERATIONS) {
      it(`${operation} compares as the pure-JS adapter does`, async (t) => {
        const state = openFresh(store, t)
        await storeAll(state, VALUES)
        for (const valueKey of VALUE_KEYS) {
          await Promise.all(OPERANDS.map((value) => assertAsPredecessor(state, [{ valueKey, operation, value }])))
        }
      })
    }

    it('apply to items of all groups', async (t) => {
      const state = openFresh(store, t)
      await Promise.all([state.set('a', 'k', { n: 1 }), state.set('b', 'k', { n: 2 }), state.set('c', 'k', { n: 3 })])
      const items = await state.items({ filter: [{ valueKey: 'n', operation: 'gte', value: 2 }] })
      assert.deepEqual(items.map(({ groupId }) => groupId).sort(), ['b', 'c'])
    })

    it('must all match', async (t) => {
      const state = openFresh(store, t)
      await storeAll(state, [{ n: 1, s: 'ab' }, { n: 2, s: 'ab' }, { n: 2, s: 'b' }, { n: 2 }])
      /** @type {StateFilter[]} */
      const filter = [
        { valueKey: 'n', operation: 'gt', value: 1 },
        { valueKey: 's', operation: 'startsWith', value: 'a' },
        { valueKey: 's', operation: 'isNotNull' },
      ]
      assert.deepEqual(await keysOf(state, filter), ['k1'])
      assert.deepEqual(await keysOf(state, filter.slice(0, 1)), ['k1', 'k2', 'k3'])
      assert.deepEqual(await keysOf(state, [...filter, { valueKey: 'n', operation: 'eq', value: '2' }]), [])
    })

    it('compare only own properties', async (t) => {
      const state = openFresh(store, t)
      const own = JSON.parse('{"toString":"own","constructor":"own","__proto__":"own","map":"own"}')
      await storeAll(state, [own, {}, []])
      for (const valueKey of Object.keys(own)) {
        assert.deepEqual(await keysOf(state, [{ valueKey, operation: 'isNotNull' }]), ['k0'], valueKey)
        assert.deepEqual(await keysOf(state, [{ valueKey, operation: 'isNull' }]), ['k1', 'k2'], valueKey)
      }
    })

    it('compare a primitive itself, with any value key', async (t) => {
      const state = openFresh(store, t)
      await storeAll(state, ['text', 5, null, true])
      assert.deepEqual(await keysOf(state, [{ valueKey: 'length', operation: 'eq', value: 'text' }]), ['k0'])
      assert.deepEqual(await keysOf(state, [{ valueKey: 'toString', operation: 'gte', value: 5 }]), ['k1'])
      assert.deepEqual(await keysOf(state, [{ valueKey: '', operation: 'isNull' }]), ['k2'])
    })

    it('do not match values that JavaScript cannot compare', async (t) => {
      const state = openFresh(store, t)
      // Neither method can be called, so it cannot be converted to a primitive.
      const incomparable = { valueOf: 1, toString: 1 }
      await storeAll(state, [{ f: incomparable }, { f: [incomparable] }, { f: 5 }])
      for (const [operation, value] of /** @type {const} */ ([
        ['gt', 4],
        ['gte', 5],
        ['lt', 6],
        ['lte', '5'],
      ])) {
        assert.deepEqual(await keysOf(state, [{ valueKey: 'f', operation, value }]), ['k2'], operation)
      }
      await state.cleanup()
    })

    for (const [name, filter] of MALFORMED) {
      it(`are rejected: ${name}`, async (t) => {
        const state = openFresh(store, t)
        await assertFails(keysOf(state, filter), 'ERR_INVALID_ARGUMENT')
      })
    }

    it('search for a text only in texts', async (t) => {
      const state = openFresh(store, t)
      await state.setMany('t', { text: 'a5', number: 5, list: ['a5', 5], object: { a5: 5 }, nothing: null })
      const found = async (/** @type {any} */ operation, /** @type {any} */ value) => {
        const items = await state.items({ groupId: 't', filter: [{ valueKey: 'x', operation, value }] })
        return items.map(({ key }) => key)
      }
      for (const operation of ['contains', 'endsWith']) assert.deepEqual(await found(operation, 5), ['text'])
      assert.deepEqual(await found('startsWith', 'a'), ['text'])
      // Nor in values that are not texts.
      assert.deepEqual(await found('notContains', 'z'), ['text'])
    })
  })
}
