// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { rawIt } from '../support/workspace.mjs'

/** @import { GetStore, RawWorkspace } from '../support/workspace.mjs' */

const TYPES = ['hash', 'list', 'set', 'zset', 'stream']

/**
 * Stores one key of each other type among the entries of the group.
 *
 * @param {RawWorkspace} workspace
 */
async function storeOtherTypes({ client, prefix }) {
  const name = (/** @type {string} */ type) => `${prefix}t:${type}`
  await Promise.all([
    client.hSet(name('hash'), 'f', '1'),
    client.rPush(name('list'), '1'),
    client.sAdd(name('set'), '1'),
    client.zAdd(name('zset'), { score: 1, value: '1' }),
    client.xAdd(name('stream'), '*', { f: '1' }),
  ])
  return TYPES.map(name)
}

/**
 * @param {RawWorkspace} workspace
 * @param {string[]} names
 */
async function assertAllExist({ client }, names) {
  assert.deepEqual(
    await Promise.all(names.map((name) => client.exists(name))),
    names.map(() => 1),
  )
}

/** @param {GetStore} store */
export function wrongType(store) {
  describe('a key of another Redis type', () => {
    rawIt(store, 'rejects get and delete, and does not affect other calls', async (workspace) => {
      const names = await storeOtherTypes(workspace)
      const state = workspace.open()
      await state.set('t', 'good', 1)
      const calls = TYPES.flatMap((key) => [
        assertFails(state.get('t', key), 'ERR_WRONG_TYPE', { traceId: 't', key }),
        state.get('t', 'good').then((value) => assert.equal(value, 1)),
        assertFails(state.delete('t', key), 'ERR_WRONG_TYPE', { applied: 'no', traceId: 't', key }),
      ])
      await Promise.all(calls)
      await assertAllExist(workspace, names)
    })

    rawIt(store, 'is in no listing', async (workspace) => {
      await storeOtherTypes(workspace)
      await workspace.client.hSet(`${workspace.prefix}only:k`, 'f', '1')
      const state = workspace.open()
      await Promise.all([state.set('t', 'k', 1), state.set('t', 'k2', 2)])
      assertSameMembers(await state.keys('t'), ['k', 'k2'])
      assertSameMembers(await state.getGroup('t'), [1, 2])
      assert.deepEqual(await state.traceIds(), ['t'])
      assert.deepEqual([await state.keys('only'), await state.getGroup('only')], [[], []])
      for (const items of [await state.items(), await state.items({ groupId: 't' })]) {
        assertSameMembers(
          items.map(({ key }) => key),
          ['k', 'k2'],
        )
      }
    })

    rawIt(store, 'is not deleted by clear', async (workspace) => {
      const names = await storeOtherTypes(workspace)
      const state = workspace.open()
      await state.set('t', 'k', 1)
      await state.clear('t')
      assert.deepEqual(await state.keys('t'), [])
      await assertAllExist(workspace, names)
    })
  })
}
