// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import fc from 'fast-check'
import { asStored } from '../support/as-stored.mjs'
import { it } from '../support/it.mjs'
import { VALUES } from '../support/values.mjs'
import { openFresh, workspace } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

/** @param {number} levels */
function nested(levels) {
  let value = /** @type {unknown} */ ('innermost')
  for (let level = 0; level < levels; level++) value = level % 2 ? [value] : { value }
  return value
}

/** @param {GetStore} store */
export function values(store) {
  describe('values', () => {
    for (const [name, value] of [...VALUES, ['a string of 16 MB', 'é'.repeat(8 * 1024 * 1024)]]) {
      it(`keeps ${name} (conformance 1)`, async (t) => {
        const state = openFresh(store, t)
        assert.equal(await state.set('t', 'k', value), value)
        assert.deepEqual(await state.get('t', 'k'), asStored(value))
      })
    }

    it('resolves set to the same value that was passed', async (t) => {
      const state = openFresh(store, t)
      const value = { toJSON: () => 'as JSON', inner: {} }
      assert.equal(await state.set('t', 'k', value), value)
      assert.equal(await state.get('t', 'k'), 'as JSON')
    })

    it('keeps __proto__ as an own property', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', JSON.parse('{"__proto__":{"polluted":true},"a":1}'))
      const value = await state.get('t', 'k')
      assert.equal(JSON.stringify(value), '{"__proto__":{"polluted":true},"a":1}')
      assert.equal(Object.getPrototypeOf(value), Object.prototype)
    })

    it('keeps a value of 1,000 levels', async (t) => {
      const state = openFresh(store, t)
      const value = nested(1000)
      await state.set('t', 'k', value)
      const expected = JSON.stringify(value)
      assert.equal(JSON.stringify(await state.get('t', 'k')), expected)
      assert.equal(JSON.stringify(await state.getGroup('t')), `[${expected}]`)
      assert.equal(JSON.stringify(await state.delete('t', 'k')), expected)
    })

    it('returns null, never undefined, for a missing entry (conformance 2)', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', 1)
      assert.equal(await state.get('t', 'other'), null)
      assert.equal(await state.get('other', 'k'), null)
    })

    it('overwrites a value, also with another type or length', async (t) => {
      const state = openFresh(store, t)
      for (const value of ['a long string to begin with', 0, { a: 1 }, null, '']) {
        await state.set('t', 'k', value)
        assert.deepEqual(await state.get('t', 'k'), value)
      }
      assert.deepEqual(await state.getGroup('t'), [''])
    })

    it('stores the value as it is at the time of the call', async (t) => {
      const state = openFresh(store, t)
      const value = { a: 1 }
      const written = state.set('t', 'k', value)
      value.a = 2
      assert.equal(await written, value)
      assert.deepEqual(await state.get('t', 'k'), { a: 1 })
    })

    it('returns a value to another adapter on the same store', async (t) => {
      const { open } = workspace(store, t)
      const [one, other] = [open(), open()]
      await one.set('t', 'k', { a: 1 })
      assert.deepEqual(await other.get('t', 'k'), { a: 1 })
    })

    it('keeps any JSON value', async (t) => {
      const state = openFresh(store, t)
      const property = fc.asyncProperty(fc.jsonValue({ stringUnit: 'binary' }), async (value) => {
        await state.set('t', 'k', value)
        const expected = asStored(value)
        assert.deepEqual(await state.get('t', 'k'), expected)
        assert.deepEqual(await state.getGroup('t'), [expected])
      })
      await fc.assert(property, { numRuns: 200 })
    })
  })
}
