// @ts-check
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { it } from '../support/it.mjs'
import { VALUES } from '../support/values.mjs'
import { openFresh, workspace } from '../support/workspace.mjs'

/**
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 * @import { GetStore } from '../support/workspace.mjs'
 */

const WRONG = '0'.repeat(40)
const conflict = /** @type {const} */ ({ applied: 'no', traceId: 't', key: 'k' })

/** @param {RedisStateAdapter} state @param {string} [key] */
async function etagOf(state, key = 'k') {
  const found = await state.getWithMetadata('t', key)
  assert.ok(found)
  return found.etag
}

/** @param {GetStore} store */
export function conditions(store) {
  describe('conditional writes', () => {
    it('have an etag for every value (conformance 7)', async (t) => {
      const state = openFresh(store, t)
      const keys = VALUES.map((_, index) => `k${index}`)
      await Promise.all(VALUES.map(([, value], index) => state.set('t', keys[index], value)))
      const [values, metadata] = await Promise.all([state.getMany('t', keys), state.getManyWithMetadata('t', keys)])
      for (const [index, found] of metadata.entries()) {
        assert.ok(found)
        assert.match(found.etag, /^[0-9a-f]{40}$/)
        assert.deepEqual(found.value, values[index])
        assert.equal(found.ttl, -1)
      }
      assert.equal(await state.getWithMetadata('t', 'missing'), null)
    })

    it('have the same etag for the same text, also if another client wrote it (conformance 7)', async (t) => {
      const { open } = workspace(store, t)
      const [one, other] = [open(), open({ ttl: 100 })]
      await one.set('t', 'k', { a: 'é' })
      await other.set('t', 'l', { a: 'é' })
      const [k, l] = await one.getManyWithMetadata('t', ['k', 'l'])
      assert.equal(k?.etag, l?.etag)
      assert.equal(k?.etag, createHash('sha1').update('{"a":"é"}').digest('hex'))
    })

    it('reject with a wrong etag, and succeed with the right one (conformance 8)', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', 'old')
      await assertFails(state.set('t', 'k', 'new', { ifMatch: WRONG }), 'ERR_CONFLICT', conflict)
      await assertFails(state.delete('t', 'k', { ifMatch: WRONG }), 'ERR_CONFLICT', conflict)
      assert.equal(await state.get('t', 'k'), 'old')

      const before = await etagOf(state)
      const value = { a: 1 }
      assert.equal(await state.set('t', 'k', value, { ifMatch: before }), value)
      const after = await etagOf(state)
      assert.notEqual(after, before)
      await assertFails(state.delete('t', 'k', { ifMatch: before }), 'ERR_CONFLICT', conflict)
      assert.deepEqual(await state.delete('t', 'k', { ifMatch: after }), value)
      assert.equal(await state.has('t', 'k'), false)
    })

    it('with an etag reject if there is no entry (conformance 9)', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k', 'old')
      const stale = await etagOf(state)
      await state.delete('t', 'k')
      await assertFails(state.set('t', 'k', 'new', { ifMatch: stale }), 'ERR_CONFLICT', conflict)
      await assertFails(state.delete('t', 'k', { ifMatch: stale }), 'ERR_CONFLICT', conflict)
      assert.equal(await state.has('t', 'k'), false)
      await state.set('t', 'k', 'another')
      await assertFails(state.set('t', 'k', 'new', { ifMatch: stale }), 'ERR_CONFLICT', conflict)
      assert.equal(await state.get('t', 'k'), 'another')
    })

    it('with ifAbsent succeed for exactly one of many racing writers (conformance 10)', async (t) => {
      const { open } = workspace(store, t)
      const states = [open(), open(), open()]
      const writers = Array.from({ length: 60 }, (_, index) =>
        states[index % 3].set('t', 'k', index, { ifAbsent: true }),
      )
      const results = await Promise.allSettled(writers)
      const winners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
      assert.equal(winners.length, 1)
      assert.equal(await states[0].get('t', 'k'), winners[0])
      await assertFails(states[0].set('t', 'k', 'late', { ifAbsent: true }), 'ERR_CONFLICT', conflict)
    })

    it('with ifAbsent reject if the entry is null, 0, false or "" (conformance 3)', async (t) => {
      const state = openFresh(store, t)
      for (const value of [null, 0, false, '']) {
        await state.set('t', 'k', value)
        assert.equal(await state.has('t', 'k'), true)
        assert.deepEqual((await state.getWithMetadata('t', 'k'))?.value, value)
        await assertFails(state.set('t', 'k', 'new', { ifAbsent: true }), 'ERR_CONFLICT', conflict)
      }
    })

    it('with the same etag succeed for exactly one of many racing writers (conformance 8)', async (t) => {
      const { open } = workspace(store, t)
      const states = [open(), open()]
      await states[0].set('t', 'k', 'old')
      const ifMatch = await etagOf(states[0])
      const calls = Array.from({ length: 40 }, (_, index) => states[index % 2].set('t', 'k', index, { ifMatch }))
      const results = await Promise.allSettled(calls)
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    })

    it('accept conditions that are getters of a class', async (t) => {
      const state = openFresh(store, t)
      class Options {
        get ifMatch() {
          return WRONG
        }
      }
      const failed = /** @type {const} */ ({ traceId: 't', key: 'k', applied: 'no' })
      await state.set('t', 'k', 1)
      await assertFails(state.set('t', 'k', 2, new Options()), 'ERR_CONFLICT', failed)
      await assertFails(state.delete('t', 'k', new Options()), 'ERR_CONFLICT', failed)
      const entry = Object.assign(new Options(), { key: 'k', value: 2 })
      await assertFails(state.setMany('t', [entry]), 'ERR_PARTIAL', { traceId: 't', applied: 'no' })
      const check = state.transaction('t', (tx) => tx.set('k', 2, new Options()))
      await assertFails(check, 'ERR_CONFLICT', failed)
      assert.equal(await state.get('t', 'k'), 1)
    })

    it('reject, and do not throw, if a getter of the options throws', async (t) => {
      const state = openFresh(store, t)
      const options = /** @type {any} */ (
        new Proxy({}, { get: () => assert.fail('not readable'), ownKeys: () => assert.fail('not readable') })
      )
      const failed = /** @type {const} */ ({ traceId: 't', key: 'k', applied: 'no' })
      const calls = [
        () => state.set('t', 'k', 1, options),
        () => state.delete('t', 'k', options),
        () => state.increment('t', 'k', 1, options),
        () => state.rateLimit('t', 'k', options),
        () => state.lock('t', 'k', options),
      ]
      for (const call of calls) await assertFails(call(), 'ERR_INVALID_ARGUMENT', failed)
    })

    it('reject invalid options, and write nothing', async (t) => {
      const state = openFresh(store, t)
      /** @type {any[]} */
      const mistakes = [
        null,
        'text',
        { ifMatch: '' },
        { ifMatch: '*' },
        { ifMatch: 'no etag at all' },
        { ifMatch: `"${WRONG}"` },
        { ifMatch: 'ABCDE'.repeat(8) },
        { ifMatch: null },
        { ifMatch: undefined },
        { ifMatch: 7 },
        { ifMatch: '\ud800' },
        { ifAbsent: 1 },
        { ifAbsent: true, ifMatch: WRONG },
        { ttl: 1.5 },
        { ttl: -2 },
        { ttl: '1' },
        { ttl: 4294967296 },
        { signal: {} },
        { whatever: 1 },
      ]
      for (const options of mistakes) {
        await assertFails(state.set('t', 'k', 1, options), 'ERR_INVALID_ARGUMENT', conflict)
        if (options?.ttl === undefined && options?.ifAbsent === undefined) {
          await assertFails(state.delete('t', 'k', options), 'ERR_INVALID_ARGUMENT', conflict)
        }
      }
      await assertFails(state.delete('t', 'k', /** @type {any} */ ({ ttl: 1 })), 'ERR_INVALID_ARGUMENT', conflict)
      assert.equal(await state.get('t', 'k'), null)
    })
  })
}
