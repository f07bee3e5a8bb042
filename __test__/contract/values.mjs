// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { asStored } from './assertions.mjs'
import { openFresh, workspace } from './workspace.mjs'

/** @import { GetStore } from './workspace.mjs' */

/** @type {[name: string, value: unknown][]} */
const VALUES = [
  ['an integer', 42],
  ['zero', 0],
  ['minus zero, which JSON writes as 0', -0],
  ['a negative float', -1.5],
  ['the smallest and largest numbers', [5e-324, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER, 1e21]],
  ['numbers that JSON writes as null', [NaN, Infinity]],
  ['true', true],
  ['false', false],
  ['null', null],
  ['a string', 'text'],
  ['an empty string', ''],
  ['a string of spaces', '  '],
  ['a string that looks like JSON', '{"a":1}'],
  ['a string that looks like null', 'null'],
  ['a string with quotes, backslashes and control characters', '"\\\b\f\n\r\t\u0000\u0001\u0002\u0003\u001f\u007f'],
  ['line separators', '\u2028\u2029'],
  ['unicode', 'žluťoučký 文字 \u0301 👩‍👩‍👧 𐍈'],
  ['a byte order mark', '\ufeff'],
  ['lone surrogates', ['\ud800', 'a\udc00b', '\udc00\ud800']],
  ['lone surrogates as a property', { '\ud800': '\udfff' }],
  ['an empty object', {}],
  ['an empty array', []],
  ['a nested object', { a: { b: [{ c: null }, 'd', 1.25] }, '': '', ' ': false }],
  ['properties that an object has by nature', { toString: 1, constructor: 2, hasOwnProperty: 3, length: 4 }],
  ['an array with undefined and a hole', [1, undefined, Array(1)]],
  ['a property that is undefined', { a: undefined, b: 1 }],
  ['an object with toJSON', { when: new Date(0), buffer: Buffer.from('a') }],
  ['a string of 16 MB', 'é'.repeat(8 * 1024 * 1024)],
]

/** @param {number} levels */
function nested(levels) {
  let value = /** @type {unknown} */ ('innermost')
  for (let level = 0; level < levels; level++) value = level % 2 ? [value] : { value }
  return value
}

/** @param {GetStore} store */
export function values(store) {
  describe('values', () => {
    for (const [name, value] of VALUES) {
      it(`keeps ${name}`, async (t) => {
        const state = openFresh(store, t)
        assert.equal(await state.set('t', 'k', value), value)
        assert.deepEqual(await state.get('t', 'k'), asStored(value))
      })
    }

    it('resolves set to the very value that was given', async (t) => {
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

    it('gives null, never undefined, for a missing entry', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', 1)
      assert.equal(await state.get('t', 'other'), null)
      assert.equal(await state.get('other', 'k'), null)
    })

    it('overwrites a value, also with one of another kind or length', async (t) => {
      const state = openFresh(store, t)
      for (const value of ['a long string to begin with', 0, { a: 1 }, null, '']) {
        await state.set('t', 'k', value)
        assert.deepEqual(await state.get('t', 'k'), value)
      }
      assert.deepEqual(await state.getGroup('t'), [''])
    })

    it('stores what the value was at the time of the call', async (t) => {
      const state = openFresh(store, t)
      const value = { a: 1 }
      const written = state.set('t', 'k', value)
      value.a = 2
      assert.equal(await written, value)
      assert.deepEqual(await state.get('t', 'k'), { a: 1 })
    })

    it('is seen by another adapter of the same store', async (t) => {
      const { open } = workspace(store, t)
      const [one, other] = [open(), open()]
      await one.set('t', 'k', { a: 1 })
      assert.deepEqual(await other.get('t', 'k'), { a: 1 })
    })

    it('keeps whatever JSON can say', async (t) => {
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
