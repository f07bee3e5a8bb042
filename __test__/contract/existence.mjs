// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { rawIt } from '../support/workspace.mjs'

/** @import { GetStore } from '../support/workspace.mjs' */

/** @param {GetStore} store */
export function existence(store) {
  describe('an entry whose text is empty', () => {
    rawIt(store, 'exists for every method', async ({ client, prefix, open }) => {
      const state = open()
      await client.set(`${prefix}t:k`, '')
      assert.equal(await state.has('t', 'k'), true)
      assert.deepEqual(await state.keys('t'), ['k'])
      assert.equal(await state.count('t'), 1)
      assert.equal(await state.ttl('t', 'k'), -1)
      const conflict = { traceId: 't', key: 'k', applied: /** @type {const} */ ('no') }
      await assertFails(state.set('t', 'k', 1, { ifAbsent: true }), 'ERR_CONFLICT', conflict)
      await assertFails(state.get('t', 'k'), 'ERR_CORRUPT_VALUE', { traceId: 't', key: 'k' })
    })
  })

  describe('a key of another Redis type', () => {
    rawIt(store, 'rejects each method that works on one entry', async ({ client, prefix, open }) => {
      const state = open()
      await client.hSet(`${prefix}t:k`, 'field', 'value')
      const about = { traceId: 't', key: 'k', reply: 'WRONGTYPE' }
      const reads = [
        () => state.get('t', 'k'),
        () => state.has('t', 'k'),
        () => state.ttl('t', 'k'),
        () => state.getWithMetadata('t', 'k'),
      ]
      for (const read of reads) await assertFails(read(), 'ERR_WRONG_TYPE', about)
      const ifMatch = '0'.repeat(40)
      const writes = [
        () => state.touch('t', 'k', 60),
        () => state.persist('t', 'k'),
        () => state.increment('t', 'k'),
        () => state.increment('t', 'k', 1, { field: 'n' }),
        () => state.update('t', 'k', [{ op: 'set', path: 'n', value: 1 }]),
        () => state.delete('t', 'k'),
        () => state.delete('t', 'k', { ifMatch }),
        () => state.set('t', 'k', 1, { ifMatch }),
      ]
      for (const write of writes) await assertFails(write(), 'ERR_WRONG_TYPE', { ...about, applied: 'no' })
      assert.equal(await client.hGet(`${prefix}t:k`, 'field'), 'value')
    })
  })
}
