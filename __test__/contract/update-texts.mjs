// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { asStored } from '../support/as-stored.mjs'
import { assertFails } from '../support/assert-fails.mjs'
import { range } from '../support/fill.mjs'
import { jsonText, NAMES, plainObject } from '../support/json-text-arbitraries.mjs'
import { Mismatch, OutOfRange, updated } from '../support/update-model.mjs'
import { openFresh, rawIt } from '../support/workspace.mjs'

/**
 * @import { UpdateOperation } from 'redis-state-adapter'
 * @import { GetStore } from '../support/workspace.mjs'
 */

const failed = /** @type {const} */ ({ traceId: 't', key: 'k', applied: 'no' })

const path = fc.array(fc.oneof(fc.constantFrom(...NAMES), fc.integer({ min: 0, max: 99 })), { maxLength: 3 })
const value = fc.constantFrom(1, 'x', null, [], {}, [1, 'b', {}], { a: { b: [1] }, 0: '"' })
const operation = /** @type {fc.Arbitrary<UpdateOperation>} */ (
  fc.oneof(
    fc.record({ op: fc.constantFrom('set', 'append'), path, value }),
    fc.record({ op: fc.constant('merge'), path, value: fc.constantFrom({}, { a: 1, 'n{': [] }, { b: { a: 2 } }) }),
    fc.record({ op: fc.constant('increment'), path, by: fc.integer({ min: -9, max: 9 }) }),
    fc.record({ op: fc.constant('remove'), path }),
  )
)

/** None is JSON, neither as a value nor after one. */
const NEARLY_JSON = [
  ...[
    'NaN',
    '-NaN',
    'nan',
    'Infinity',
    '-Infinity',
    'inf',
    '0x10',
    '-0x1',
    '01',
    '-01',
    '+1',
    '1.',
    '.5',
    '-.5',
    '1.e5',
  ],
  ...[
    '1e',
    '-',
    '- 1',
    '1 2',
    'True',
    'nul',
    'undefined',
    "'a'",
    '[1,]',
    '[,1]',
    '{"b":1,}',
    '{b:1}',
    '{"b" 1}',
    '1}',
    ']',
  ],
  ...[
    '"\n"',
    '"\t"',
    '"\u0000"',
    '"\u0001"',
    '1\u0000',
    '\v1',
    '\f1',
    '\u00a01',
    '"\\x"',
    '"\\u12"',
    '"\\\n"',
    '"',
    '"a" "b"',
  ],
  ...['/**/1', '1//', '"dots. and -.5", 2.'],
]

/** Bytes that are not UTF-8. */
const NO_TEXT = [[0xff], [0x80], [0xc3], [0xc0, 0x80], [0xe4, 0xb8], [0xed, 0xa0, 0x80], [0xf0, 0x80, 0x80, 0x80]]
  .concat([
    [0xf4, 0x90, 0x80, 0x80],
    [0xf8, 0x88, 0x80, 0x80, 0x80],
    [0xc3, 0xa9, 0xa9],
    [0xe0, 0x80, 0x80],
  ])
  .map((bytes) => Buffer.concat([Buffer.from('{"n":1,"s":"é'), Buffer.from(bytes), Buffer.from('"}')]))

/** @param {string} text @param {UpdateOperation[]} operations */
function modelOf(text, operations) {
  try {
    return updated(JSON.parse(text), asStored(operations))
  } catch (error) {
    if (error instanceof Mismatch || error instanceof OutOfRange) return error
    throw error
  }
}

/**
 * Like the model, but in place, because the model copies the value for each operation.
 *
 * @param {any} value
 * @param {any[]} operations
 */
function changed(value, operations) {
  for (const { op, path, value: element } of operations) {
    const [name, index] = path.split('.')
    if (op === 'increment') value[name] += 1
    else if (op === 'set') value[name][index] = element
    else if (index === undefined) delete value[name]
    else value[name].splice(index, 1)
  }
  return value
}

/** @param {unknown} value */
const orNull = (value) => (typeof value === 'symbol' ? null : value)

