// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { RedisStateError } from 'redis-state-adapter'
import { z } from 'zod'
import { asStored } from '../support/as-stored.mjs'
import { assertFails } from '../support/assert-fails.mjs'
import { it } from '../support/it.mjs'
import { untitled } from '../support/untitled.mjs'
import { VALUES } from '../support/values.mjs'
import { openFresh } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

/** @param {GetStore} store */
export function bulk(store) {
  describe('bulk calls', () => {
    it('write all entries, and return values in the order of the keys (conformance 4)', async (t) => {
      const state = openFresh(store, t)
      const values = Object.fromEntries(VALUES.map(([name, value]) => [name, value]))
      await state.setMany('t', values)
      const keys = ['missing', ...Object.keys(values).reverse(), 'zero', 'zero']
      const expected = [null, ...Object.values(values).reverse().map(asStored), 0, 0]
      assert.deepEqual(await state.getMany('t', keys), expected)
      const metadata = await state.getManyWithMetadata('t', ['missing', 'zero'])
      assert.deepEqual(
        metadata.map((found) => found?.value),
        [undefined, 0],
      )
    })

    it('delete entries and count them, also a stored null (conformance 4)', async (t) => {
      const state = openFresh(store, t)
      await state.setMany('t', { a: null, b: 0, c: '', d: 1 })
      assert.equal(await state.deleteMany('t', ['a', 'b', 'c', 'missing', 'a']), 3)
      assert.deepEqual(await state.keys('t'), ['d'])
      assert.equal(await state.deleteMany('t', []), 0)
    })

    it('report which entries existed, in the order of the keys', async (t) => {
      const state = openFresh(store, t)
      await state.setMany('t', { a: null, b: 0, c: '', d: 1 })
      const keys = ['missing', 'b', 'a', 'other', 'd']
      const found = [false, true, true, false, true]
      const users = state.group('t', { schema: z.any() })
      assert.deepEqual(await state.hasMany('t', keys), found)
      assert.deepEqual(await state.hasMany('t', keys, { cache: false }), found)
      assert.deepEqual(await users.hasMany(keys), found)
      assert.deepEqual(await state.hasMany('t', []), [])
      assert.deepEqual(await state.deleteMany('t', keys, { existence: true }), found)
      assert.deepEqual(await users.deleteMany(['d', 'c'], { existence: true }), [false, true])
      assert.equal(await state.deleteMany('t', ['a'], { existence: false }), 0)
      assert.deepEqual(await state.hasMany('t', keys), [false, false, false, false, false])
      await state.set('t', 'e', { large: 'value' })
      assert.equal(await state.delete('t', 'e', { existence: true }), true)
      assert.equal(await users.delete('e', { existence: true }), false)
      await state.set('t', 'f', 1)
      const etag = String((await state.getWithMetadata('t', 'f'))?.etag)
      assert.equal(await state.delete('t', 'f', { ifMatch: etag, existence: true }), true)
    })

    it('are complete with 1,025 keys (conformance 5)', async (t) => {
      const state = openFresh(store, t)
      const keys = Array.from({ length: 1025 }, (_, index) => `k${index}`)
      await state.setMany(
        't',
        keys.map((key, value) => ({ key, value })),
      )
      assert.deepEqual(
        await state.getMany('t', keys),
        keys.map((_, index) => index),
      )
      assert.equal(await state.deleteMany('t', keys), 1025)
      assert.deepEqual(await state.keys('t'), [])
    })

    it('are complete with more keys than one part has', async (t) => {
      const state = openFresh(store, t)
      const keys = Array.from({ length: 25_000 }, (_, index) => `k${index}`)
      await state.setMany(
        't',
        keys.map((key, value) => ({ key, value })),
      )
      assert.equal((await state.getMany('t', keys)).at(-1), 24_999)
      await state.clear('t')
    })

    it('report exactly the entries with a wrong etag (conformance 11)', async (t) => {
      const state = openFresh(store, t)
      await state.setMany('t', { a: 1, b: 2, c: 3 })
      const [a, b] = await state.getManyWithMetadata('t', ['a', 'b'])
      assert.ok(a && b)
      const writing = state.setMany('t', [
        { key: 'a', value: 'A', ifMatch: a.etag },
        { key: 'b', value: 'B', ifMatch: a.etag },
        { key: 'd', value: 'D', ifAbsent: true },
      ])
      const { errors } = await assertFails(writing, 'ERR_PARTIAL', { applied: 'partly', traceId: 't' })
      assert.deepEqual(
        errors?.map(({ code, key, applied }) => [code, key, applied]),
        [['ERR_CONFLICT', 'b', 'no']],
      )
      assert.deepEqual(await state.getMany('t', ['a', 'b', 'c', 'd']), ['A', 2, 3, 'D'])

      const removing = state.deleteMany('t', ['a', { key: 'b', ifMatch: a.etag }, { key: 'c', ifMatch: b.etag }])
      const failure = await assertFails(removing, 'ERR_PARTIAL', { applied: 'partly', traceId: 't' })
      assert.match(untitled(failure), /^2 of 3 entries failed; the other 1 is removed. The first, "b": /)
      assert.deepEqual(
        failure.errors?.map(({ code, key }) => [code, key]),
        [
          ['ERR_CONFLICT', 'b'],
          ['ERR_CONFLICT', 'c'],
        ],
      )
      assert.deepEqual((await state.keys('t')).sort(), ['b', 'c', 'd'])
      assert.equal(await state.deleteMany('t', [{ key: 'b', ifMatch: b.etag }]), 1)
    })

    it('reject with applied: no if no entry was written', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'a', 1)
      const writing = state.setMany('t', { a: 2 }, { ifAbsent: true })
      const error = await assertFails(writing, 'ERR_PARTIAL', { applied: 'no', traceId: 't' })
      const { errors } = error
      assert.ok(errors?.[0] instanceof RedisStateError)
      assert.equal(errors[0].code, 'ERR_CONFLICT')
      assert.match(untitled(error), /^1 of 1 entries failed. The first, "a": /)
    })

    it('write nothing if one of the values is not JSON-serializable', async (t) => {
      const state = openFresh(store, t)
      const entries = /** @type {any[]} */ ([
        { key: 'a', value: 1 },
        { key: 'b', value: 1n },
      ])
      const refused = /** @type {const} */ ({ applied: 'no', traceId: 't' })
      const error = await assertFails(state.setMany('t', entries), 'ERR_INVALID_ARGUMENT', refused)
      assert.match(untitled(error), /^entries\[1\]: /)
      const byKey = await assertFails(state.setMany('t', { a: 1, b: undefined }), 'ERR_INVALID_ARGUMENT', refused)
      assert.match(untitled(byKey), /^entries\["b"\]: /)
      assert.deepEqual(await state.keys('t'), [])
    })

    it('have an expiry for all entries, or for one', async (t) => {
      const state = openFresh(store, t, { ttl: 500 })
      const entries = [
        { key: 'a', value: 1 },
        { key: 'b', value: 2, ttl: 0 },
      ]
      await state.setMany('t', entries, { ttl: 100 })
      assert.ok(Number(await state.ttl('t', 'a')) <= 100)
      assert.equal(await state.ttl('t', 'b'), -1)
    })

    it('never exceed maxPendingCommands', async (t) => {
      const state = openFresh(store, t, { maxPendingCommands: 10 })
      const keys = Array.from({ length: 35 }, (_, index) => `k${index}`)
      await state.setMany('t', Object.fromEntries(keys.map((key, index) => [key, index])))
      assert.deepEqual(
        await state.getMany('t', keys),
        keys.map((_, index) => index),
      )
      assert.equal(await state.deleteMany('t', keys), 35)
    })

    it('never exceed maxPendingBytes', async (t) => {
      const state = openFresh(store, t, { maxPendingBytes: 100_000 })
      const keys = Array.from({ length: 30 }, (_, index) => `k${index}`)
      const entries = keys.map((key) => ({ key, value: key.padEnd(10_000, '\u20ac'), ifAbsent: true }))
      await state.setMany('t', entries)
      assert.deepEqual(
        await state.getMany('t', keys),
        entries.map(({ value }) => value),
      )
    })

    it('count the deleted entries, also if they are given as objects', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'a', 1)
      const keys = /** @type {any[]} */ ([{ key: 'a' }, { key: 'b' }, 'c'])
      assert.equal(await state.deleteMany('t', keys), 1)
    })

    it('treat undefined options as omitted', async (t) => {
      const state = openFresh(store, t)
      await state.setMany('t', [{ key: 'a', value: 1, ttl: undefined }], { ttl: 100 })
      assert.ok(Number(await state.ttl('t', 'a')) > 0)
    })

    it('write nothing if a getter of an entry throws', async (t) => {
      const state = openFresh(store, t)
      const unreadable = {
        value: 1,
        get key() {
          return assert.fail('not readable')
        },
      }
      const writing = state.setMany('t', [{ key: 'a', value: 2 }, unreadable])
      await assertFails(writing, 'ERR_INVALID_ARGUMENT', { traceId: 't', applied: 'no' })
      assert.deepEqual(await state.keys('t'), [])
    })

    it('reject arguments that are not lists', async (t) => {
      const state = openFresh(store, t)
      /** @type {any} */
      const no = 'keys'
      await assertFails(state.getMany('t', no), 'ERR_INVALID_ARGUMENT', { traceId: 't' })
      await assertFails(state.getMany('t', ['a', /** @type {any} */ (1)]), 'ERR_INVALID_ARGUMENT', { traceId: 't' })
      await assertFails(state.getMany(/** @type {any} */ (1), []), 'ERR_INVALID_ARGUMENT')
      await assertFails(state.setMany('t', no), 'ERR_INVALID_ARGUMENT', { traceId: 't', applied: 'no' })
      await assertFails(state.setMany('t', [no]), 'ERR_INVALID_ARGUMENT', { traceId: 't', applied: 'no' })
      await assertFails(state.deleteMany('t', no), 'ERR_INVALID_ARGUMENT', { traceId: 't', applied: 'no' })
      const misspelt = /** @type {any[]} */ ([
        { key: 'a', value: 1 },
        { key: 'b', valeu: 1 },
      ])
      await assertFails(state.setMany('t', misspelt), 'ERR_INVALID_ARGUMENT', { traceId: 't', applied: 'no' })
      await assertFails(state.deleteMany('t', ['a', misspelt[1]]), 'ERR_INVALID_ARGUMENT', {
        traceId: 't',
        applied: 'no',
      })
      assert.deepEqual(await state.keys('t'), [])
      const options = /** @type {any} */ ({ ifMatch: 'a' })
      await assertFails(state.setMany('t', {}, options), 'ERR_INVALID_ARGUMENT', { traceId: 't', applied: 'no' })
    })
  })
}
