// @ts-check
// Another client changes the notification setting of the server during a watch.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { startedCluster } from '../support/cluster.mjs'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { nextGap, take, watching, withDeadline } from '../support/watching.mjs'

/** @import { TestContext } from 'node:test' */

const SETTING = 'notify-keyspace-events'
const created = { type: 'created', traceId: 't', key: 'k' }

describe('a notification setting that is changed during a watch', () => {
  for (const [change, setting] of Object.entries({ 'no keyspace events': 'Ex', 'some events only': 'K$' })) {
    it(`to ${change} is restored by a watch with \`configure\`, which emits a gap`, async (t) => {
      const { client, state } = await onServer(t)
      const changes = await watching(t, state, 't')
      await client.configSet(SETTING, setting)
      // Other changes that are still announced must not hide the missing ones.
      const writing = setInterval(() => state.set('u', 'k', 1).catch(() => {}), 20)
      await nextGap(changes)
      clearInterval(writing)
      await state.set('t', 'k', 1)
      assert.deepEqual(await take(changes), [created])
      const now = (await client.configGet(SETTING))[SETTING]
      for (const flag of 'Kg$xe') assert.match(now.replace('A', 'g$xe'), new RegExp(`[${flag}]`), now)
    })
  }

  it('ends a watch without `configure` with an error', async (t) => {
    const { client, state } = await onServer(t, ['--notify-keyspace-events', 'AK'])
    const changes = await watching(t, state, 't', undefined, { configure: false })
    await client.configSet(SETTING, '')
    const error = await assertFails(withDeadline(changes.next()), 'ERR_UNSUPPORTED')
    assert.match(error.message, /"Kg\$xe"/)
  })

  it('is noticed on each node of a cluster', async (t) => {
    const cluster = await startedCluster(t)
    const state = open(t, cluster.options)
    const changes = await watching(t, state, 't')
    for (const node of cluster.nodes) {
      await node.send('CONFIG', 'SET', SETTING, '')
      await nextGap(changes)
    }
    await state.set('t', 'k', 1)
    assert.deepEqual(await take(changes), [created])
  })

  it('is not noticed if the user has no right to CONFIG', async (t) => {
    const { client, server } = await onServer(t, ['--notify-keyspace-events', 'AK'])
    const rules = ['~*', 'allchannels', '+@all', '-config']
    await client.sendCommand(['ACL', 'SETUSER', 'ada', 'on', '>word', ...rules])
    const state = open(t, { url: server.url, username: 'ada', password: 'word' })
    const changes = await watching(t, state, 't')
    await state.set('t', 'k', 1)
    assert.deepEqual(await take(changes), [created])
  })
})

/** @param {TestContext} t @param {string[]} [args] */
async function onServer(t, args) {
  const server = await started(t, args)
  return { server, client: await server.client(), state: open(t, { url: server.url }) }
}
