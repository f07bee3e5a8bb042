// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { entriesOf } from '../support/entries-of.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { Model } from '../support/model.mjs'
import { workspace } from '../support/workspace.mjs'

/**
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 * @import { GetStore } from '../support/workspace.mjs'
 */

/** @typedef {[call: string, ...args: unknown[]]} Step */

/** A small set, so that calls often use the same entry. Each could break some way to build, match or split a key. */
const TRAPS = ['', 'a', 'a:b', 'b', ':', '::', '*', 'a*', '?', '[a]', '[^a]', '{a}', '\\', '\\*', '__proto__', '\u0000']
const TRAP_CHARACTERS = [
  ...'ab:*?[]^-{}\\"\',\r\n $',
  '\u0000',
  '\u0001',
  '\u0002',
  '\u0003',
  '\u007f',
  '\ufeff',
  '😀',
  'é',
]

const id = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...TRAPS) },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(...TRAP_CHARACTERS), maxLength: 4 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
)

/** @type {fc.Arbitrary<Step>} */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.constant('set'), id, id, fc.jsonValue({ maxDepth: 1 })) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom('get', 'delete'), id, id) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom('clear', 'getGroup', 'keys', 'items'), id) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('traceIds', 'items')) },
)

const keyPrefix = fc.string({ unit: fc.constantFrom(...TRAP_CHARACTERS), maxLength: 3 })

/** @param {any} target @param {Step} step */
function call(target, [name, ...args]) {
  return target[name](...args)
}

/** The same with a trace id that has no colon. @param {Step} step @returns {Step} */
function withoutColon([name, traceId, ...rest]) {
  return traceId === undefined ? [name] : [name, String(traceId).replaceAll(':', ';'), ...rest]
}

/** @param {RedisStateAdapter} state @param {Step} step */
async function callAdapter(state, [name, ...args]) {
  if (name !== 'items') return await call(state, [name, ...args])
  return entriesOf(await state.items({ groupId: /** @type {string | undefined} */ (args[0]) }))
}

/** @param {RedisStateAdapter} state @param {Model} model @param {Step} step */
async function assertSameAnswer(state, model, step) {
  const [actual, expected] = [await callAdapter(state, step), call(model, step)]
  if (['getGroup', 'keys', 'items', 'traceIds'].includes(step[0])) assertSameMembers(actual, expected)
  else assert.deepEqual(actual, expected)
}

/** @param {RedisStateAdapter} state @param {Model} model @param {Step[]} steps */
async function assertBehavesAsModel(state, model, steps) {
  for (const step of steps) await assertSameAnswer(state, model, step)
  for (const traceId of model.traceIds()) {
    for (const name of ['keys', 'getGroup', 'items']) await assertSameAnswer(state, model, [name, traceId])
  }
  await assertSameAnswer(state, model, ['traceIds'])
  await assertSameAnswer(state, model, ['items'])
}

/** @param {GetStore} store */
export function ids(store) {
  describe('ids', () => {
    it('can be any well-formed strings', async (t) => {
      const { prefix } = workspace(store, t)
      const { hasHashTags: hashTags, hasStrictTraceIds } = store
      let runs = 0
      const steps = fc.array(step, { minLength: 5, maxLength: 40, size: 'max' })
      const property = fc.asyncProperty(keyPrefix, steps, async (part, steps) => {
        // With hash tags, a brace in the prefix is rejected.
        const keyPrefix = `${prefix}${runs++};${hashTags ? part.replaceAll('{', '') : part}`
        const state = store().open({ keyPrefix })
        const allowed = hasStrictTraceIds ? steps.map(withoutColon) : steps
        try {
          await assertBehavesAsModel(state, new Model({ hashTags }), allowed)
        } finally {
          await state.cleanup()
        }
      })
      await fc.assert(property, { numRuns: 60 })
    })

    it('are returned unchanged', async (t) => {
      const state = workspace(store, t).open()
      const strings = [
        ...TRAPS,
        ...TRAP_CHARACTERS,
        '\u0000\u0001\u0002\u0003',
        '\r\n$1\r\n',
        'x'.repeat(10_000),
        '😀'.repeat(500),
      ]
      for (const string of new Set(strings)) {
        await state.set('t', string, string)
        assert.equal(await state.get('t', string), string)
      }
      assertSameMembers(await state.keys('t'), [...new Set(strings)])
    })

    it('are not normalised', async (t) => {
      const state = workspace(store, t).open()
      const [composed, decomposed] = ['\u00e9', 'e\u0301']
      await Promise.all([state.set(composed, 'k', 1), state.set(decomposed, 'k', 2), state.set('E', 'k', 3)])
      assert.equal(await state.get(composed, 'k'), 1)
      assert.equal(await state.get(decomposed, 'k'), 2)
      assert.equal(await state.get('e', 'k'), null)
    })
  })
}
