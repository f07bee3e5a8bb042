// @ts-check
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { openFresh, rawIt, workspace } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

const LASTING = /** @type {const} */ ({ ttl: '60s' })
const OF_ENTRY = { traceId: 't', key: 'k' }

/** @param {GetStore} store */
export function withLock(store) {
  describe('withLock', { concurrency: true }, () => {
    it('holds the lock while the work runs, and resolves to its result', async (t) => {
      const { open } = workspace(store, t)
      const [state, other] = [open(), open()]
      const result = await state.withLock('t', 'k', LASTING, async (lock, signal) => {
        assert.deepEqual([lock.traceId, lock.key, signal.aborted], ['t', 'k', false])
        assert.equal(await other.lock('t', 'k', LASTING), null)
        await assertFails(
          other.withLock('t', 'k', LASTING, () => 2),
          'ERR_LOCK_TIMEOUT',
          { ...OF_ENTRY, applied: 'no' },
        )
        return { lock }
      })
      assert.equal(await result.lock.release(), false)
      assert.equal(await other.withLock('t', 'k', LASTING, () => 'a value, no promise'), 'a value, no promise')
    })

    it('releases the lock after an error of the work, which is passed on unchanged', async (t) => {
      const state = openFresh(store, t)
      const mine = new Error('mine')
      const rejecting = state.withLock('t', 'k', LASTING, () => Promise.reject(mine))
      assert.equal(await rejecting.catch((error) => error), mine)
      const throwing = state.withLock('t', 'k', LASTING, () => {
        throw mine
      })
      assert.equal(await throwing.catch((error) => error), mine)
      assert.ok(await state.lock('t', 'k', LASTING))
    })

    it('waits for the lock, and does not call the work after the timeout', async (t) => {
      const state = openFresh(store, t)
      const lock = await state.lock('t', 'k', LASTING)
      let called = 0
      const work = () => {
        called += 1
      }
      const late = state.withLock('t', 'k', { ...LASTING, timeout: '20ms' }, work)
      await assertFails(late, 'ERR_LOCK_TIMEOUT', { ...OF_ENTRY, applied: 'no' })
      assert.equal(called, 0)
      const waiting = state.withLock('t', 'k', { ...LASTING, timeout: '60s' }, work)
      await lock?.release()
      await waiting
      assert.equal(called, 1)
    })

    it('extends the lock beyond its ttl', async (t) => {
      const { open } = workspace(store, t)
      const [state, other] = [open(), open()]
      const found = await state.withLock('t', 'k', { ttl: '3s' }, (_, signal) =>
        other.lock('t', 'k', { ttl: '1s', timeout: '4s' }).then((lock) => [lock, signal.aborted]),
      )
      assert.deepEqual(found, [null, false])
    })

    it('aborts the signal of the work when the lock is lost, and rejects although the work succeeds', async (t) => {
      const { open } = workspace(store, t)
      const [state, other] = [open(), open()]
      /** @type {AbortSignal | undefined} */
      let signal
      const working = state.withLock('t', 'k', LASTING, async (lock, given) => {
        signal = given
        await lock.extend('1ms')
        if (!given.aborted) await once(given, 'abort')
        assert.ok(await other.lock('t', 'k', { ...LASTING, timeout: '60s' }))
        return 'done'
      })
      const error = await assertFails(working, 'ERR_LOCK_LOST', OF_ENTRY)
      assert.equal(signal?.reason, error)
      assert.match(error.message, /^withLock\("t", "k"\): the lock was lost during the work: /)
      // The lock of the other adapter is not released.
      assert.equal(await state.lock('t', 'k', LASTING), null)
    })

    it('passes on the error of work that stops because the lock is lost', async (t) => {
      const state = openFresh(store, t)
      const mine = new Error('mine')
      const working = state.withLock('t', 'k', LASTING, async (lock, signal) => {
        await lock.extend('1ms')
        if (!signal.aborted) await once(signal, 'abort')
        throw mine
      })
      assert.equal(await working.catch((error) => error), mine)
    })

    rawIt(store, 'rejects if the lock is found lost at its release', async ({ client, prefix, open }) => {
      const working = open().withLock('t', 'k', LASTING, () => client.del(`__state__:lock:{${prefix}t:k}`))
      await assertFails(working, 'ERR_LOCK_LOST', OF_ENTRY)
    })

    rawIt(store, 'aborts the signal when an extension is refused', async ({ client, prefix, open }) => {
      const working = open().withLock('t', 'k', { ttl: '3s' }, async (_, signal) => {
        await client.del(`__state__:lock:{${prefix}t:k}`)
        if (!signal.aborted) await once(signal, 'abort')
        throw signal.reason
      })
      const { message } = await assertFails(working, 'ERR_LOCK_LOST', OF_ENTRY)
      assert.match(message, /refused to extend/)
    })

    it('leaves a lock to the work that has released it', async (t) => {
      const state = openFresh(store, t)
      const next = await state.withLock('t', 'k', { ttl: '3s' }, async (lock, signal) => {
        assert.equal(await lock.release(), true)
        const next = await state.lock('t', 'k', LASTING)
        // Longer than the time to the next extension.
        assert.equal(await state.lock('t', 'k', { ttl: '1s', timeout: '1200ms' }), null)
        assert.equal(signal.aborted, false)
        return next
      })
      assert.equal(await next?.release(), true)
    })

    it('passes the abort of the caller on to the work, and holds the lock until it is done', async (t) => {
      const { open } = workspace(store, t)
      const [state, other] = [open(), open()]
      const caller = new AbortController()
      const reason = new Error('mine')
      const working = state.withLock('t', 'k', { ...LASTING, signal: caller.signal }, async (_, signal) => {
        caller.abort(reason)
        assert.equal(signal.reason, reason)
        assert.equal(await other.lock('t', 'k', LASTING), null)
        return 'done'
      })
      assert.equal(await working, 'done')

      const lock = await state.lock('t', 'k', LASTING)
      const waiter = new AbortController()
      const options = /** @type {const} */ ({ ...LASTING, timeout: '60s', signal: waiter.signal })
      const waiting = state.withLock('t', 'k', options, () => assert.fail('called'))
      await state.get('t', 'k')
      waiter.abort()
      const { code, operation } = await waiting.catch((error) => error)
      assert.deepEqual([code, operation], ['ERR_ABORTED', 'withLock'])
      await lock?.release()
    })

    it('protects a critical section, so that a counter is exact', async (t) => {
      const { open } = workspace(store, t)
      const states = [open(), open(), open()]
      const count = (/** @type {number} */ index) => {
        const state = states[index % 3]
        return state.withLock('t', 'k', { ttl: '60s', timeout: '60s' }, async () =>
          state.set('t', 'n', (await state.get('t', 'n')) + 1),
        )
      }
      await Promise.all(Array.from({ length: 15 }, (_, index) => count(index)))
      assert.equal(await states[0].get('t', 'n'), 15)
    })

    it('rejects invalid arguments, and calls nothing', async (t) => {
      const state = openFresh(store, t)
      const expected = /** @type {const} */ ({ ...OF_ENTRY, applied: 'no' })
      for (const work of /** @type {any[]} */ ([undefined, null, 1, {}, Promise.resolve()])) {
        await assertFails(state.withLock('t', 'k', LASTING, work), 'ERR_INVALID_ARGUMENT', expected)
      }
      for (const options of /** @type {any[]} */ ([undefined, {}, { ttl: 10 }, { ttl: '1s', whatever: 1 }])) {
        const refused = state.withLock('t', 'k', options, () => assert.fail('called'))
        await assertFails(refused, 'ERR_INVALID_ARGUMENT', expected)
      }
      assert.ok(await state.lock('t', 'k', LASTING))
    })
  })
}
