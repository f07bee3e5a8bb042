// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { assertSameMembers } from '../support/members.mjs'
import { rawIt, withColons } from '../support/workspace.mjs'

/**
 * @import { GetStore, RawWorkspace } from '../support/workspace.mjs'
 */

/** @type {[traceId: string, key: string, value: unknown][]} */
const ENTRIES = [
  ['t', 'k', { a: [1, 'é😀', null], b: '\u2028' }],
  ['', '', ''],
  ['a:b', ':c', 0],
  ['*?[x]', '\\{}', false],
  ['\u0000\u0001', '\u0002\u0003\r\n', null],
  ['文字', '😀\ufeff', '\ud800'],
  ['"', ' ', '"'],
]

/** @param {RawWorkspace} workspace */
async function storedNames({ client, prefix }) {
  return (await client.keys('*')).filter((name) => name.startsWith(prefix))
}

/** @param {GetStore} store */
export function layout(store) {
  describe('the layout in Redis', () => {
    rawIt(store, 'stores the JSON text at <prefix><traceId>:<key>', async (workspace) => {
      const { client, prefix, open } = workspace
      const state = open(withColons(store))
      for (const [traceId, key, value] of ENTRIES) {
        const [name, text] = [`${prefix}${traceId}:${key}`, JSON.stringify(value)]
        await state.set(traceId, key, value)
        assert.equal(await client.get(name), text)
        assert.equal(await client.strLen(name), Buffer.byteLength(text))
      }
      assertSameMembers(
        await storedNames(workspace),
        ENTRIES.map(([traceId, key]) => `${prefix}${traceId}:${key}`),
      )
    })

    rawIt(store, 'reads entries that other clients wrote', async ({ client, prefix, open }) => {
      const state = open(withColons(store))
      for (const [traceId, key, value] of ENTRIES) {
        await client.set(`${prefix}${traceId}:${key}`, JSON.stringify(value))
        assert.deepEqual(await state.get(traceId, key), value)
        assert.deepEqual(await state.delete(traceId, key), value)
      }
      assert.deepEqual(await state.items(), [])
    })

    rawIt(store, 'sets the expiry of ttl, and none without ttl', async ({ client, prefix, open }) => {
      await Promise.all([open({ ttl: 60 }).set('t', 'passing', 1), open().set('t', 'lasting', 1)])
      await open({ ttl: 0 }).set('t', 'zero', 1)
      const left = await client.pTTL(`${prefix}t:passing`)
      assert.ok(left > 0 && left <= 60_000, `${left} ms`)
      assert.equal(await client.pTTL(`${prefix}t:lasting`), -1)
      assert.equal(await client.pTTL(`${prefix}t:zero`), -1)
    })

    rawIt(store, 'renews or removes the expiry with the next set', async ({ client, prefix, open }) => {
      const name = `${prefix}t:k`
      await client.set(name, '0', { EX: 10 })
      await open({ ttl: 1000 }).set('t', 'k', 1)
      assert.ok((await client.ttl(name)) > 10)
      await open().set('t', 'k', 2)
      assert.equal(await client.ttl(name), -1)
    })

    rawIt(store, 'is cleared completely, without other keys', async (workspace) => {
      const { client, prefix, open } = workspace
      const state = open()
      await Promise.all([state.set('t', 'a', 1), state.set('t', '', 2), client.set(`${prefix}t`, '3')])
      await client.set(`${prefix}tt:a`, '4')
      await state.clear('t')
      assertSameMembers(await storedNames(workspace), [`${prefix}t`, `${prefix}tt:a`])
    })

    rawIt(store, 'skips names that are not UTF-8 in listings', async ({ client, prefix, open }) => {
      const state = open()
      const bytes = Buffer.from([0xff, 0xfe])
      await client.set(Buffer.concat([Buffer.from(`${prefix}t:`), bytes]), '1')
      await client.set(Buffer.concat([Buffer.from(prefix), bytes, Buffer.from(':k')]), '1')
      await state.set('t', 'k', 2)
      assert.deepEqual(await state.keys('t'), ['k'])
      assert.deepEqual(await state.traceIds(), ['t'])
      assert.deepEqual(await state.items(), [{ groupId: 't', key: 'k', type: 'number', value: 2 }])
    })
  })
}
