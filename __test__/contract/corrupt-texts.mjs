// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import fc from 'fast-check'
import { assertFails } from '../support/assert-fails.mjs'
import { range } from '../support/fill.mjs'
import { rawIt } from '../support/workspace.mjs'
import { CORRUPT_BYTES, CORRUPT_TEXTS, jsonLike, UNUSUAL_TEXTS } from './json-texts.mjs'

/**
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 * @import { GetStore } from '../support/workspace.mjs'
 */

const SMALL = [
  ...CORRUPT_TEXTS.map((text) => Buffer.from(text)),
  ...CORRUPT_BYTES.flatMap((bytes) => [Buffer.from(bytes), Buffer.from([0x22, ...bytes, 0x22])]),
]
/** Large texts are checked by other code. */
const CORRUPT = [...SMALL, ...SMALL.map((bytes) => Buffer.concat([bytes, Buffer.alloc(2000, ' ')]))]

/** @param {string} text @returns {{ value: unknown } | undefined} */
function parsed(text) {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/**
 * Reads an entry as JSON.parse would.
 *
 * @param {RedisStateAdapter} state
 * @param {string} key
 * @param {string} text
 */
async function assertReadAsJson(state, key, text) {
  const expected = parsed(text)
  if (expected) assert.deepEqual(await state.get('t', key), expected.value, text)
  else await assertFails(state.get('t', key), 'ERR_CORRUPT_VALUE', { traceId: 't', key })
}

/** @param {unknown} value */
function depthOf(value) {
  let depth = 0
  for (let inner = value; Array.isArray(inner); inner = inner[0]) depth++
  return depth
}

/** @param {GetStore} store */
export function corruptTexts(store) {
  describe('a stored text that is not JSON', () => {
    rawIt(
      store,
      'rejects get with trace id and key, and does not affect other calls',
      async ({ client, prefix, open }) => {
        const state = open()
        await Promise.all(CORRUPT.map((bytes, index) => client.set(`${prefix}t:bad${index}`, bytes)))
        await state.set('t', 'good', ['good'])
        const calls = CORRUPT.flatMap((_, index) => [
          assertFails(state.get('t', `bad${index}`), 'ERR_CORRUPT_VALUE', { traceId: 't', key: `bad${index}` }),
          state.get('t', 'good').then((value) => assert.deepEqual(value, ['good'])),
          state.get('t', 'missing').then((value) => assert.equal(value, null)),
          state.set('t2', `k${index}`, index).then((value) => assert.equal(value, index)),
        ])
        await Promise.all(calls)
      },
    )

    rawIt(store, 'rejects get if that is the only call of its tick', async ({ client, prefix, open }) => {
      const state = open()
      for (const [index, bytes] of CORRUPT.entries()) {
        const key = `bad${index}`
        await client.set(`${prefix}t:${key}`, bytes)
        await assertFails(state.get('t', key), 'ERR_CORRUPT_VALUE', { traceId: 't', key })
      }
    })

    rawIt(store, 'rejects getGroup and items, which name the entry', async ({ client, prefix, open }) => {
      const state = open()
      for (const [index, bytes] of CORRUPT.entries()) {
        const [traceId, details] = [`t${index}`, { traceId: `t${index}`, key: 'bad' }]
        await client.set(`${prefix}${traceId}:bad`, bytes)
        await Promise.all(range(3).map((good) => state.set(traceId, `good${good}`, good)))
        await assertFails(state.getGroup(traceId), 'ERR_CORRUPT_VALUE', details)
        await assertFails(state.items({ groupId: traceId }), 'ERR_CORRUPT_VALUE', details)
        assert.equal((await state.keys(traceId)).length, 4)
      }
      assert.equal((await state.traceIds()).length, CORRUPT.length)
      await assertFails(state.items(), 'ERR_CORRUPT_VALUE', { key: 'bad' })
    })

    rawIt(store, 'does not affect listings of another group', async ({ client, prefix, open }) => {
      const state = open()
      await Promise.all([client.set(`${prefix}bad:k`, '1],[2'), state.set('t', 'k', 1)])
      const answers = [assertFails(state.getGroup('bad'), 'ERR_CORRUPT_VALUE', { traceId: 'bad', key: 'k' })]
      assert.deepEqual(await state.getGroup('t'), [1])
      await Promise.all(answers)
    })

    rawIt(store, 'is deleted by delete, which rejects with applied: unknown', async ({ client, prefix, open }) => {
      await client.set(`${prefix}t:k`, '1],[2')
      const details = /** @type {const} */ ({ applied: 'unknown', traceId: 't', key: 'k' })
      const state = open()
      await assertFails(state.delete('t', 'k'), 'ERR_CORRUPT_VALUE', details)
      assert.equal(await client.exists(`${prefix}t:k`), 0)
    })

    rawIt(store, 'is deleted by clear and replaced by set', async ({ client, prefix, open }) => {
      await Promise.all([client.set(`${prefix}t:a`, 'x'), client.set(`${prefix}t:b`, 'x')])
      const state = open()
      await state.set('t', 'a', 1)
      assert.equal(await state.get('t', 'a'), 1)
      await state.clear('t')
      assert.deepEqual(await Promise.all(['a', 'b'].map((key) => client.exists(`${prefix}t:${key}`))), [0, 0])
    })
  })

  describe('a stored text of unusual JSON', () => {
    rawIt(store, 'is read as JSON.parse reads it', async ({ client, prefix, open }) => {
      const state = open()
      await Promise.all(UNUSUAL_TEXTS.map((text, index) => client.set(`${prefix}t:${index}`, text)))
      await Promise.all(UNUSUAL_TEXTS.map((text, index) => assertReadAsJson(state, `${index}`, text)))
      assert.equal((await state.getGroup('t')).length, UNUSUAL_TEXTS.length)
      assert.equal((await state.items()).length, UNUSUAL_TEXTS.length)
    })

    rawIt(store, 'is read if it has 100,000 levels', async ({ client, prefix, open }) => {
      await client.set(`${prefix}t:k`, `${'['.repeat(100_000)}${']'.repeat(100_000)}`)
      const state = open()
      assert.equal(depthOf(await state.get('t', 'k')), 100_000)
      assert.equal(depthOf(await state.getGroup('t')), 100_001)
      assert.equal(depthOf(await state.delete('t', 'k')), 100_000)
    })
  })

  describe('any stored text', () => {
    rawIt(store, 'is a value exactly if JSON.parse accepts it', async ({ client, prefix, open }) => {
      const state = open()
      let run = 0
      const property = fc.asyncProperty(fc.array(jsonLike, { minLength: 1, maxLength: 30 }), async (texts) => {
        run += 1
        // New keys: a cache may not know yet what another client writes.
        await Promise.all(texts.map((text, index) => client.set(`${prefix}t:${run}-${index}`, text)))
        await Promise.all(texts.map((text, index) => assertReadAsJson(state, `${run}-${index}`, text)))
      })
      await fc.assert(property, { numRuns: 200 })
    })
  })
}
