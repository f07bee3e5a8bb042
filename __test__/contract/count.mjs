// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { fill, range } from '../support/fill.mjs'
import { it } from '../support/it.mjs'
import { openFresh, rawIt, withColons, workspace } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

/** @param {GetStore} store */
export function counts(store) {
  describe('count', () => {
    it('is the number of entries of a trace', async (t) => {
      const state = openFresh(store, t)
      assert.equal(await state.count('t'), 0)
      await Promise.all([fill(state, 't', 3), fill(state, 'tt', 5)])
      assert.deepEqual([await state.count('t'), await state.count('tt'), await state.count('T')], [3, 5, 0])
      await state.delete('t', 'k1')
      assert.equal(await state.count('t'), 2)
    })

    it('counts only keys with the given prefix', async (t) => {
      const state = openFresh(store, t)
      await fill(state, 't', 20)
      assert.deepEqual(
        [await state.count('t', 'k1'), await state.count('t', ''), await state.count('t', 'x')],
        [11, 20, 0],
      )
    })

    it('of 1,025 keys is 1,025 (conformance 5)', async (t) => {
      const state = openFresh(store, t)
      await Promise.all([fill(state, 't', 1025), fill(state, 'other', 300)])
      const counts = await Promise.all(range(5).map(() => state.count('t')))
      assert.deepEqual(counts, Array(5).fill(1025))
    })

    it('without a trace id is the number of all entries (conformance 24)', async (t) => {
      const { prefix, open } = workspace(store, t)
      const [state, other] = [open(withColons(store)), open({ keyPrefix: `${prefix.slice(0, -1)}x:` })]
      assert.equal(await state.count(), 0)
      await Promise.all([fill(state, 't', 30), fill(state, 'a:b', 20), fill(state, '', 2), fill(other, 't', 4)])
      assert.deepEqual([await state.count(), await other.count(), (await state.items()).length], [52, 4, 52])
      assert.equal(await state.count({ signal: new AbortController().signal }), 52)
    })

    it('of a trace id that is undefined rejects', async (t) => {
      const state = openFresh(store, t)
      // @ts-expect-error
      await assert.rejects(state.count(undefined), { code: 'ERR_INVALID_ARGUMENT' })
      const aborted = /** @type {any} */ (AbortSignal).abort()
      await assert.rejects(state.count({ signal: aborted }), { code: 'ERR_ABORTED', operation: 'count' })
    })

    rawIt(store, 'without a trace id includes keys that have none', async ({ client, prefix, open }) => {
      const state = open()
      await Promise.all([client.set(`${prefix}lonely`, '1'), client.set(`${prefix}t:k`, '1')])
      await client.hSet(`${prefix}hash`, 'f', '1')
      assert.equal(await state.count(), 2)
    })

    it('does not read the values', async (t) => {
      const { open } = workspace(store, t)
      const large = 'x'.repeat(100_000)
      await Promise.all(range(10).map((index) => open().set('t', `k${index}`, large)))
      const state = open()
      assert.equal(await state.count('t'), 10)
      assert.ok(state.stats().bytesReceived < large.length, `${state.stats().bytesReceived} bytes`)
    })

    rawIt(store, 'leaves out keys of other Redis types', async ({ client, prefix, open }) => {
      const state = open()
      await Promise.all([client.hSet(`${prefix}t:hash`, 'f', '1'), state.set('t', 'k', 1)])
      assert.equal(await state.count('t'), 1)
      assert.equal(await state.count('t', 'hash'), 0)
    })

    rawIt(store, 'includes texts that are not JSON', async ({ client, prefix, open }) => {
      await client.set(`${prefix}t:bad`, '{')
      assert.equal(await open().count('t'), 1)
    })
  })
}
