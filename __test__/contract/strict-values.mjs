// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import vm from 'node:vm'
import fc from 'fast-check'
import { assertFails } from '../support/assert-fails.mjs'
import { it } from '../support/it.mjs'
import { untitled } from '../support/untitled.mjs'
import { openFresh } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

class Order {
  id = 1
}

class Tags extends Array {}

const cycle = { self: /** @type {unknown} */ (undefined) }
cycle.self = cycle

/** @type {[message: string, value: unknown][]} */
const REFUSED = [
  ['value.items[3].at: NaN becomes null', { items: [1, 2, 3, { at: NaN }] }],
  ['value: Infinity becomes null', Infinity],
  ['value.a: -0 becomes 0', { a: -0 }],
  ['value.a: undefined is left out', { a: undefined }],
  ['value[1]: undefined is left out', [1, undefined]],
  ['value[0]: a hole becomes null', Array(1)],
  ['value.extra: a property of an array is left out', Object.assign([1], { extra: 1 })],
  ['value: an instance of Map becomes a plain object', new Map([['a', 1]])],
  ['value.set: an instance of Set becomes a plain object', { set: new Set() }],
  ['value: an instance of RegExp becomes a plain object', /a/],
  ['value: an instance of TypeError becomes a plain object', new TypeError('no')],
  ['value["the date"]: a Date becomes a string', { 'the date': new Date(0) }],
  ['value: an instance of Uint8Array becomes a plain object', new Uint8Array(2)],
  ['value: an instance of Buffer becomes a plain object', Buffer.from('a')],
  ['value: an instance of Order becomes a plain object', new Order()],
  ['value: a boxed primitive becomes a primitive', new Number(1)],
  ['value: an object with toJSON becomes what that returns', { toJSON: () => 1 }],
  ['value.f: a function is left out', { f: () => 1 }],
  ['value.s: a symbol is left out', { s: Symbol('s') }],
  ['value.b: a BigInt has no JSON text', { b: 1n }],
  ['value[Symbol(s)]: a symbol as key is left out', { [Symbol('s')]: 1 }],
  ['value.a: what is not enumerable is left out', Object.defineProperty({}, 'a', { value: 1 })],
  ['value.a: a getter becomes a value', Object.defineProperty({}, 'a', { enumerable: true, get: () => 1 })],
  ['value: a Proxy becomes a plain object', new Proxy({}, {})],
  ['value: a Proxy becomes a plain array', new Proxy([1], {})],
  ['value: an instance of Tags becomes a plain array', new Tags()],
  ['value: an instance of Map becomes a plain object', Object.setPrototypeOf(new Map(), Map.prototype)],
  ['value: an instance of Object becomes a plain object', Object.setPrototypeOf(new Map(), Object.prototype)],
]

const shared = { a: 1 }
/** @type {[name: string, value: unknown, read?: unknown][]} */
const ACCEPTED = [
  ['null', null],
  ['numbers', [0, 1.5, -1, Number.MAX_VALUE, 5e-324, 1e21]],
  ['lone surrogates', ['\ud800', { '\udfff': 1 }]],
  ['__proto__ as an own key', JSON.parse('{"__proto__":{"a":1}}')],
  ['toJSON that is not a function', { toJSON: 1 }],
  ['an object that occurs twice', [shared, { shared }]],
  ['an object without prototype', Object.assign(Object.create(null), { a: [1] }), { a: [1] }],
  ['an object of another realm', vm.runInNewContext('({ a: [1, { b: null }] })'), { a: [1, { b: null }] }],
]

/** @param {GetStore} store */
export function strictValues(store) {
  describe('strictValues', () => {
    for (const [message, value] of REFUSED) {
      it(`rejects: ${message}`, async (t) => {
        const state = openFresh(store, t, { strictValues: true })
        await state.set('t', 'k', 'stays')
        const error = await assertFails(state.set('t', 'k', value), 'ERR_INVALID_ARGUMENT', { applied: 'no' })
        assert.ok(untitled(error).startsWith(message), error.message)
        assert.equal(await state.get('t', 'k'), 'stays')
      })
    }

    it('rejects a cycle', async (t) => {
      const state = openFresh(store, t, { strictValues: true })
      await assertFails(state.set('t', 'k', cycle), 'ERR_INVALID_ARGUMENT', { applied: 'no' })
    })

    for (const [name, value, read = value] of ACCEPTED) {
      it(`accepts ${name}`, async (t) => {
        const state = openFresh(store, t, { strictValues: true })
        assert.equal(await state.set('t', 'k', value), value)
        assert.deepStrictEqual(await state.get('t', 'k'), read)
      })
    }

    it('applies to every method with values', async (t) => {
      const state = openFresh(store, t, { strictValues: true })
      const value = { a: new Date(0) }
      const validate = () => ({ value })
      const schema = /** @type {any} */ ({ '~standard': { version: 1, vendor: 'test', validate } })
      await state.set('t', 'k', { list: [] })
      const calls = [
        () => state.set('t', 'k', value, { ttl: 60 }),
        () => state.set('t', 'new', value, { ifAbsent: true }),
        () => state.transaction('t', [{ op: 'set', key: 'k', value }]),
        () => state.update('t', 'k', [{ op: 'set', path: 'a', value }]),
        () => state.update('t', 'k', [{ op: 'merge', path: [], value }]),
        () => state.update('t', 'k', [{ op: 'append', path: 'list', value }]),
        () => state.group('t', { schema }).set('k', 1),
        () => state.setMany('t', { k: value, new: 1 }),
      ]
      for (const call of calls) await assertFails(call(), 'ERR_INVALID_ARGUMENT', { applied: 'no' })
      assert.deepEqual(await state.getMany('t', ['k', 'new']), [{ list: [] }, null])
    })

    it('is off by default', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', { at: new Date(0), size: NaN, tags: new Set(['a']) })
      assert.deepEqual(await state.get('t', 'k'), { at: '1970-01-01T00:00:00.000Z', size: null, tags: {} })
    })

    it('rejects any value that would not be read back equal', async (t) => {
      const state = openFresh(store, t, { strictValues: true })
      const anything = fc.anything({
        withBigInt: true,
        withBoxedValues: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withObjectString: true,
        withSparseArray: true,
        withTypedArray: true,
        withUnicodeString: true,
      })
      const isReadBack = async (/** @type {unknown} */ value) => {
        const outcome = /** @type {any} */ (await state.set('t', 'k', value).catch((error) => error))
        if (outcome?.code === 'ERR_INVALID_ARGUMENT') return
        const read = await state.get('t', 'k')
        assert.ok(isDeepStrictEqual(read, value), `${JSON.stringify(value)} came back as ${JSON.stringify(read)}`)
      }
      await fc.assert(fc.asyncProperty(anything, isReadBack), { numRuns: 300 })
    })
  })
}
