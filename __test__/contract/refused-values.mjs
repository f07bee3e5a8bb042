// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { it } from '../support/it.mjs'
import { openFresh } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

/** @type {{ self?: unknown, list: unknown[] }} */
const cycle = { list: [] }
cycle.list.push({ cycle })

const throwing = {
  toJSON() {
    throw new TypeError('not today')
  },
}

const throwingText = {
  toJSON() {
    throw 'not today'
  },
}

/** @type {[name: string, value: unknown][]} */
const REFUSED = [
  ['undefined', undefined],
  ['a function', () => 1],
  ['a class', class {}],
  ['a symbol', Symbol('s')],
  ['a BigInt', 1n],
  ['a BigInt inside', { a: [1n] }],
  ['a cycle', cycle],
  ['an object whose toJSON throws', throwing],
  ['an object whose toJSON throws, inside', [throwing]],
  ['an object whose toJSON throws a value that is not an Error', throwingText],
  ['an object whose toJSON returns undefined', { toJSON: () => undefined }],
  ['a getter that throws', Object.defineProperty({}, 'a', { enumerable: true, get: throwing.toJSON })],
]

/** @param {GetStore} store */
export function refusedValues(store) {
  describe('invalid values', () => {
    for (const [name, value] of REFUSED) {
      it(`reject with ${name}, and write nothing`, async (t) => {
        const state = openFresh(store, t)
        await state.set('t', 'old', 'stays')
        await assertFails(state.set('t', 'old', value), 'ERR_INVALID_ARGUMENT', { applied: 'no' })
        await assertFails(state.set('t', 'new', value), 'ERR_INVALID_ARGUMENT', { applied: 'no' })
        assert.equal(await state.get('t', 'old'), 'stays')
        assert.deepEqual(await state.keys('t'), ['old'])
      })
    }

    it('reject with the name of the entry', async (t) => {
      const state = openFresh(store, t)
      const details = /** @type {const} */ ({ applied: 'no', traceId: 'trace', key: 'a key' })
      await assertFails(state.set('trace', 'a key', undefined), 'ERR_INVALID_ARGUMENT', details)
    })
  })
}
