// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { until } from '../support/until.mjs'
import { workspace } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

/**
 * Checks what is there before entries with a ttl of 1 expire. On a busy machine it may be too late to look.
 *
 * @template T
 * @param {{ set: () => Promise<unknown>, look: () => Promise<T>, expected: T }} test `set`: sets these entries
 */
async function assertThere({ set, look, expected }) {
  const start = performance.now()
  await set()
  const found = await look()
  if (performance.now() - start < 900) assert.deepEqual(found, expected)
}

/** @param {GetStore} store */
export function ttl(store) {
  describe('ttl', { concurrency: true }, () => {
    it('keeps a value until it expires', async (t) => {
      const state = workspace(store, t).open({ ttl: 1 })
      const set = () => state.set('t', 'k', 'short-lived')
      await assertThere({ set, look: () => state.get('t', 'k'), expected: 'short-lived' })
      await until(async () => (await state.get('t', 'k')) === null)
      assert.equal(await state.delete('t', 'k'), null)
    })

    it('removes an expired entry from every listing', async (t) => {
      const { open } = workspace(store, t)
      const [lasting, passing] = [open(), open({ ttl: 1 })]
      await Promise.all([lasting.set('t', 'stays', 0), passing.set('t', 'goes', 1), passing.set('t2', 'goes', 2)])
      await until(async () => (await lasting.items()).length === 1)
      assert.deepEqual(await lasting.keys('t'), ['stays'])
      assert.deepEqual(await lasting.getGroup('t'), [0])
      assert.deepEqual(await lasting.traceIds(), ['t'])
      assert.deepEqual(await lasting.items({ groupId: 't2' }), [])
    })

    for (const name of /** @type {const} */ (['keys', 'getGroup', 'traceIds'])) {
      it(`removes an expired entry from ${name}, even if it was never read`, async (t) => {
        const state = workspace(store, t).open({ ttl: 1 })
        const list = () => (name === 'traceIds' ? state.traceIds() : state[name]('t'))
        const set = () => state.set('t', 'k', 1)
        await assertThere({ set, look: async () => (await list()).length, expected: 1 })
        await until(async () => (await list()).length === 0)
      })
    }

    it('removes an expired entry from getByPrefix, count and query (conformance 6)', async (t) => {
      const { open } = workspace(store, t)
      const [lasting, passing] = [open(), open({ ttl: 1 })]
      const set = () => Promise.all([lasting.set('t', 'k:stays', 1), passing.set('t', 'k:goes', 1)])
      const answers = async () => [
        (await lasting.getByPrefix('t', 'k:')).length,
        await lasting.count('t', 'k:'),
        (await lasting.query({ filter: { EQ: { '': 1 } } })).items.length,
      ]
      await assertThere({ set, look: answers, expected: [2, 2, 2] })
      await until(async () => (await lasting.keys('t')).length === 1)
      assert.deepEqual(await answers(), [1, 1, 1])
    })

    it('removes an entry that expires during a scan (conformance 6)', async (t) => {
      const { open } = workspace(store, t)
      const [lasting, passing] = [open(), open({ ttl: 1 })]
      const lastingKeys = ['k0', 'k1', 'k2']
      await Promise.all([
        ...lastingKeys.map((key) => lasting.set('t', key, 1)),
        ...['x0', 'x1', 'x2'].map((key) => passing.set('t', key, 1)),
      ])
      const keys = []
      for await (const { key } of lasting.scan('t', { pageSize: 1 })) {
        if (keys.length === 0) await until(async () => (await lasting.keys('t')).length === 3)
        keys.push(key)
      }
      // The first two pages were read before it expired.
      assert.ok(keys.slice(2).every((key) => lastingKeys.includes(key)))
      assert.deepEqual(keys.filter((key) => lastingKeys.includes(key)).sort(), lastingKeys)
    })

    it('makes delete return null for an expired entry', async (t) => {
      const { open } = workspace(store, t)
      const state = open({ ttl: 1 })
      await state.set('t', 'k', 1)
      // Expires after k, and is polled instead of k, so that the delete is the first call on the expired k.
      await state.set('t', 'marker', 1)
      await until(async () => (await state.get('t', 'marker')) === null)
      assert.equal(await state.delete('t', 'k'), null)
    })

    it('is removed by a set of another adapter without ttl', async (t) => {
      const { open } = workspace(store, t)
      const [passing, lasting] = [open({ ttl: 1 }), open()]
      await passing.set('t', 'k', 'old')
      await passing.set('t', 'marker', 1)
      await lasting.set('t', 'k', 'new')
      await until(async () => (await lasting.get('t', 'marker')) === null)
      assert.equal(await lasting.get('t', 'k'), 'new')
      assert.deepEqual(await lasting.keys('t'), ['k'])
    })

    it('is added by a set to an entry without one', async (t) => {
      const { open } = workspace(store, t)
      await open().set('t', 'k', 'old')
      const passing = open({ ttl: 1 })
      await passing.set('t', 'k', 'new')
      await until(async () => (await passing.get('t', 'k')) === null)
    })

    it('of 0 means none', async (t) => {
      const { open } = workspace(store, t)
      const [lasting, passing] = [open({ ttl: 0 }), open({ ttl: 1 })]
      await lasting.set('t', 'k', 1)
      await passing.set('t', 'marker', 1)
      await until(async () => (await lasting.get('t', 'marker')) === null)
      assert.equal(await lasting.get('t', 'k'), 1)
    })

    it('can have the maximum value', async (t) => {
      const state = workspace(store, t).open({ ttl: 4294967295 })
      await state.set('t', 'k', 1)
      assert.equal(await state.get('t', 'k'), 1)
    })
  })
}
