// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { range } from '../support/fill.mjs'
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
  ['the input must be an object', null],
  ['the input must be an object', 'a'],
  ['the input must be an object', []],
  ['filters is unknown', { filters: GOOD }],
  ['groupId must be a string', { groupId: 1 }],
  ['groupId must be a string', { groupId: BIGINT }],
  ['filter must be an object', { filter: 'a' }],
  ['filter must be an object', { filter: [GOOD] }],
  ['filter must have one operator, and has 0', { filter: {} }],
  ['filter must have one operator, and has 2', { filter: { ...GOOD, NEQ: { a: 1 } } }],
  ['filter.eq is no operator', { filter: { eq: { a: 1 } } }],
  ['filter.toString is no operator', { filter: { toString: { a: 1 } } }],
  ['filter.__proto__ is no operator', { filter: JSON.parse('{"__proto__":{"a":1}}') }],
  ['filter.EQ must be an object', { filter: { EQ: 1 } }],
  ['filter.EQ must be an object', { filter: { EQ: null } }],
  ['filter.EQ must be an object', { filter: { EQ: ['a', 1] } }],
  ['filter.EQ must have one path, and has 0', { filter: { EQ: {} } }],
  ['filter.EQ must have one path, and has 2', { filter: { EQ: { a: 1, b: 2 } } }],
  ['filter.EQ["a.b"] must be a string, a finite number', { filter: { EQ: { 'a.b': {} } } }],
  ['filter.EQ["a"] must be a string, a finite number', { filter: { EQ: { a: undefined } } }],
  ['filter.NEQ["a"] must be a string, a finite number', { filter: { NEQ: { a: [1] } } }],
  ['filter.EQ["a"] must be a string, a finite number', { filter: { EQ: { a: NaN } } }],
  ['filter.EQ["a"] must be a string, a finite number', { filter: { EQ: { a: -Infinity } } }],
  ['filter.EQ["a"] must be a string, a finite number', { filter: { EQ: { a: BIGINT } } }],
  ['filter.EQ["a"] must be a string, a finite number', { filter: { EQ: { a: Symbol('a') } } }],
  ['filter.EQ["a"] must be a string, a finite number', { filter: { EQ: { a: new Date() } } }],
  ['filter.GT["a"] must be a string or a finite number', { filter: { GT: { a: true } } }],
  ['filter.LTE["a"] must be a string or a finite number', { filter: { LTE: { a: null } } }],
  ['filter.IN["a"] must be an array', { filter: { IN: { a: 1 } } }],
  ['filter.IN["a"][1] must be a string, a finite number', { filter: { IN: { a: [1, {}] } } }],
  ['filter.IN["a"][0] must be a string, a finite number', { filter: { IN: { a: Array(1e9) } } }],
  ['filter.AND must be an array of filters', { filter: { AND: GOOD } }],
  ['filter.AND[1] must be an object', { filter: { AND: [GOOD, 1] } }],
  ['filter.AND[0] must be an object', { filter: { AND: Array(1e9) } }],
  ['filter.AND[1].EQ must be an object', { filter: { AND: [GOOD, { EQ: 1 }] } }],
  ['filter.NOT.OR[0].LIKE is no operator', { filter: { NOT: { OR: [{ LIKE: { a: 'x' } }] } } }],
  ['filter.NOT must be an object', { filter: { NOT: [GOOD] } }],
  [`filter${'.NOT'.repeat(32)} is more than 32 levels deep`, { filter: nested(33) }],
  [`filter${'.AND[0]'.repeat(32)} is more than 32 levels deep`, { filter: cyclic }],
  ['filter.OR[999]: more than 1000 conditions', { filter: { OR: Array(1000).fill(GOOD) } }],
  ['filter.IN["a"]: more than 1000 conditions', { filter: { IN: { a: range(1000) } } }],
  ['sort must be an array', { sort: { key: 'a' } }],
  ['sort[0] must be an object', { sort: ['a'] }],
  ['sort[0].key must be a string', { sort: [{}] }],
  ['sort[1].key must be a string', { sort: [{ key: 'a' }, { key: 1 }] }],
  ['sort[0].order must be ASC or DESC', { sort: [{ key: 'a', order: 'desc' }] }],
  ['sort[0].direction is unknown', { sort: [{ key: 'a', direction: 'DESC' }] }],
  ['sort has more than 32 keys', { sort: Array(33).fill({ key: 'a' }) }],
  ['sort[0].key has more than 64 parts', { sort: [{ key: 'a.'.repeat(64) }] }],
  ['page must be an object', { page: 5 }],
  ['page.size is unknown', { page: { size: 5 } }],
  ...[0, -1, 1.5, NaN, Infinity, 10_001, '5', true, {}, BIGINT].map((limit) => ({ page: { limit } })).map(tooMany),
  ['page.token must be a string', { page: { token: 1 } }],
]

/** @param {unknown} input @returns {[string, unknown]} */
function tooMany(input) {
  return ['page.limit must be an integer from 1 to 10000', input]
}

/** @param {GetStore} store */
export function refusedQueries(store) {
  describe('a malformed query', () => {
    it('is refused, by the path of the mistake', async (t) => {
      const state = openFresh(store, t)
      for (const [mistake, input] of MISTAKES) {
        const { message } = await assertFails(state.query(/** @type {any} */ (input)), 'ERR_INVALID_ARGUMENT')
        assert.ok(message.startsWith(mistake), `${message}, expected: ${mistake}`)
      }
      assert.equal(state.stats().errors.ERR_INVALID_ARGUMENT, MISTAKES.length)
    })

    it('is refused where a getter throws', async (t) => {
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

    it('is one beyond the limits, and none at them', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', { a: 1 })
      const filters = [nested(32), { OR: Array(999).fill(GOOD) }, { IN: { a: range(999) } }]
      for (const [index, filter] of filters.entries()) {
        const { items } = await state.query({ filter: /** @type {any} */ (filter) })
        // With an odd number of NOT it does not match.
        assert.equal(items.length, index === 0 ? 0 : 1)
      }
      const sort = [{ key: 'a.'.repeat(63) }, ...Array(31).fill({ key: 'a' })]
      assert.equal((await state.query({ sort, page: { limit: 10_000 } })).items.length, 1)
    })

    it('is taken as it was when it was asked', async (t) => {
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
