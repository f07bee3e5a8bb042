// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import fc from 'fast-check'
import { asStored } from '../support/as-stored.mjs'
import { assertFails } from '../support/assert-fails.mjs'
import { fill, range } from '../support/fill.mjs'
import { it } from '../support/it.mjs'
import * as arbitrary from '../support/query-arbitraries.mjs'
import { queried } from '../support/query-model.mjs'
import { openFresh, rawIt, workspace } from '../support/workspace.mjs'

/**
 * @import { RedisStateAdapter, StateItem, StateQuery, StateQueryFilter, StateQuerySort } from 'redis-state-adapter'
 * @import { GetStore } from '../support/workspace.mjs'
 */

const ORDERS = {
  o1: { status: 'open', total: 120, customer: { name: 'Ada', country: 'GB' }, lines: [{ sku: 'a' }], paid: false },
  o2: { status: 'open', total: 80, customer: { name: 'Bob', country: 'DE' }, lines: [{ sku: 'b' }], paid: true },
  o3: { status: 'done', total: 120, customer: { name: 'Cyd', country: 'FR' }, lines: [], paid: true },
  o4: { status: 'done', total: '120', customer: null },
}

/** @param {RedisStateAdapter} state */
async function storeOrders(state) {
  await Promise.all(Object.entries(ORDERS).map(([key, value]) => state.set('t', key, value)))
}

/** @param {RedisStateAdapter} state @param {StateQuery} query */
async function keysOf(state, query) {
  const { items } = await state.query({ groupId: 't', ...query })
  return items.map(({ key }) => key)
}

/** @type {[filter: StateQueryFilter, keys: string[]][]} */
const FILTERS = [
  [{ EQ: { status: 'open' } }, ['o1', 'o2']],
  [{ EQ: { total: 120 } }, ['o1', 'o3']],
  [{ EQ: { total: '120' } }, ['o4']],
  [{ EQ: { paid: true } }, ['o2', 'o3']],
  [{ EQ: { customer: null } }, ['o4']],
  [{ EQ: { missing: null } }, []],
  [{ EQ: { 'customer.country': 'DE' } }, ['o2']],
  [{ EQ: { 'lines.0.sku': 'b' } }, ['o2']],
  [{ EQ: { 'lines.length': 1 } }, []],
  [{ EQ: { 'status.length': 4 } }, []],
  [{ EQ: { toString: 'x' } }, []],
  [{ NEQ: { status: 'open' } }, ['o3', 'o4']],
  [{ NEQ: { paid: true } }, ['o1', 'o4']],
  [{ NEQ: { 'customer.name': 'Ada' } }, ['o2', 'o3', 'o4']],
  [{ IN: { 'customer.country': ['GB', 'FR', null] } }, ['o1', 'o3']],
  [{ IN: { total: [80, '120'] } }, ['o2', 'o4']],
  [{ IN: { total: [] } }, []],
  [{ GT: { total: 80 } }, ['o1', 'o3']],
  [{ GTE: { total: 80 } }, ['o1', 'o2', 'o3']],
  [{ LT: { 'customer.name': 'Bob' } }, ['o1']],
  [{ LTE: { 'customer.name': 'Bob' } }, ['o1', 'o2']],
  [{ AND: [{ EQ: { status: 'open' } }, { GT: { total: 100 } }] }, ['o1']],
  [{ OR: [{ EQ: { status: 'open' } }, { EQ: { customer: null } }] }, ['o1', 'o2', 'o4']],
  [{ NOT: { GT: { total: 80 } } }, ['o2', 'o4']],
  [{ AND: [] }, ['o1', 'o2', 'o3', 'o4']],
  [{ OR: [] }, []],
]

/** In ascending order; values in the same list are equal to a sort. */
const ASCENDING = [
  [undefined],
  [null],
  [false],
  [true],
  [-1.5, -1.5],
  [0],
  [1e21],
  [''],
  ['A'],
  ['a'],
  ['é'],
  ['😀'],
  ['\uffff'],
  [{}, [], [1]],
]

