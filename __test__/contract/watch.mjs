// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { assertFails } from '../support/assert-fails.mjs'
import { fill, range } from '../support/fill.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { until } from '../support/until.mjs'
import { take, watching, withDeadline } from '../support/watching.mjs'
import { withColons, workspace } from '../support/workspace.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 * @import { GetStore } from '../support/workspace.mjs'
 */

/** Names that would match others as patterns, or contain special characters of patterns. */
const ODD = ['*', '?', '[a-z]', '\\', 'a*', '^', '日本 😀', '"', ' ', '{', '\n']

/** @param {GetStore} store */
export function watch(store) {
  /** @param {TestContext} t @param {import("redis-state-adapter").StateOptions} [options] */
  const openTwo = async (t, options = {}) => {
    const { prefix, open } = workspace(store, t)
    await store().allowWatch?.(prefix)
    return { open, state: open(options), other: open(options) }
  }

  describe('watch (conformance 19)', { concurrency: true }, () => {
    it('emits what another adapter creates, updates and deletes', async (t) => {
      const { state, other } = await openTwo(t)
      const changes = await watching(t, state, 't')
      await other.set('t', 'k', 1)
      await other.set('t', 'k', 2)
      await other.delete('t', 'k')
      await other.set('t', 'k', 3)
      const entry = { traceId: 't', key: 'k' }
      assert.deepEqual(await take(changes), [{ type: 'created', ...entry }])
      assert.deepEqual(await take(changes), [{ type: 'updated', ...entry }])
      // In a cluster, a deletion is only reported if the entry does not exist when that is checked.
      const rest = await take(changes)
      if (rest[0].type === 'deleted') rest.push(...(await take(changes)))
      assert.ok(['deleted created', 'updated'].includes(rest.map(({ type }) => type).join(' ')), JSON.stringify(rest))
    })

    it('emits changes of its own adapter', async (t) => {
      const { state } = await openTwo(t)
      const changes = await watching(t, state, 't')
      await state.set('t', 'k', 1)
      assert.deepEqual(await take(changes), [{ type: 'created', traceId: 't', key: 'k' }])
      await state.delete('t', 'k')
      assert.deepEqual(await take(changes), [{ type: 'deleted', traceId: 't', key: 'k' }])
    })

    it('knows the entries that existed before', async (t) => {
      const { state, other } = await openTwo(t)
      await fill(other, 't', 20)
      const changes = await watching(t, state, 't')
      await other.set('t', 'k7', 'new')
      assert.deepEqual(await take(changes), [{ type: 'updated', traceId: 't', key: 'k7' }])
      await other.delete('t', 'k8')
      assert.deepEqual(await take(changes), [{ type: 'deleted', traceId: 't', key: 'k8' }])
    })

    it('emits nothing for locks and rate limits', async (t) => {
      const { state, other } = await openTwo(t)
      const [all, trace, entry] = [
        await watching(t, state),
        await watching(t, state, 't'),
        await watching(t, state, 't', 'k'),
      ]
      const lock = await other.lock('t', 'k', { ttl: '60s' })
      await lock?.extend('30s')
      await lock?.release()
      await other.rateLimit('t', 'k', { limit: 1, window: '60s' })
      await other.set('t', 'k', 1)
      const expected = [{ type: 'created', traceId: 't', key: 'k' }]
      for (const changes of [all, trace, entry]) assert.deepEqual(await take(changes), expected)
    })

    it('emits expired', async (t) => {
      const { state, other } = await openTwo(t)
      const changes = await watching(t, state, 't', undefined, { values: true })
      await other.set('t', 'k', 'short-lived', { ttl: 60 })
      assert.equal((await take(changes))[0].type, 'created')
      // Only now, so that the watch has read the value.
      await other.touch('t', 'k', 1)
      const expected = { type: 'expired', traceId: 't', key: 'k', oldValue: 'short-lived' }
      assert.deepEqual(await take(changes), [expected])
      assert.equal(await state.get('t', 'k'), null)
    })

    it('emits deleted for each entry that clear removes', async (t) => {
      const { state, other } = await openTwo(t)
      await fill(other, 't', 50)
      const changes = await watching(t, state, 't')
      await other.clear('t')
      const received = await take(changes, 50)
      assert.ok(received.every(({ type }) => type === 'deleted'))
      assert.equal(new Set(received.map(({ key }) => key)).size, 50)
    })

    it('emits the writes of other methods, but nothing for a changed expiry', async (t) => {
      const { state, other } = await openTwo(t)
      const changes = await watching(t, state, 't', undefined, { values: true })
      const entry = { traceId: 't', key: 'n' }
      await other.increment('t', 'n')
      assert.deepEqual(await take(changes), [{ type: 'created', ...entry, value: 1 }])
      await other.increment('t', 'n', 4)
      assert.deepEqual(await take(changes), [{ type: 'updated', ...entry, value: 5, oldValue: 1 }])
      await other.touch('t', 'n', 100)
      await other.persist('t', 'n')
      await other.setMany('t', { a: 1 })
      assert.deepEqual(await take(changes), [{ type: 'created', traceId: 't', key: 'a', value: 1 }])
      await other.deleteMany('t', ['n'])
      assert.deepEqual(await take(changes), [{ type: 'deleted', ...entry, oldValue: 5 }])
    })

    it('of one entry emits no changes of others', async (t) => {
      const { state, other } = await openTwo(t)
      await other.set('t', 'there', 1)
      const [changes, there] = [await watching(t, state, 't', 'k'), await watching(t, state, 't', 'there')]
      for (const key of ['k2', 'K', 'kk', '', 'k']) await other.set('t', key, 1)
      await other.set('u', 'k', 1)
      await other.set('t', 'there', 2)
      assert.deepEqual(await take(changes), [{ type: 'created', traceId: 't', key: 'k' }])
      assert.deepEqual(await take(there), [{ type: 'updated', traceId: 't', key: 'there' }])
    })

    it('of one trace emits no changes of others', async (t) => {
      const { state, other } = await openTwo(t)
      const changes = await watching(t, state, 't')
      for (const traceId of ['t2', 'T', '', 'tt', 't']) await other.set(traceId, 'k', 1)
      assert.deepEqual(await take(changes), [{ type: 'created', traceId: 't', key: 'k' }])
    })

    it('of everything emits changes of each trace', async (t) => {
      const { state, other } = await openTwo(t)
      await other.set('known', 'k', 1)
      const changes = await watching(t, state)
      const ids = ['t', 'u', '', 'known']
      for (const traceId of ids) await other.set(traceId, 'k', 1)
      assertSameMembers(
        await take(changes, ids.length),
        ids.map((traceId) => ({ type: traceId === 'known' ? 'updated' : 'created', traceId, key: 'k' })),
      )
    })

    it('takes wildcards in ids literally', async (t) => {
      const { state, other } = await openTwo(t)
      for (const id of ODD) {
        const [group, one] = [await watching(t, state, id), await watching(t, state, 'one', id)]
        await other.set('x', 'other', 1)
        await other.set('ab', 'other', 1)
        await other.set(id, id, 1)
        await other.set('one', 'x', 1)
        await other.set('one', id, 1)
        assert.deepEqual(await take(group), [{ type: 'created', traceId: id, key: id }])
        assert.deepEqual(await take(one), [{ type: 'created', traceId: 'one', key: id }])
      }
    })

    it('of a trace id with a colon emits changes with that id', async (t) => {
      const { state, other } = await openTwo(t, withColons(store))
      const changes = await watching(t, state, 'a:b')
      await other.set('a:b', 'c:d', 1)
      assert.deepEqual(await take(changes), [{ type: 'created', traceId: 'a:b', key: 'c:d' }])
    })

    it('with values emits the new and the old value', async (t) => {
      const { state, other } = await openTwo(t)
      await other.set('t', 'before', 'there')
      for (const [values, key] of /** @type {[any[], string][]} */ ([
        [['a', { b: [1, null] }, 0, '', false], 'k'],
        [[{ first: true }], 'l'],
      ])) {
        const [group, one] = [
          await watching(t, state, 't', undefined, { values: true }),
          await watching(t, state, 't', key, { values: true }),
        ]
        let oldValue
        for (const [index, value] of values.entries()) {
          await other.set('t', key, value)
          const expected = index === 0 ? { type: 'created', value } : { type: 'updated', value, oldValue }
          for (const changes of [group, one]) {
            assert.deepEqual(await take(changes), [{ traceId: 't', key, ...expected }])
          }
          oldValue = value
        }
        await other.delete('t', key)
        for (const changes of [group, one]) {
          assert.deepEqual(await take(changes), [{ type: 'deleted', traceId: 't', key, oldValue }])
        }
      }
      const changes = await watching(t, state, undefined, undefined, { values: true })
      await other.delete('t', 'before')
      assert.deepEqual(await take(changes), [{ type: 'deleted', traceId: 't', key: 'before', oldValue: 'there' }])
    })

    it('allows to maintain a copy during concurrent writes', async (t) => {
      const { state, other } = await openTwo(t)
      const changes = await watching(t, state, 't', undefined, { values: true })
      const copy = new Map()
      const kept = (async () => {
        for await (const change of changes) {
          assert.ok(change.type !== 'gap')
          if (change.type === 'deleted') copy.delete(change.key)
          else copy.set(change.key, change.value)
        }
      })()
      for (let round = 0; round < 20; round++) {
        const act = (/** @type {number} */ index) => {
          const [adapter, key] = [index % 2 ? state : other, `k${(index * 7 + round) % 11}`]
          return (index + round) % 3 === 0 ? adapter.delete('t', key) : adapter.set('t', key, { round, index })
        }
        await Promise.all(range(30).map(act))
      }
      const stored = await other.items({ groupId: 't' })
      const expected = new Map(stored.map(({ key, value }) => [key, value]))
      assert.ok(expected.size > 0)
      await until(() => isDeepStrictEqual(copy, expected))
      await changes.return()
      await kept
    })

    it('can be opened several times, and each ends separately', async (t) => {
      const { state, other } = await openTwo(t)
      const [first, second] = [await watching(t, state, 't'), await watching(t, state, 't')]
      const [all, elsewhere] = [await watching(t, state), await watching(t, other, 't')]
      await other.set('t', 'k', 1)
      for (const changes of [first, second, all, elsewhere]) assert.equal((await take(changes))[0].type, 'created')
      await first.return()
      await other.set('t', 'k', 2)
      for (const changes of [second, all, elsewhere]) assert.equal((await take(changes))[0].type, 'updated')
      assert.deepEqual(await first.next(), { value: undefined, done: true })
      await Promise.all([second.return(), all.return()])
      const again = await watching(t, state, 't')
      await other.set('t', 'k', 3)
      assert.equal((await take(again))[0].type, 'updated')
    })

    it('ends with break', async (t) => {
      const { state, other } = await openTwo(t)
      const changes = await watching(t, state, 't')
      await other.set('t', 'k', 1)
      const seen = []
      for await (const change of changes) {
        seen.push(change.type)
        break
      }
      assert.deepEqual(seen, ['created'])
      assert.deepEqual(await changes.next(), { value: undefined, done: true })
    })

    it('ends with its signal', async (t) => {
      const { state } = await openTwo(t)
      const [controller, reason] = [new AbortController(), new Error('enough')]
      const changes = await watching(t, state, 't', undefined, { signal: controller.signal })
      const next = changes.next()
      controller.abort(reason)
      const error = await assertFails(next, 'ERR_ABORTED')
      assert.equal(error.cause, reason)
      assert.deepEqual(await changes.next(), { value: undefined, done: true })
      const late = state.watch('t', undefined, { signal: controller.signal })
      await assertFails(late.ready, 'ERR_ABORTED')
      await assertFails(late.next(), 'ERR_ABORTED')
    })

    it('ends with cleanup, and cannot be opened afterwards', async (t) => {
      const { state } = await openTwo(t)
      const changes = await watching(t, state, 't')
      const early = state.watch('u')
      const next = changes.next()
      await state.cleanup()
      assert.deepEqual(await withDeadline(next), { value: undefined, done: true })
      await assertFails(early.ready, 'ERR_CLOSED')
      assert.deepEqual(await early.next(), { value: undefined, done: true })
      const late = state.watch('t')
      await assertFails(late.ready, 'ERR_CLOSED')
      await assertFails(late.next(), 'ERR_CLOSED')
    })

    it('rejects invalid arguments', async (t) => {
      const { state } = await openTwo(t)
      for (const args of /** @type {any[][]} */ ([
        [1],
        [null],
        ['\ud800'],
        [undefined, 'k'],
        ['t', 1],
        ['t', '\ud800'],
        ['t', 'k', null],
        ['t', 'k', 'values'],
        ['t', 'k', { values: 1 }],
        ['t', 'k', { configure: 'yes' }],
        ['t', 'k', { keepAlive: 1 }],
        ['t', 'k', { signal: {} }],
        ['t', 'k', { value: true }],
      ])) {
        const refused = (async () => {
          for await (const _ of /** @type {any} */ (state).watch(...args)) assert.fail('expected a rejection')
        })()
        await assertFails(refused, 'ERR_INVALID_ARGUMENT')
      }
    })
  })
}