/** @param {GetStore} store */
export function updateTexts(store) {
  describe('update of a text that another client wrote', () => {
    for (const [kind, texts] of /** @type {const} */ ([
      ['any text', jsonText],
      ['plain objects', plainObject],
    ])) {
      rawIt(
        store,
        `agrees with a JavaScript model, or changes nothing, with ${kind}`,
        async ({ open, client, prefix }) => {
          const state = open()
          const operations = fc.array(operation, { maxLength: 8 })
          await fc.assert(
            fc.asyncProperty(texts, operations, async (text, operations) => {
              await client.set(`${prefix}t:k`, text)
              const expected = modelOf(text, operations)
              if (expected instanceof Error) {
                const code = expected instanceof Mismatch ? 'ERR_WRONG_TYPE' : 'ERR_OUT_OF_RANGE'
                await assertFails(state.update('t', 'k', operations), code, failed)
                assert.equal(await client.get(`${prefix}t:k`), text)
                return
              }
              const { newValue } = await state.update('t', 'k', operations)
              assert.deepEqual(newValue, orNull(expected))
              const after = await client.get(`${prefix}t:k`)
              assert.deepEqual(after === null ? null : JSON.parse(after), orNull(expected))
            }),
            { numRuns: 500 },
          )
        },
      )
    }

    rawIt(store, 'rejects a text that is almost JSON, and keeps it', async ({ open, client, prefix }) => {
      const state = open()
      const texts = NEARLY_JSON.flatMap((text) => [text, `{"n":1,"s":${text}}`, `{"n":1,"s":"é"}${text}`])
      for (const bytes of [...texts.map((text) => Buffer.from(text)), ...NO_TEXT]) {
        await client.set(`${prefix}t:k`, bytes)
        const calls = [
          state.update('t', 'k', [{ op: 'set', path: 'n', value: 2 }]),
          state.update('t', 'k', []),
          state.increment('t', 'k', 1, { field: 'n' }),
        ]
        await Promise.all(calls.map((call) => assertFails(call, 'ERR_CORRUPT_VALUE', failed)))
        assert.equal(await client.get(`${prefix}t:k`), bytes.toString())
      }
    })

    rawIt(store, 'keeps whitespace around the value', async ({ open, client, prefix }) => {
      const state = open()
      await client.set(`${prefix}t:k`, '\r\n {"n": 1 }\n')
      await state.increment('t', 'k', 1, { field: 'n' })
      assert.equal(await client.get(`${prefix}t:k`), '\r\n {"n": 2 }\n')
    })

    rawIt(store, 'removes all of thousands of duplicate names', async ({ open, client, prefix }) => {
      const state = open()
      const equal = range(20_000).map((index) => `"a":${index}`)
      await client.set(`${prefix}t:k`, `{${[...equal, '"b":1', ...equal].join(',')}}`)
      const { newValue } = await state.update('t', 'k', [
        { op: 'increment', path: 'a' },
        { op: 'remove', path: 'a' },
      ])
      assert.deepEqual(newValue, { b: 1 })
    })
  })

  describe('update of a large value', () => {
    it('makes 1,000 changes of 1 MB in one pass', async (t) => {
      const state = openFresh(store, t)
      const members = Object.fromEntries(range(60_000).map((index) => [`member-${index}`, 1]))
      await state.set('t', 'k', { ...members, list: Array(100_000).fill(5), s: '\\"{['.repeat(20_000) })
      const operations = range(1000).map((index) => [
        { op: 'increment', path: `member-${index * 59}` },
        { op: 'remove', path: `member-${index * 59 + 1}` },
        { op: 'set', path: `list.${(index * 97) % 99_000}`, value: index },
        { op: 'remove', path: `list.${(index * 89) % 99_000}` },
      ])
      const some = /** @type {UpdateOperation[]} */ (operations.map((four, index) => four[index % 4]))
      const { oldValue, newValue } = await state.update('t', 'k', some)
      assert.deepEqual(newValue, changed(/** @type {any} */ (oldValue), some))
    })

    it('rejects, before it writes, a change that would block the server for too long', async (t) => {
      const state = openFresh(store, t)
      const deep = JSON.parse(`${'['.repeat(1001)}${']'.repeat(1001)}`)
      const many = Object.fromEntries(range(100_000).map((index) => [`${index}`, 0]))
      for (const value of [deep, 'x'.repeat(4 * 1024 * 1024 - 1), many, range(100_000).map(String)]) {
        await state.set('t', 'k', value)
        const call = state.update('t', 'k', [{ op: 'set', path: ['0', 'a'], value: 1 }])
        await assertFails(call, 'ERR_TOO_LARGE', failed)
        assert.deepEqual(await state.get('t', 'k'), value)
      }
      // Parts that are not on the paths are not counted.
      await state.set('t', 'k', { n: 1, deep: deep[0][0], list: Array(300_000).fill(7), names: { many } })
      assert.equal(await state.increment('t', 'k', 1, { field: 'n' }), 2)
    })
  })

  describe('update, edge cases', () => {
    it('finds no members in a number, a text or null', async (t) => {
      const state = openFresh(store, t)
      for (const value of [1, 'text', null, true]) {
        await state.set('t', 'k', { a: value })
        for (const op of /** @type {const} */ (['remove', 'increment'])) {
          await assertFails(state.update('t', 'k', [{ op, path: 'a.b' }]), 'ERR_WRONG_TYPE', failed)
        }
        assert.deepEqual(await state.get('t', 'k'), { a: value })
      }
    })

    it('appends at the index after the last element of an array, and rejects greater ones', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', [1])
      assert.equal(await state.increment('t', 'k', 5, { field: ['1'] }), 5)
      await state.update('t', 'k', [{ op: 'append', path: [2], value: 'x' }])
      assert.deepEqual(await state.get('t', 'k'), [1, 5, ['x']])
      await assertFails(state.increment('t', 'k', 5, { field: ['4'] }), 'ERR_WRONG_TYPE', failed)
      await state.update('t', 'k', [{ op: 'remove', path: [7] }])
      assert.deepEqual(await state.get('t', 'k'), [1, 5, ['x']])
    })

    it('keeps the expiry of an entry that it removes and sets', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', 1, { ttl: 50 })
      const operations = /** @type {UpdateOperation[]} */ ([{ op: 'remove' }, { op: 'set', value: 2 }])
      assert.deepEqual(await state.update('t', 'k', operations, { ttl: 500 }), { oldValue: 1, newValue: 2 })
      const left = await state.ttl('t', 'k')
      assert.ok(left !== null && left > 40 && left <= 50, String(left))
    })
  })
}