/** @param {GetStore} store */
export function queries(store) {
  describe('query', () => {
    for (const [filter, keys] of FILTERS) {
      it(`finds by ${JSON.stringify(filter)} (conformance 20)`, async (t) => {
        const state = openFresh(store, t)
        await storeOrders(state)
        assert.deepEqual(await keysOf(state, { filter }), keys)
      })
    }

    it('returns items like items(), and no token if nothing follows (conformance 20)', async (t) => {
      const state = openFresh(store, t)
      await Promise.all([state.set('a', 'k', [1]), state.set('b', 'k', null)])
      const all = {
        items: [
          { groupId: 'a', key: 'k', type: 'array', value: [1] },
          { groupId: 'b', key: 'k', type: 'null', value: null },
        ],
      }
      assert.deepEqual(await state.query(), all)
      assert.deepEqual(await state.query({ groupId: '', filter: undefined, sort: [], page: {} }), all)
      assert.deepEqual(await state.query({ groupId: 'c' }), { items: [] })
    })

    it('compares values that are not objects with the empty path (conformance 20)', async (t) => {
      const state = openFresh(store, t)
      await Promise.all([7, 'seven', true, null, [7]].map((value, index) => state.set('t', `k${index}`, value)))
      assert.deepEqual(await keysOf(state, { filter: { EQ: { '': 7 } } }), ['k0'])
      assert.deepEqual(await keysOf(state, { filter: { IN: { '': ['seven', null] } } }), ['k1', 'k3'])
      assert.deepEqual(await keysOf(state, { filter: { EQ: { 0: 7 } } }), ['k4'])
    })

    it('selects the entries of one trace or of all (conformance 20)', async (t) => {
      const state = openFresh(store, t)
      await Promise.all(['a', 'b', 'c'].map((traceId, index) => state.set(traceId, 'k', { n: index })))
      const filter = { GTE: { n: 1 } }
      const groupsOf = async (/** @type {StateQuery} */ query) =>
        (await state.query(query)).items.map(({ groupId }) => groupId)
      assert.deepEqual(await groupsOf({ filter }), ['b', 'c'])
      assert.deepEqual(await groupsOf({ filter, groupId: 'b' }), ['b'])
      assert.deepEqual(await groupsOf({ filter, groupId: 'a' }), [])
    })

    it('sorts values of all types, ascending and descending (conformance 20)', async (t) => {
      const state = openFresh(store, t)
      const fields = ASCENDING.flat()
      const key = (/** @type {number} */ index) => `k${String(index).padStart(2, '0')}`
      await Promise.all(fields.map((f, index) => state.set('t', key(index), { f })))
      const keys = range(fields.length).map(key)
      assert.deepEqual(await keysOf(state, { sort: [{ key: 'f' }] }), keys)
      assert.deepEqual(await keysOf(state, { sort: [{ key: 'f', order: 'ASC' }] }), keys)
      let from = 0
      const groups = ASCENDING.map(({ length }) => {
        from += length
        return keys.slice(from - length, from)
      })
      // Equal values are ordered by name.
      assert.deepEqual(await keysOf(state, { sort: [{ key: 'f', order: 'DESC' }] }), groups.toReversed().flat())
    })

    it('sorts by several fields, then by names (conformance 20)', async (t) => {
      const state = openFresh(store, t)
      await storeOrders(state)
      /** @type {StateQuerySort[]} */
      const sort = [{ key: 'status' }, { key: 'total', order: 'DESC' }]
      assert.deepEqual(await keysOf(state, { sort }), ['o4', 'o3', 'o1', 'o2'])
      await Promise.all([state.set('s', 'o3', ORDERS.o3), state.set('t', 'o30', ORDERS.o3)])
      const { items } = await state.query({ filter: { EQ: { 'customer.name': 'Cyd' } }, sort })
      assert.deepEqual(
        items.map(({ groupId, key }) => groupId + key),
        ['so3', 'to3', 'to30'],
      )
    })

    it('returns all of 1,025 entries, with small and large values (conformance 5)', async (t) => {
      const state = openFresh(store, t)
      const large = range(6).map((index) => ({ n: 5 - index, text: 'x'.repeat(1024 * 1024) }))
      await Promise.all([
        fill(state, 't', 1025),
        fill(state, 'other', 300),
        ...large.map((value, index) => state.set('large', `k${index}`, value)),
      ])
      const { items } = await state.query({ groupId: 't', sort: [{ key: '' }] })
      assert.deepEqual(
        items.map(({ value }) => value),
        range(1025),
      )
      const { items: largeItems } = await state.query({ groupId: 'large', sort: [{ key: 'n' }] })
      assert.deepEqual(
        largeItems.map(({ value }) => value),
        large.toReversed(),
      )
    })

    it('returns the same as a JavaScript model, page by page (conformance 20)', async (t) => {
      const { prefix } = workspace(store, t)
      let runs = 0
      const limit = fc.integer({ min: 1, max: 5 })
      const property = fc.asyncProperty(arbitrary.entries, arbitrary.query, limit, async (entries, query, limit) => {
        const state = store().open({ keyPrefix: `${prefix}${runs++};` })
        try {
          await Promise.all(entries.map(({ groupId, key, value }) => state.set(groupId, key, value)))
          const expected = queried(asStored(entries), query).map(namedValue)
          assert.deepEqual((await state.query(query)).items.map(namedValue), expected)
          assert.deepEqual((await inPages(state, query, limit)).map(namedValue), expected)
        } finally {
          await state.cleanup()
        }
      })
      await fc.assert(property, { numRuns: 60 })
    })

    rawIt(store, 'reads unusual JSON as JSON.parse does, of any depth (conformance 20)', async (raw) => {
      const { client, prefix, open } = raw
      const state = open()
      const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
      const texts = [
        ` {"deep":${deep},"f":1} `,
        '{"f":1e999}',
        '{"f":2,"\\u0066":1}',
        '{"f":{"g":1},"f":{}}',
        '{"f":"\\ud83d\\ude00\\ud800"}',
        '{"\\ud800":1}',
      ]
      await Promise.all(texts.map((text, index) => client.set(`${prefix}t:k${index}`, text)))
      assert.deepEqual(await keysOf(state, { filter: { EQ: { f: 1 } } }), ['k0', 'k2'])
      assert.deepEqual(await keysOf(state, { filter: { GT: { f: Number.MAX_VALUE } } }), ['k1'])
      assert.deepEqual(await keysOf(state, { filter: { EQ: { 'f.g': 1 } } }), [])
      assert.deepEqual(await keysOf(state, { filter: { EQ: { f: '😀\ud800' } } }), ['k4'])
      assert.deepEqual(await keysOf(state, { filter: { EQ: { '\ud800': 1 } } }), ['k5'])
      assert.deepEqual(await keysOf(state, { filter: { EQ: { [Array(64).fill('0').join('.')]: 1 } } }), [])
      const paged = await inPages(state, { sort: [{ key: 'f', order: 'DESC' }] }, 1)
      assert.deepEqual(
        paged.map(({ key }) => key),
        ['k3', 'k4', 'k1', 'k0', 'k2', 'k5'],
      )
    })

    rawIt(store, 'rejects with the name of an entry whose text is not JSON, with any filter', async (raw) => {
      const { client, prefix, open } = raw
      const state = open()
      await Promise.all([client.set(`${prefix}t:bad`, '{"a":1'), state.set('t', 'good', 1), state.set('t2', 'k', 1)])
      const details = { traceId: 't', key: 'bad' }
      const filter = { EQ: { '': 1 } }
      await assertFails(state.query({ filter }), 'ERR_CORRUPT_VALUE', details)
      await assertFails(state.query({ groupId: 't', page: { limit: 1 } }), 'ERR_CORRUPT_VALUE', details)
      assert.equal((await state.query({ groupId: 't2', filter })).items.length, 1)
    })
  })
}

/** @param {{ groupId: string, key: string, value: unknown }} item */
function namedValue({ groupId, key, value }) {
  return [groupId, key, value]
}

/**
 * The items of all pages.
 *
 * @param {RedisStateAdapter} state
 * @param {StateQuery} query
 * @param {number} limit
 */
async function inPages(state, query, limit) {
  /** @type {StateItem[]} */
  const all = []
  /** @type {string | undefined} */
  let token
  do {
    const page = await state.query({ ...query, page: { limit, token } })
    assert.ok(page.items.length === limit || page.token === undefined)
    all.push(...page.items)
    assert.ok(all.length < 100, 'endless pages')
    token = page.token
  } while (token)
  return all
}
