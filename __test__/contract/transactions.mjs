// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { it } from '../support/it.mjs'
import { openFresh, workspace } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

/** @param {GetStore} store */
export function transactions(store) {
  if (!store.hasTransactions) {
    return describe('transactions', () => {
      it('on several entries are rejected before anything is sent (conformance 13)', async (t) => {
        const state = openFresh(store, t)
        const work = (/** @type {any} */ tx) => tx.set('k1', 1).set('k2', 2)
        await assertFails(state.transaction('t', work), 'ERR_UNSUPPORTED', { traceId: 't', applied: 'no' })
        assert.deepEqual(await state.keys('t'), [])
        await state.transaction('t', (tx) => tx.set('k1', 1).delete('k1').set('k1', 2))
        assert.equal(await state.get('t', 'k1'), 2)
      })
    })
  }

  describe('transactions', () => {
    it('execute their operations in order (conformance 13)', async (t) => {
      const state = openFresh(store, t)
      await state.set('t', 'k1', 'old')
      await state.transaction('t', (tx) => tx.delete('k1').set('k2', 2).delete('k2').set('k3', [3]).delete('missing'))
      assert.deepEqual(await state.getMany('t', ['k1', 'k2', 'k3']), [null, null, [3]])
      assert.deepEqual(await state.keys('t'), ['k3'])
    })

    it('accept a list of operations or an asynchronous function (conformance 13)', async (t) => {
      const state = openFresh(store, t)
      await state.transaction('t', [
        { op: 'set', key: 'a', value: 1 },
        { op: 'set', key: 'b', value: null, ttl: 50 },
      ])
      await state.transaction('t', async (tx) => {
        tx.set('c', await state.get('t', 'a'))
      })
      await state.transaction('t', [])
      assert.deepEqual(await state.getMany('t', ['a', 'b', 'c']), [1, null, 1])
      const left = await state.ttl('t', 'b')
      assert.ok(left !== null && left > 40 && left <= 50, String(left))
    })

    it('check all conditions before the first write (conformance 13)', async (t) => {
      const state = openFresh(store, t)
      await state.setMany('t', { a: 1, b: 2 })
      const [a, b] = await state.getManyWithMetadata('t', ['a', 'b'])
      assert.ok(a && b)
      const failed = (/** @type {string} */ key) => /** @type {const} */ ({ traceId: 't', key, applied: 'no' })
      const one = state.transaction('t', (tx) => tx.set('a', 'A').delete('b', { ifMatch: a.etag }))
      await assertFails(one, 'ERR_CONFLICT', failed('b'))
      const two = state.transaction('t', (tx) => tx.set('c', 'C').check('a', { ifAbsent: true }))
      await assertFails(two, 'ERR_CONFLICT', failed('a'))
      const three = state.transaction('t', (tx) => tx.delete('a').check('c', { ifMatch: a.etag }))
      await assertFails(three, 'ERR_CONFLICT', failed('c'))
      assert.deepEqual(await state.getMany('t', ['a', 'b', 'c']), [1, 2, null])

      // Conditions compare with the state before the transaction, also of entries that it writes.
      await state.transaction('t', (tx) => {
        tx.set('a', 'A', { ifMatch: a.etag }).delete('b', { ifMatch: b.etag }).set('c', 'C', { ifAbsent: true })
        tx.check('a', { ifMatch: a.etag })
      })
      assert.deepEqual(await state.getMany('t', ['a', 'b', 'c']), ['A', null, 'C'])
    })

    it('succeed for exactly one of many that race for the same entries (conformance 13)', async (t) => {
      const { open } = workspace(store, t)
      const states = [open(), open()]
      const racing = Array.from({ length: 20 }, (_, index) =>
        states[index % 2].transaction('t', (tx) => tx.set('a', index, { ifAbsent: true }).set('b', index)),
      )
      const results = await Promise.allSettled(racing)
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
      const [a, b] = await states[0].getMany('t', ['a', 'b'])
      assert.equal(a, b)
    })

    it('accept unusual ids and values', async (t) => {
      const state = openFresh(store, t)
      const key = '\u0000\u0001\u0002 ключ {x}'
      await state.transaction('t\u0001é', (tx) => tx.set(key, '\u0000\u0001').set('', { a: [] }))
      assert.deepEqual(await state.getMany('t\u0001é', [key, '']), ['\u0000\u0001', { a: [] }])
    })

    it('can have a thousand entries', async (t) => {
      const state = openFresh(store, t)
      await state.transaction('t', (tx) => {
        for (let index = 0; index < 1000; index++) tx.set(`k${index}`, index)
      })
      assert.equal((await state.keys('t')).length, 1000)
    })

    it('are executed in order with the other calls of the tick', async (t) => {
      const state = openFresh(store, t)
      await Promise.all([state.transaction('t', (tx) => tx.set('k', 'first')), state.set('t', 'k', 'last')])
      assert.equal(await state.get('t', 'k'), 'last')
    })

    it('reject options that would name another entry', async (t) => {
      const state = openFresh(store, t)
      const options = /** @type {any} */ ({ op: 'delete', key: 'other', value: 2 })
      const refused = /** @type {const} */ ({ code: 'ERR_INVALID_ARGUMENT' })
      await assert.rejects(
        state.transaction('t', (tx) => tx.set('k', 1, options)),
        refused,
      )
      assert.deepEqual(await state.getMany('t', ['k', 'other']), [null, null])
    })

    for (const [kind, wait] of /** @type {const} */ ([
      ['a function that returns', false],
      ['a function that resolves', true],
    ])) {
      it(`reject later uses of tx after ${kind}`, async (t) => {
        const state = openFresh(store, t)
        /** @type {import('redis-state-adapter').StateTransaction[]} */
        const kept = []
        const work = (/** @type {import('redis-state-adapter').StateTransaction} */ tx) => {
          kept.push(tx.set('k', 1))
          return wait ? Promise.resolve() : undefined
        }
        await state.transaction('t', work)
        assert.throws(() => kept[0].set('late', 1), { code: 'ERR_INVALID_ARGUMENT' })
        assert.throws(() => kept[0].delete('k'), { code: 'ERR_INVALID_ARGUMENT' })
        assert.deepEqual(await state.keys('t'), ['k'])
      })
    }

    it('do not call their function if the options are invalid', async (t) => {
      const state = openFresh(store, t)
      const work = () => assert.fail('called')
      const options = /** @type {any} */ ({ sginal: 1 })
      await assertFails(state.transaction('t', work, options), 'ERR_INVALID_ARGUMENT', { traceId: 't', applied: 'no' })
    })

    it('reject invalid operations, and write nothing', async (t) => {
      const state = openFresh(store, t)
      /** @type {any[]} */
      const mistakes = [
        'text',
        null,
        [null],
        [{ op: 'put', key: 'k', value: 1 }],
        [{ op: 'set', value: 1 }],
        [{ op: 'set', key: 'k', value: undefined }],
        [{ op: 'set', key: 'k', value: 1, whatever: 1 }],
        [{ op: 'set', key: 'k', value: 1, ttl: 0.5 }],
        [{ op: 'delete', key: 'k', ifAbsent: true }],
        [{ op: 'check', key: 'k' }],
        [{ op: 'holds', lock: {} }],
      ]
      for (const mistake of mistakes) {
        const good = { op: 'set', key: 'good', value: 1 }
        const work = Array.isArray(mistake) ? [good, ...mistake] : mistake
        await assertFails(state.transaction('t', work), 'ERR_INVALID_ARGUMENT', { traceId: 't', applied: 'no' })
      }
      const thrown = new Error('mine')
      const throwing = () => {
        throw thrown
      }
      await assert.rejects(state.transaction('t', throwing), thrown)
      assert.deepEqual(await state.keys('t'), [])
    })
  })
}
