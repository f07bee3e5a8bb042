// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { range } from '../support/fill.mjs'
import { it } from '../support/it.mjs'
import { untitled } from '../support/untitled.mjs'
import { openFresh } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

/** @param {number} levels */
function nested(levels) {
  return range(levels - 1).reduce((/** @type {unknown} */ filter) => ({ NOT: filter }), { EQ: { a: 1 } })
}

/** @type {any} */
const cyclic = { AND: [] }
cyclic.AND.push(cyclic)

const GOOD = { EQ: { a: 1 } }
const BIGINT = BigInt(1)

/** @type {[mistake: string, input: unknown][]} */
const MISTAKES = [
  ['input: expected an object', null],
  ['input: expected an object', 'a'],
  ['input: expected an object', []],
  ['filters: unknown field', { filters: GOOD }],
  ['groupId: expected a string, got the number 1', { groupId: 1 }],
  ['groupId: expected a string, got a bigint', { groupId: BIGINT }],
  ['groupId: expected a string, got null', { groupId: null }],
  ['filter: expected an object, got null', { filter: null }],
  ['sort: expected an array, got null', { sort: null }],
  ['page: expected an object, got null', { page: null }],
  ['page.token: expected a string, got null', { page: { token: null } }],
  ['filter: expected an object', { filter: 'a' }],
  ['filter: expected an object', { filter: [GOOD] }],
  ['filter: expected one operator, got 0', { filter: {} }],
  ['filter: expected one operator, got 2', { filter: { ...GOOD, NEQ: { a: 1 } } }],
  ['filter.eq: unknown operator', { filter: { eq: { a: 1 } } }],
  ['filter.toString: unknown operator', { filter: { toString: { a: 1 } } }],
  ['filter.__proto__: unknown operator', { filter: JSON.parse('{"__proto__":{"a":1}}') }],
  ['filter.EQ: expected an object', { filter: { EQ: 1 } }],
  ['filter.EQ: expected an object', { filter: { EQ: null } }],
  ['filter.EQ: expected an object', { filter: { EQ: ['a', 1] } }],
  ['filter.EQ: expected one path, got 0', { filter: { EQ: {} } }],
  ['filter.EQ: expected one path, got 2', { filter: { EQ: { a: 1, b: 2 } } }],
  ['filter.EQ["a.b"]: expected a string, a finite number', { filter: { EQ: { 'a.b': {} } } }],
  ['filter.EQ["a"]: expected a string, a finite number', { filter: { EQ: { a: undefined } } }],
  ['filter.NEQ["a"]: expected a string, a finite number', { filter: { NEQ: { a: [1] } } }],
  ['filter.EQ["a"]: expected a string, a finite number', { filter: { EQ: { a: NaN } } }],
  ['filter.EQ["a"]: expected a string, a finite number', { filter: { EQ: { a: -Infinity } } }],
  ['filter.EQ["a"]: expected a string, a finite number', { filter: { EQ: { a: BIGINT } } }],
  ['filter.EQ["a"]: expected a string, a finite number', { filter: { EQ: { a: Symbol('a') } } }],
  ['filter.EQ["a"]: expected a string, a finite number', { filter: { EQ: { a: new Date() } } }],
  ['filter.GT["a"]: expected a string or a finite number', { filter: { GT: { a: true } } }],
  ['filter.LTE["a"]: expected a string or a finite number', { filter: { LTE: { a: null } } }],
  ['filter.IN["a"]: expected an array', { filter: { IN: { a: 1 } } }],
  ['filter.IN["a"][1]: expected a string, a finite number', { filter: { IN: { a: [1, {}] } } }],
  ['filter.IN["a"][0]: expected a string, a finite number', { filter: { IN: { a: Array(1e9) } } }],
  ['filter.AND: expected an array, got an object', { filter: { AND: GOOD } }],
  ['filter.AND[1]: expected an object', { filter: { AND: [GOOD, 1] } }],
  ['filter.AND[0]: expected an object', { filter: { AND: Array(1e9) } }],
  ['filter.AND[1].EQ: expected an object', { filter: { AND: [GOOD, { EQ: 1 }] } }],
  ['filter.NOT.OR[0].LIKE: unknown operator', { filter: { NOT: { OR: [{ LIKE: { a: 'x' } }] } } }],
  ['filter.NOT: expected an object', { filter: { NOT: [GOOD] } }],
  [`filter${'.NOT'.repeat(32)}: more than 32 levels deep`, { filter: nested(33) }],
  [`filter${'.AND[0]'.repeat(32)}: more than 32 levels deep`, { filter: cyclic }],
  ['filter.OR[999]: more than 1000 conditions', { filter: { OR: Array(1000).fill(GOOD) } }],
  ['filter.IN["a"]: more than 1000 conditions', { filter: { IN: { a: range(1000) } } }],
  ['sort: expected an array', { sort: { key: 'a' } }],
  ['sort[0]: expected an object', { sort: ['a'] }],
  ['sort[0].key: expected a string, got undefined', { sort: [{}] }],
  ['sort[1].key: expected a string', { sort: [{ key: 'a' }, { key: 1 }] }],
  ['sort[0].order: expected one of ASC, DESC, got the string "desc"', { sort: [{ key: 'a', order: 'desc' }] }],
  ['sort[0].direction: unknown field, expected key, order', { sort: [{ key: 'a', direction: 'DESC' }] }],
  ['sort: expected an array of at most 32, got one of 33', { sort: Array(33).fill({ key: 'a' }) }],
  ['sort[0].key: more than 64 names', { sort: [{ key: 'a.'.repeat(64) }] }],
  ['page: expected an object', { page: 5 }],
  ['page.size: unknown field, expected limit, token', { page: { size: 5 } }],
  ...[0, -1, 1.5, NaN, Infinity, 10_001, '5', true, {}, BIGINT].map((limit) => ({ page: { limit } })).map(tooMany),
  ['page.token: expected a string', { page: { token: 1 } }],
]

