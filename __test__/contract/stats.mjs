// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { range } from '../support/fill.mjs'
import { it } from '../support/it.mjs'
import { openFresh, rawIt } from '../support/workspace.mjs'

/** @param {import('../support/workspace.mjs').GetStore} store */
export function stats(store) {
  describe('stats', () => {
    it('begin at 0', (t) => {
      const { calls, errors, inFlight, waiting, pendingBytes, reconnects, latency } = openFresh(store, t).stats()
      assert.deepEqual([calls, errors, inFlight, waiting, pendingBytes, reconnects], [0, {}, 0, 0, 0, 0])
      assert.deepEqual(latency, { p50: 0, p90: 0, p99: 0, max: 0 })
    })

    it('count calls while they are in flight and when they are settled', async (t) => {
      const state = openFresh(store, t)
      const calls = range(100).map((index) => state.set('trace', `${index}`, 'x'.repeat(100)))
      const listing = state.getGroup('trace')
      const during = state.stats()
      assert.equal(during.inFlight, 101)
      assert.ok(during.pendingBytes > 10_000 && during.pendingBytes < 15_000, `${during.pendingBytes} bytes`)
      await Promise.all([...calls, listing])
      const after = state.stats()
      assert.deepEqual([after.calls, after.inFlight, after.waiting, after.pendingBytes], [101, 0, 0, 0])
    })

    it('report the latency of calls', async (t) => {
      const state = openFresh(store, t)
      const times = []
      for (const index of range(50)) {
        const start = performance.now()
        await state.set('t', 'k', index)
        times.push(performance.now() - start)
      }
      const { p50, p90, p99, max } = state.stats().latency
      assert.ok(p50 > 0 && p50 <= p90 && p90 <= p99 && p99 <= max, `${[p50, p90, p99, max]}`)
      assert.ok(max <= Math.max(...times), `${max} ms, of calls that took up to ${Math.max(...times)} ms`)
    })

    it('count each entry of a bulk call, and a rejected bulk call', async (t) => {
      const state = openFresh(store, t)
      await state.setMany('t', { a: 1, b: 2 })
      await state.getMany('t', ['a', 'b', 'c'])
      const partly = state.setMany('t', { a: 3, c: 3 }, { ifAbsent: true })
      const refused = state.setMany('t', { a: undefined })
      await Promise.allSettled([partly, refused])
      const { calls, errors } = state.stats()
      assert.deepEqual([calls, errors], [8, { ERR_CONFLICT: 1, ERR_INVALID_ARGUMENT: 1 }])
    })

    it('count failures by their code', async (t) => {
      const state = openFresh(store, t, { maxPendingCommands: 10 })
      const bad = /** @type {any} */ (5)
      const refused = [state.get(bad, 'k'), state.set('t', 'k', undefined), state.items(bad), state.keys(bad)]
      await Promise.allSettled([...refused, ...range(12).map((index) => state.set('t', `${index}`, 1))])
      await state.cleanup()
      await Promise.allSettled([state.get('t', 'k'), state.ping()])
      const { calls, errors } = state.stats()
      assert.deepEqual(errors, { ERR_INVALID_ARGUMENT: 4, ERR_BACKPRESSURE: 2, ERR_CLOSED: 2 })
      assert.equal(calls, 18)
    })

    it('count the failure of a transaction', async (t) => {
      const state = openFresh(store, t)
      await state.transaction('t', [{ op: 'check', key: 'k', ifMatch: '0'.repeat(40) }]).catch(() => {})
      assert.deepEqual(state.stats().errors, { ERR_CONFLICT: 1 })
    })

    rawIt(store, 'count failures of stored texts', async ({ client, prefix, open }) => {
      const state = open()
      await client.set(`${prefix}t:bad`, 'nope')
      await client.lPush(`${prefix}t:list`, 'x')
      await Promise.allSettled([
        state.get('t', 'bad'),
        state.get('t', 'list'),
        state.getGroup('t'),
        state.get('t', 'missing'),
      ])
      assert.deepEqual(state.stats().errors, { ERR_CORRUPT_VALUE: 2, ERR_WRONG_TYPE: 1 })
      const { bytesSent, bytesReceived } = state.stats()
      assert.ok(bytesSent > 100 && bytesReceived > 50, `${bytesSent} and ${bytesReceived} bytes`)
    })
  })
}
