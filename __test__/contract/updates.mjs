// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import fc from 'fast-check'
import { asStored } from '../support/as-stored.mjs'
import { assertFails } from '../support/assert-fails.mjs'
import { it } from '../support/it.mjs'
import { MISSING, Mismatch, updated } from '../support/update-model.mjs'
import { VALUES } from '../support/values.mjs'
import { openFresh, rawIt, workspace } from '../support/workspace.mjs'

/**
 * @import { UpdateOperation } from 'redis-state-adapter'
 * @import { GetStore } from '../support/workspace.mjs'
 */

const failed = /** @type {const} */ ({ traceId: 't', key: 'k', applied: 'no' })

/** A small set, so that operations often hit the same member; some names need escapes. */
const name = fc.constantFrom('a', 'b', '0', '1', '', 'é"\\', '__proto__', '\u0001')
const leaf = fc.oneof(fc.integer({ min: -99, max: 99 }), fc.constantFrom(null, true, 'text', '},{"a":1', ''))
const { value } = fc.letrec((/** @type {(name: string) => fc.Arbitrary<any>} */ tie) => ({
  value: fc.oneof({ maxDepth: 3 }, leaf, tie('object'), fc.array(tie('value'), { maxLength: 3 })),
  object: fc.dictionary(name, tie('value'), { maxKeys: 4 }),
}))
const object = fc.dictionary(name, value, { maxKeys: 4 })
const path = fc.array(fc.oneof(name, fc.integer({ min: 0, max: 2 })), { maxLength: 3 })
const operation = /** @type {fc.Arbitrary<UpdateOperation>} */ (
  fc.oneof(
    fc.record({ op: fc.constantFrom('set', 'append'), path, value }),
    fc.record({ op: fc.constant('merge'), path, value: object }),
    fc.record({ op: fc.constantFrom('increment', 'decrement'), path, by: fc.integer({ min: -9, max: 9 }) }),
    fc.record({ op: fc.constant('remove'), path }),
  )
)