/** @param {unknown} input @returns {[string, unknown]} */
function tooMany(input) {
  return ['page.limit: expected a whole number from 1 to 10000, got ', input]
}

/** @param {GetStore} store */
export function refusedQueries(store) {
  describe('a malformed query', () => {
    it('is rejected with the path of the mistake', async (t) => {
      const state = openFresh(store, t)
      for (const [mistake, input] of MISTAKES) {
        const error = await assertFails(state.query(/** @type {any} */ (input)), 'ERR_INVALID_ARGUMENT')
        assert.ok(untitled(error).startsWith(mistake), `${error.message}, expected: ${mistake}`)
      }
      assert.equal(state.stats().errors.ERR_INVALID_ARGUMENT, MISTAKES.length)
    })

    it('is rejected if a getter throws', async (t) => {
      const state = openFresh(store, t)
      const thrown = new Error('of the getter')
      const filter = {
        get EQ() {
          throw thrown
        },
      }
      const { cause } = await assertFails(state.query({ filter: /** @type {any} */ (filter) }), 'ERR_INVALID_ARGUMENT')
      assert.equal(cause, thrown)
    })

    it('is one that exceeds a limit; at the limits it is valid', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', { a: 1 })
      const filters = [nested(32), { OR: Array(999).fill(GOOD) }, { IN: { a: range(999) } }]
      for (const [index, filter] of filters.entries()) {
        const { items } = await state.query({ filter: /** @type {any} */ (filter) })
        // An odd number of NOT does not match.
        assert.equal(items.length, index === 0 ? 0 : 1)
      }
      const sort = [{ key: 'a.'.repeat(63) }, ...Array(31).fill({ key: 'a' })]
      assert.equal((await state.query({ sort, page: { limit: 10_000 } })).items.length, 1)
    })

    it('is not affected by changes to the query object after the call', async (t) => {
      const state = openFresh(store, t)
      await Promise.all([state.set('t', 'k1', 1), state.set('t', 'k2', 2)])
      const query = { filter: { EQ: { '': 1 } }, page: { limit: 1 } }
      const answer = state.query(query)
      query.filter.EQ[''] = 2
      query.page.limit = 2
      assert.deepEqual((await answer).items[0].key, 'k1')
    })
  })
}
