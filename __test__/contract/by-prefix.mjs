// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import fc from 'fast-check'
import { assertFails } from '../support/assert-fails.mjs'
import { fill, range } from '../support/fill.mjs'
import { it } from '../support/it.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { openFresh, workspace } from '../support/workspace.mjs'

/**
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 * @import { GetStore } from '../support/workspace.mjs'
 */

/** Used as keys and as prefixes. As a glob pattern, each would match other keys. */
const TRAPS = [
  '',
  '*',
  'a*',
  '**',
  '?',
  'a?',
  '[a]',
  '[^a]',
  '[',
  ']',
  '\\',
  '\\*',
  'a\\',
  '{a}',
  '^',
  'a',
  'ab',
  'a:',
  ':',
]

const part = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...TRAPS) },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(...'ab*?[]^\\:{}é😀'), maxLength: 3 }) },
)

/** @type {[name: string, keyPrefix: unknown][]} */
const REFUSED = [
  ['a number', 1],
  ['null', null],
  ['an object', {}],
  ['an array', ['a']],
  ['a symbol', Symbol('a')],
  ['a lone surrogate', '\ud83d'],
]

/** @param {RedisStateAdapter} state @param {string} keyPrefix */
async function keysBy(state, keyPrefix) {
  const items = await state.getByPrefix('t', keyPrefix)
  return items.map(({ key }) => key)
}

/** @param {GetStore} store */
export function byPrefix(store) {
  describe('a prefix of keys', () => {
    it('selects exactly the items whose key starts with it (conformance 4)', async (t) => {
      const state = openFresh(store, t)
      await Promise.all([
        ...['line:1', 'line:2', 'line', 'lin', 'xline:1'].map((key) => state.set('t', key, { key })),
        ...['line:1', 'line:3'].map((key) => state.set('t2', key, { key })),
        state.set('t', 'line:null', null),
      ])
      assertSameMembers(await state.getByPrefix('t', 'line:'), [
        { groupId: 't', key: 'line:1', type: 'object', value: { key: 'line:1' } },
        { groupId: 't', key: 'line:2', type: 'object', value: { key: 'line:2' } },
        { groupId: 't', key: 'line:null', type: 'null', value: null },
      ])
      assert.deepEqual(await state.getByPrefix('t', 'line:1x'), [])
      assert.deepEqual(await state.getByPrefix('missing', ''), [])
      assertSameMembers(await state.getByPrefix('t2', ''), await state.items({ groupId: 't2' }))
    })

    it('clears exactly the entries whose key starts with it (conformance 4)', async (t) => {
      const state = openFresh(store, t)
      await Promise.all(['t', 't2'].flatMap((id) => ['a', 'a1', 'b', 'ba'].map((key) => state.set(id, key, 1))))
      assert.equal(await state.clear('t', 'a'), undefined)
      assertSameMembers(await state.keys('t'), ['b', 'ba'])
      assert.equal((await state.keys('t2')).length, 4)
      await state.clear('t2', '')
      assert.deepEqual(await state.traceIds(), ['t'])
      await state.clear('t', undefined)
      assert.deepEqual(await state.items(), [])
    })

    for (const keyPrefix of TRAPS) {
      it(`${JSON.stringify(keyPrefix)} is taken literally (conformance 6)`, async (t) => {
        const state = openFresh(store, t)
        const keys = TRAPS.filter((key) => key !== '' || store.hasEmptyIds !== false)
        await Promise.all(keys.map((key) => state.set('t', key, key)))
        const ours = keys.filter((key) => key.startsWith(keyPrefix))
        const others = keys.filter((key) => !key.startsWith(keyPrefix))
        assertSameMembers(await keysBy(state, keyPrefix), ours)
        assert.equal(await state.count('t', keyPrefix), ours.length)
        await state.clear('t', keyPrefix)
        assertSameMembers(await state.keys('t'), others)
      })
    }

    it('selects like startsWith, with any keys and prefix (conformance 6)', async (t) => {
      const { prefix } = workspace(store, t)
      let runs = 0
      const property = fc.asyncProperty(fc.uniqueArray(part, { maxLength: 8 }), part, async (keys, keyPrefix) => {
        const state = store().open({ keyPrefix: `${prefix}${runs++};` })
        try {
          await Promise.all(keys.map((key) => state.set('t', key, key)))
          const ours = keys.filter((key) => key.startsWith(keyPrefix))
          assertSameMembers(await keysBy(state, keyPrefix), ours)
          assert.equal(await state.count('t', keyPrefix), ours.length)
          await state.clear('t', keyPrefix)
          assertSameMembers(
            await state.keys('t'),
            keys.filter((key) => !ours.includes(key)),
          )
        } finally {
          await state.cleanup()
        }
      })
      await fc.assert(property, { numRuns: 30 })
    })

    it('returns and clears all of 1,025 entries (conformance 5)', async (t) => {
      const state = openFresh(store, t)
      await Promise.all([fill(state, 't', 1025), ...range(300).map((index) => state.set('t', `other${index}`, index))])
      const items = await state.getByPrefix('t', 'k')
      assertSameMembers(
        items.map(({ value }) => value),
        range(1025),
      )
      await state.clear('t', 'k')
      assert.equal((await state.keys('t')).length, 300)
    })

    for (const [name, keyPrefix] of REFUSED) {
      it(`is rejected if it is ${name}`, async (t) => {
        const state = openFresh(store, t)
        await state.set('t', 'k', 1)
        const bad = /** @type {any} */ (keyPrefix)
        const expected = { traceId: 't' }
        await assertFails(state.getByPrefix('t', bad), 'ERR_INVALID_ARGUMENT', expected)
        await assertFails(state.count('t', bad), 'ERR_INVALID_ARGUMENT', expected)
        await assertFails(state.clear('t', bad), 'ERR_INVALID_ARGUMENT', { ...expected, applied: 'no' })
        assert.deepEqual(await state.keys('t'), ['k'])
      })
    }

    it('is required by getByPrefix', async (t) => {
      const state = openFresh(store, t)
      await assertFails(state.getByPrefix('t', /** @type {any} */ (undefined)), 'ERR_INVALID_ARGUMENT')
    })
  })
}
