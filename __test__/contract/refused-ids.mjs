// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { assertAllFail, assertFails } from '../support/assert-fails.mjs'
import { callsWithEntry, callsWithTraceId } from '../support/calls.mjs'
import { it } from '../support/it.mjs'
import { openFresh } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

/** Each half of a pair alone, and both in the wrong order. */
const LONE_SURROGATES = ['\ud83d', '\ude00', 'a\ud83d', '\ude00b', '\ude00\ud83d', '😀\ud83d']

/** @type {[name: string, id: unknown][]} */
const NOT_STRINGS = [
  ['a number', 1],
  ['NaN', NaN],
  ['undefined', undefined],
  ['null', null],
  ['a boolean', true],
  ['an object', {}],
  ['an object with toString', { toString: () => 't' }],
  ['a String object', Object('t')],
  ['an array', ['t']],
  ['a symbol', Symbol('t')],
  ['a BigInt', 1n],
  ['a function', () => 't'],
]

/** @type {[name: string, id: unknown][]} */
const REFUSED = [
  ...NOT_STRINGS,
  ...LONE_SURROGATES.map((id) => /** @type {[string, string]} */ ([`the lone surrogate ${JSON.stringify(id)}`, id])),
]

/** @param {GetStore} store */
export function refusedIds(store) {
  describe('invalid ids', () => {
    for (const [name, id] of REFUSED) {
      it(`reject ${name} as a trace id`, async (t) => {
        const state = openFresh(store, t)
        const calls = callsWithTraceId(state, /** @type {any} */ (id))
        // For these methods undefined means all groups.
        const takes = (/** @type {string} */ name) => ['items', 'query'].includes(name)
        const refusing = id === undefined ? calls.filter(({ name }) => !takes(name)) : calls
        await assertAllFail(refusing, 'ERR_INVALID_ARGUMENT')
        assert.deepEqual(await state.traceIds(), [])
      })

      it(`reject ${name} as a key`, async (t) => {
        const state = openFresh(store, t)
        await assertAllFail(callsWithEntry(state, 't', /** @type {any} */ (id)), 'ERR_INVALID_ARGUMENT')
        assert.deepEqual(await state.keys('t'), [])
      })
    }

    it('reject halves of a surrogate pair, which together would form another id', async (t) => {
      const state = openFresh(store, t)
      await state.set('😀', '😀', 1)
      assert.equal(await state.get('😀', '😀'), 1)
      assert.deepEqual(await state.keys('😀'), ['😀'])
      await assertFails(state.get('\ud83d', '\ude00'), 'ERR_INVALID_ARGUMENT')
    })
  })
}
