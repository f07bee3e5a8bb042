// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { withColons, workspace } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

/** @param {GetStore} store */
export function unprefixed(store) {
  const { hasHashTags: hashTags } = store
  describe('keyPrefix: false', () => {
    it('makes all keys entries, but those of locks and rate limits', async (t) => {
      const { prefix, open, raw } = workspace(store, t)
      const [state, prefixed] = [open({ keyPrefix: false, ...withColons(store) }), open()]
      await Promise.all([state.set(prefix, 'k', 1), prefixed.set('t', 'k', 2)])
      const lock = await state.lock(prefix, 'k', { ttl: '1m' })
      assert.equal((await state.rateLimit(prefix, 'k', { limit: 1, window: '1m' })).allowed, true)
      const name = hashTags ? `{${prefix}}:k` : `${prefix}:k`
      if (raw) assert.equal(await raw.client.get(name), '1')
      assert.deepEqual([await state.get(prefix, 'k'), await state.keys(prefix)], [1, ['k']])
      const ids = await state.traceIds()
      assert.deepEqual(
        [ids.includes('__state__'), ids.includes(hashTags ? prefix : prefix.slice(0, -1))],
        [false, true],
      )
      assert.ok((await state.count()) >= (hashTags ? 1 : 2))
      await lock?.release()
    })

    it('reserves the trace id of locks and rate limits', { skip: hashTags }, async (t) => {
      const state = workspace(store, t).open({ keyPrefix: false })
      for (const id of ['__state__', '__state__:lock']) {
        await assert.rejects(state.clear(id), { code: 'ERR_INVALID_ARGUMENT' })
        await assert.rejects(state.set(id, 'k', 1), { code: 'ERR_INVALID_ARGUMENT' })
      }
      await state.set('__state', 'k', 1)
      assert.equal(await state.delete('__state', 'k'), 1)
    })
  })
}
