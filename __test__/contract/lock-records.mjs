// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { rawIt } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

/** @param {GetStore} store */
export function lockRecords(store) {
  describe('records of locks', { concurrency: true }, () => {
    rawIt(store, 'leave only keys that expire, separate from the entries', async ({ client, prefix, open }) => {
      const state = open()
      const [lock, released] = await Promise.all(['a', 'b'].map((key) => state.lock('t', key, { ttl: '60s' })))
      await released?.release()
      await state.rateLimit('t', 'c', { limit: 5, window: '60s', cost: 2 })
      const [held, free, limit] = lockKeys(prefix)
      const { expires, ...record } = JSON.parse(String(await client.get(held)))
      assert.deepEqual(record, { token: lock?.token, fence: lock?.fence, awaited: false })
      assert.ok(expires > Date.now() && expires < Date.now() + 120_000)
      assert.deepEqual(JSON.parse(String(await client.get(free))), {
        token: '',
        fence: released?.fence,
        expires: 0,
        awaited: false,
      })
      assert.equal(await client.get(limit), '2')
      const [heldFor, freeFor, limitFor] = await Promise.all([held, free, limit].map((key) => client.ttl(key)))
      assert.ok(heldFor > 3600 && heldFor <= 3660, String(heldFor))
      assert.ok(freeFor > 3500 && freeFor <= 3600, String(freeFor))
      assert.ok(limitFor > 50 && limitFor <= 60, String(limitFor))
    })

    rawIt(store, 'have growing fencing tokens even if their record is deleted', async ({ client, prefix, open }) => {
      const state = open()
      const early = await state.lock('t', 'a', { ttl: '60s' })
      const [key] = lockKeys(prefix)
      await client.del(key)
      const late = await state.lock('t', 'a', { ttl: '60s' })
      assert.ok(early && late && late.fence > early.fence)
      assert.equal(await early.release(), false)
      const stale = state.transaction('t', (tx) => tx.holds(early))
      await assertFails(stale, 'ERR_CONFLICT', { traceId: 't', key: 'a', applied: 'no' })

      // A token ahead of the clock.
      const ahead = late.fence + 1e15
      await client.set(key, JSON.stringify({ token: '', fence: ahead, expires: 0, awaited: false }))
      assert.equal((await state.lock('t', 'a', { ttl: '60s' }))?.fence, ahead + 1)
    })

    rawIt(store, 'reject if another client wrote to their key', async ({ client, prefix, open }) => {
      const state = open()
      const failed = /** @type {const} */ ({ traceId: 't', key: 'a', applied: 'no' })
      const [key] = lockKeys(prefix)
      for (const text of ['1', '"text"', 'null', '[]', '{}', '{"token":"","fence":"x","expires":1}', 'no JSON']) {
        await client.set(key, text)
        await assertFails(state.lock('t', 'a', { ttl: '1s' }), 'ERR_WRONG_TYPE', failed)
        assert.equal(await client.get(key), text)
      }
    })
  })
}

/** The keys of two locks and a limit, `a`, `b` and `c` of the trace `t`. @param {string} prefix */
function lockKeys(prefix) {
  const key = (/** @type {string} */ kind, /** @type {string} */ name) => `__state__:${kind}:{${prefix}t:${name}}`
  return [key('lock', 'a'), key('lock', 'b'), key('limit', 'c')]
}
