// @ts-check
// Names of inherited properties, such as `__proto__`, as ids, in values and in options.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertNames } from '../support/assert-names.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { open } from '../support/open.mjs'
import { stores } from '../support/stores.mjs'

describe('names of inherited properties', () => {
  const NAMES = ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', 'valueOf', 'toJSON', 'then']
  const pairs = NAMES.flatMap((traceId) => NAMES.map((key) => ({ traceId, key })))
  const valueWith = (/** @type {string} */ name) => JSON.parse(`{"${name}":{"polluted":true},"own":"${name}"}`)

  for (const { name, start } of stores) {
    it(`are plain data as ids and in values: ${name}`, async (t) => {
      const store = await start()
      t.after(() => store.stop())
      const state = store.open()
      const before = prototypeProperties()
      await Promise.all(pairs.map(({ traceId, key }) => state.set(traceId, key, valueWith(key))))
      for (const { traceId, key } of pairs) assertSame(await state.get(traceId, key), valueWith(key))
      assertSameMembers(await state.traceIds(), NAMES)
      for (const name of NAMES) {
        assertSameMembers(await state.keys(name), NAMES)
        assertSameMembers(await state.getGroup(name), NAMES.map(valueWith))
        const items = await state.items({ filter: [{ valueKey: name, operation: 'isNotNull' }] })
        const expected = NAMES.map((groupId) => ({ groupId, key: name, type: 'object', value: valueWith(name) }))
        assertSameMembers(items, expected)
      }
      for (const name of NAMES) {
        assertSame(await state.delete(name, name), valueWith(name))
        assert.equal(await state.get(name, name), null)
        await state.clear(name)
        assert.deepEqual(await state.keys(name), [])
      }
      assert.deepEqual(await state.items(), [])
      assert.deepEqual(prototypeProperties(), before)
    })
  }

  for (const path of ['__proto__', 'constructor', 'socket.__proto__', 'socket.hasOwnProperty']) {
    it(`are unknown options: ${path}`, (t) => {
      const [last, outer] = path.split('.').reverse()
      const options = JSON.parse(outer ? `{"${outer}":{"${last}":{"port":1}}}` : `{"${last}":{"port":1}}`)
      const before = prototypeProperties()
      assertNames(path, () => open(t, options))
      assert.deepEqual(prototypeProperties(), before)
    })
  }

  /** The properties of built-in prototypes. */
  function prototypeProperties() {
    return [Object, Array, Function, String, Promise].map(({ prototype }) =>
      Object.getOwnPropertyDescriptors(prototype),
    )
  }

  /**
   * Compares also own properties such as `__proto__`, which deepEqual ignores.
   *
   * @param {unknown} actual
   * @param {unknown} expected
   */
  function assertSame(actual, expected) {
    assert.equal(JSON.stringify(actual), JSON.stringify(expected))
    assert.equal(Object.getPrototypeOf(actual), Object.prototype)
  }
})