/** @param {GetStore} store */
export function updates(store) {
  describe('update', () => {
    it('agrees with a JavaScript model, or changes nothing (conformance 17)', async (t) => {
      const state = openFresh(store, t)
      await fc.assert(
        fc.asyncProperty(
          fc.option(value, { nil: MISSING }),
          fc.array(operation, { minLength: 1, maxLength: 4 }),
          async (before, operations) => {
            if (before === MISSING) await state.delete('t', 'k')
            else await state.set('t', 'k', before)
            const stored = before === MISSING ? null : asStored(before)
            const expected = modelOf(before === MISSING ? MISSING : stored, operations)
            if (expected instanceof Mismatch) {
              await assertFails(state.update('t', 'k', operations), 'ERR_WRONG_TYPE', failed)
              assert.deepEqual(await state.get('t', 'k'), stored)
              return
            }
            const after = expected === MISSING ? null : expected
            assert.deepEqual(await state.update('t', 'k', operations), { oldValue: stored, newValue: after })
            assert.deepEqual(await state.get('t', 'k'), after)
            assert.equal(await state.has('t', 'k'), expected !== MISSING)
          },
        ),
        { numRuns: 300 },
      )
    })

    it('does not change other members (conformance 17)', async (t) => {
      const state = openFresh(store, t)
      for (const [what, kept] of VALUES) {
        await state.set('t', 'k', { before: kept, n: 0, after: [kept] })
        const operations = /** @type {UpdateOperation[]} */ ([
          { op: 'increment', path: 'n' },
          { op: 'append', path: 'after', value: kept },
          { op: 'set', path: 'new', value: kept },
        ])
        await state.update('t', 'k', operations)
        const expected = asStored({ before: kept, n: 1, after: [kept, kept], new: kept })
        assert.deepEqual(await state.get('t', 'k'), expected, what)
      }
    })

    it('keeps the expiry, and sets the default one on entries that it creates (conformance 17)', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', {}, { ttl: 50 })
      await state.update('t', 'k', [{ op: 'set', path: 'a', value: 1 }], { ttl: 500 })
      await state.update('t', 'new', [{ op: 'set', path: 'a.b', value: 1 }], { ttl: 500 })
      const [old, made] = [await state.ttl('t', 'k'), await state.ttl('t', 'new')]
      assert.ok(old !== null && old > 40 && old <= 50, String(old))
      assert.ok(made !== null && made > 490, String(made))
      assert.deepEqual(await state.get('t', 'new'), { a: { b: 1 } })
    })

    it('merges many members at once', async (t) => {
      const state = openFresh(store, t)
      const members = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`member-${index}`, index]))
      await state.update('t', 'k', [{ op: 'merge', value: members }])
      const { newValue } = await state.update('t', 'k', [{ op: 'merge', value: { ...members, more: 1 } }])
      assert.deepEqual(newValue, { ...members, more: 1 })
    })

    it('is exact with concurrent callers (conformance 17)', async (t) => {
      const { open } = workspace(store, t)
      const states = [open(), open()]
      const operations = /** @type {UpdateOperation[]} */ ([
        { op: 'increment', path: 'n' },
        { op: 'append', path: 'list', value: 'x' },
      ])
      await Promise.all(Array.from({ length: 300 }, (_, index) => states[index % 2].update('t', 'k', operations)))
      assert.deepEqual(await states[0].get('t', 'k'), { n: 300, list: Array(300).fill('x') })
    })

    it('accepts an etag as a condition (conformance 8)', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', { n: 1 })
      const found = await state.getWithMetadata('t', 'k')
      const operations = /** @type {UpdateOperation[]} */ ([{ op: 'increment', path: 'n' }])
      await state.update('t', 'k', operations, { ifMatch: found?.etag })
      await assertFails(state.update('t', 'k', operations, { ifMatch: found?.etag }), 'ERR_CONFLICT', failed)
      await assertFails(state.update('t', 'none', operations, { ifMatch: found?.etag }), 'ERR_CONFLICT', {
        ...failed,
        key: 'none',
      })
      assert.deepEqual(await state.get('t', 'k'), { n: 2 })
    })

    it('rejects invalid operations, and names them', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', { n: 1 })
      /** @type {[operations: any, named: RegExp][]} */
      const mistakes = [
        ['text', /array/],
        [[null], /operations\[0\]/],
        [[{ op: 'set', value: 1 }, { op: 'sett' }], /operations\[1\]\.op/],
        [[{ op: 'toString' }], /operations\[0\]\.op/],
        [[{ op: 'set', path: 7, value: 1 }], /operations\[0\]\.path/],
        [[{ op: 'set', value: undefined }], /JSON/],
        [[{ op: 'merge', value: [] }], /operations\[0\]\.value/],
        [[{ op: 'increment', by: '1' }], /operations\[0\]\.by/],
        [[{ op: 'remove', value: 1 }], /operations\[0\]\.value/],
        [Array(1001).fill({ op: 'remove', path: 'x' }), /1000/],
      ]
      for (const [operations, named] of mistakes) {
        const error = await assertFails(state.update('t', 'k', operations), 'ERR_INVALID_ARGUMENT', failed)
        assert.match(error.message, named)
      }
      assert.deepEqual(await state.get('t', 'k'), { n: 1 })
    })

    rawIt(
      store,
      'keeps every other byte that another client wrote (conformance 17)',
      async ({ open, client, prefix }) => {
        const state = open()
        const key = `${prefix}t:k`
        for (const [before, after] of [
          [
            '{"n":1,"big":12345678901234567890,"e":[],"o":{},"x":1.0}',
            '{"n":2,"big":12345678901234567890,"e":[],"o":{},"x":1.0}',
          ],
          [' { "n" : 1 , "s" : "\\u0061\\/" } ', ' { "n" : 2 , "s" : "\\u0061\\/" } '],
          ['{"\\u006e":1,"é":"\\ud83d\\ude00"}', '{"\\u006e":2,"é":"\\ud83d\\ude00"}'],
          ['{"n":5,"n":1}', '{"n":5,"n":2}'],
          ['{"s":"\\\\","t":"\\"","n":1}', '{"s":"\\\\","t":"\\"","n":2}'],
        ]) {
          await client.set(key, before)
          assert.deepEqual(await state.update('t', 'k', [{ op: 'increment', path: 'n' }]), {
            oldValue: JSON.parse(before),
            newValue: JSON.parse(after),
          })
          assert.equal(await client.get(key), after)
        }
      },
    )

    rawIt(store, 'rejects a text that is not JSON, and keeps it', async ({ open, client, prefix }) => {
      const state = open()
      for (const text of ['', 'text', '{"n":1', '1],[2', "{'n':1}"]) {
        await client.set(`${prefix}t:k`, text)
        const call = state.update('t', 'k', [{ op: 'set', path: 'n', value: 2 }])
        await assertFails(call, 'ERR_CORRUPT_VALUE', failed)
        assert.equal(await client.get(`${prefix}t:k`), text)
      }
      await client.del(`${prefix}t:k`)
      await client.hSet(`${prefix}t:k`, 'field', 'value')
      await assertFails(state.update('t', 'k', [{ op: 'remove' }]), 'ERR_WRONG_TYPE', { ...failed, reply: 'WRONGTYPE' })
    })
  })
}

/**
 * @param {unknown} before
 * @param {UpdateOperation[]} operations
 */
function modelOf(before, operations) {
  try {
    return updated(before, asStored(operations))
  } catch (error) {
    if (error instanceof Mismatch) return error
    throw error
  }
}
