// @ts-check
// The methods that a group has in common with the adapter, for its trace id and with its schema.

import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { z } from 'zod'
import { assertFails } from '../support/assert-fails.mjs'
import { it } from '../support/it.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { take, withDeadline } from '../support/watching.mjs'
import { openFresh, workspace } from '../support/workspace.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { GetStore } from '../support/workspace.mjs'
 */

const User = z.object({ name: z.string(), tags: z.array(z.string()).default([]) })
const Slow = User.refine(async () => true)

const ada = { name: 'Ada', tags: [] }
const bob = { name: 'Bob', tags: ['x'] }
const bad = /** @type {any} */ ({ name: 7 })
const invalid = /** @type {const} */ ({ traceId: 'users', key: 'bad', applied: 'no' })

/** @param {GetStore} store */
export function groupMethods(store) {
  /** @param {TestContext} t @param {boolean} [checkOnGet] */
  const usersAndState = async (t, checkOnGet) => {
    const state = openFresh(store, t)
    const users = state.group('users', { schema: User, checkOnGet })
    await users.setMany({ ada, bob })
    await state.set('others', 'eve', { name: 'Eve', tags: [] })
    return { state, users }
  }

  describe('a group', () => {
    it('reads etags and times to live, and extends or removes them', async (t) => {
      const { users } = await usersAndState(t)
      await users.set('ada', ada, { ttl: 60 })
      const found = await users.getWithMetadata('ada')
      assert.deepEqual(found?.value, ada)
      assert.ok(found.ttl > 50 && found.ttl <= 60)
      assert.equal(await users.getWithMetadata('missing'), null)
      const [first, second] = await users.getManyWithMetadata(['ada', 'missing'])
      assert.deepEqual([first?.value, first?.etag, second], [ada, found.etag, null])
      assert.equal(await users.touch('ada', 3600), true)
      assert.ok(Number(await users.ttl('ada')) > 3000)
      assert.equal(await users.persist('ada'), true)
      assert.deepEqual([await users.ttl('ada'), await users.has('ada'), await users.has('missing')], [-1, true, false])
    })

    it('lists, counts and deletes only its own entries', async (t) => {
      const { state, users } = await usersAndState(t)
      const entries = [
        { key: 'ada', value: ada },
        { key: 'bob', value: bob },
      ]
      assertSameMembers(await users.entries(), entries)
      assertSameMembers(await users.values(), [ada, bob])
      assert.deepEqual(await users.getByPrefix('a'), [entries[0]])
      assert.deepEqual([await users.count(), await users.count('a')], [2, 1])
      const scanned = []
      for await (const entry of users.scan({ pageSize: 1 })) scanned.push(entry)
      assertSameMembers(scanned, entries)
      assert.equal(
        await users.deleteMany(['ada', { key: 'missing', ifMatch: 'a'.repeat(40) }, 'eve']).catch(codeOf),
        'ERR_PARTIAL',
      )
      await users.setMany({ ada, abe: ada })
      await users.clear('a')
      assert.deepEqual(await users.keys(), ['bob'])
      assert.deepEqual(await state.keys('others'), ['eve'])
    })

    it('finds entries by their values, in pages', async (t) => {
      const { users } = await usersAndState(t)
      const query = { filter: { IN: { name: ['Ada', 'Bob', 'Eve'] } }, sort: [{ key: 'name' }] }
      const first = await users.query({ ...query, page: { limit: 1 } })
      assert.deepEqual(first.items, [{ key: 'ada', value: ada }])
      const second = await users.query({ ...query, page: { limit: 1, token: first.token } })
      assert.deepEqual(second, { items: [{ key: 'bob', value: bob }] })
      assert.equal((await users.query()).items.length, 2)
      for (const input of /** @type {any[]} */ ([{ groupId: 'others' }, null, 1])) {
        await assertFails(users.query(input), 'ERR_INVALID_ARGUMENT')
      }
    })

    it('with an empty trace id lists its own entries, and rejects queries', async (t) => {
      const { state } = await usersAndState(t)
      const unnamed = state.group('', { schema: User })
      await unnamed.set('eve', ada)
      assert.deepEqual(await unnamed.entries(), [{ key: 'eve', value: ada }])
      await assertFails(unnamed.query(), 'ERR_INVALID_ARGUMENT')
    })

    it('validates values in every method that reads them', async (t) => {
      const { state, users } = await usersAndState(t, true)
      await state.set('users', 'bad', bad)
      const unreadable = { traceId: 'users', key: 'bad' }
      const scan = async () => {
        for await (const entry of users.scan()) assert.notEqual(entry.key, 'bad')
      }
      const reads = [
        () => users.getWithMetadata('bad'),
        () => users.getManyWithMetadata(['ada', 'bad']),
        () => users.entries(),
        () => users.values(),
        () => users.getByPrefix('b'),
        () => users.query(),
        scan,
      ]
      for (const read of reads) await assertFails(read(), 'ERR_INVALID_VALUE', unreadable)
    })

    it('names the method that was called in its errors', async (t) => {
      const { state, users } = await usersAndState(t, true)
      const scan = async (/** @type {any} */ options) => {
        for await (const _ of users.scan(options));
      }
      /** @type {Record<string, (options: any) => Promise<unknown>>} */
      const methods = {
        get: (options) => users.get('bad', options),
        set: (options) => users.set('bad', ada, options),
        delete: (options) => users.delete('bad', options),
        has: (options) => users.has('bad', options),
        ttl: (options) => users.ttl('bad', options),
        touch: (options) => users.touch('bad', 1, options),
        persist: (options) => users.persist('bad', options),
        getWithMetadata: (options) => users.getWithMetadata('bad', options),
        getMany: (options) => users.getMany(['bad'], options),
        getManyWithMetadata: (options) => users.getManyWithMetadata(['bad'], options),
        hasMany: (options) => users.hasMany(['bad'], options),
        setMany: (options) => users.setMany({ bad: ada }, options),
        deleteMany: (options) => users.deleteMany(['bad'], options),
        transaction: (options) => users.transaction([{ op: 'delete', key: 'bad' }], options),
        entries: (options) => users.entries(options),
        values: (options) => users.values(options),
        getByPrefix: (options) => users.getByPrefix('b', options),
        query: (options) => users.query({}, options),
        scan,
        keys: (options) => users.keys(options),
        count: (options) => users.count('', options),
        clear: (options) => users.clear('', options),
        lock: (options) => users.lock('bad', options),
        getOrSet: (options) => users.getOrSet('bad', () => ada, options),
        withLock: (options) => users.withLock('bad', options, () => {}),
        rateLimit: (options) => users.rateLimit('bad', options),
      }
      const assertTitled = async (
        /** @type {string} */ name,
        /** @type {unknown} */ options,
        /** @type {string} */ code,
      ) => {
        const error = await methods[name](options).then(
          () => assert.fail(`${name} resolved`),
          (reason) => reason,
        )
        assert.deepEqual(
          [error.code, error.operation, error.traceId],
          [code, name, name === 'query' ? error.traceId : 'users'],
        )
        assert.ok(error.message.startsWith(`${name}(`), error.message)
        assert.equal(error.message.split('("users"').length, error.message.startsWith('query()') ? 1 : 2, error.message)
      }
      const tested = [...Object.keys(methods), 'watch', 'constructor']
      assertSameMembers(Object.getOwnPropertyNames(Object.getPrototypeOf(users)), tested)
      for (const name of Object.keys(methods)) await assertTitled(name, 5, 'ERR_INVALID_ARGUMENT')
      await state.set('users', 'bad', bad)
      const reading = [
        'get',
        'getOrSet',
        'getWithMetadata',
        'getMany',
        'getManyWithMetadata',
        'entries',
        'values',
        'getByPrefix',
      ]
      for (const name of [...reading, 'query', 'scan']) await assertTitled(name, undefined, 'ERR_INVALID_VALUE')
      await state.cleanup()
      // Locks and rate limits need options; bulk writes reject with ERR_PARTIAL.
      const others = ['lock', 'withLock', 'rateLimit', 'setMany', 'deleteMany']
      const closed = Object.keys(methods).filter((name) => !others.includes(name))
      for (const name of closed) await assertTitled(name, undefined, 'ERR_CLOSED')
    })

    it('validates a list of entries, each with its own options', async (t) => {
      const { users } = await usersAndState(t)
      await users.setMany([{ key: 'eve', value: { name: 'Eve' }, ttl: 60 }])
      assert.deepEqual(await users.get('eve'), { name: 'Eve', tags: [] })
      assert.ok(Number(await users.ttl('eve')) > 50)
      const entries = [
        { key: 'good', value: ada },
        { key: 'bad', value: bad },
      ]
      await assertFails(users.setMany(entries), 'ERR_INVALID_VALUE', invalid)
      assert.equal(await users.has('good'), false)
      for (const list of /** @type {any[]} */ ([[null], ['ada'], [{ value: ada }], [{ key: 'k' }], 'text'])) {
        await assertFails(users.setMany(list), 'ERR_INVALID_ARGUMENT', { applied: list === 'text' ? undefined : 'no' })
      }
    })

    for (const [kind, schema] of /** @type {const} */ ([
      ['synchronous', User],
      ['asynchronous', Slow],
    ])) {
      it(`validates the values of a transaction with a schema that is ${kind}`, async (t) => {
        if (!store.hasTransactions) return t.skip('needs transactions on several entries')
        const state = openFresh(store, t)
        const users = state.group('users', { schema })
        const lock = await users.lock('packing', { ttl: '600s' })
        assert.ok(lock)
        await users.transaction((tx) => tx.holds(lock).check('ada', { ifAbsent: true }).set('ada', { name: 'Ada' }))
        await users.transaction([
          { op: 'set', key: 'bob', value: { name: 'Bob' } },
          { op: 'delete', key: 'ada' },
        ])
        assert.deepEqual(await users.entries(), [{ key: 'bob', value: { name: 'Bob', tags: [] } }])
        // The last write of an entry counts, and so does the order of other operations.
        await users.transaction((tx) => tx.set('bob', ada).delete('bob').set('bob', bob).set('eve', ada).delete('eve'))
        assert.deepEqual(await users.entries(), [{ key: 'bob', value: bob }])

        const works = [
          () => users.transaction((tx) => tx.set('good', ada).set('bad', bad)),
          () => users.transaction(async (tx) => void tx.set('good', ada).set('bad', bad)),
          () =>
            users.transaction([
              { op: 'set', key: 'good', value: ada },
              { op: 'set', key: 'bad', value: bad },
            ]),
        ]
        for (const work of works) await assertFails(work(), 'ERR_INVALID_VALUE', invalid)
        await assertFails(
          users.transaction((tx) => tx.set('eve', ada).check('bob', { ifAbsent: true })),
          'ERR_CONFLICT',
          {
            traceId: 'users',
            key: 'bob',
            applied: 'no',
          },
        )
        assert.deepEqual(await users.keys(), ['bob'])
        await lock.release()
      })
    }

    it('rejects an invalid transaction, and later uses of a finished one', async (t) => {
      const { users } = await usersAndState(t)
      for (const work of /** @type {any[]} */ ([
        undefined,
        7,
        {},
        [null],
        [{ op: 'set', key: 'k' }],
        [{ op: 'other' }],
      ])) {
        await assertFails(users.transaction(work), 'ERR_INVALID_ARGUMENT', { applied: 'no' })
      }
      const mine = new Error('mine')
      await assert.rejects(
        users.transaction(() => Promise.reject(mine)),
        mine,
      )
      /** @type {any} */
      let escaped
      await users.transaction((tx) => {
        escaped = tx
      })
      assert.throws(() => escaped.set('ada', ada), { code: 'ERR_INVALID_ARGUMENT' })
    })

    it('watches its entries', async (t) => {
      const { prefix, open } = workspace(store, t)
      await store().allowWatch?.(prefix)
      const state = open()
      const changes = state.group('users', { schema: User }).watch(undefined, { values: true, configure: true })
      t.after(() => changes.return())
      await withDeadline(changes.ready)
      await state.set('others', 'eve', ada)
      await state.set('users', 'ada', ada)
      assert.deepEqual(await take(changes), [{ type: 'created', traceId: 'users', key: 'ada', value: ada }])
    })

    it('has locks and rate limits of its trace id', async (t) => {
      const { state, users } = await usersAndState(t)
      const lock = await users.lock('packing', { ttl: '600s' })
      assert.equal(lock?.traceId, 'users')
      assert.equal(await state.lock('users', 'packing', { ttl: '600s' }), null)
      await lock.release()
      const held = await users.withLock('packing', { ttl: '600s' }, () =>
        state.lock('users', 'packing', { ttl: '600s' }),
      )
      assert.equal(held, null)
      assert.equal((await users.rateLimit('mails', { limit: 1, window: '600s' })).allowed, true)
      assert.equal((await state.rateLimit('users', 'mails', { limit: 1, window: '600s' })).allowed, false)
    })
  })
}

/** @param {{ code: string }} error */
function codeOf({ code }) {
  return code
}
