// @ts-check
// Work under a lock whose connection fails, and the end of a process after it.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { assertFails } from './support/assert-fails.mjs'
import { open } from './support/open.mjs'
import { started } from './support/redis.mjs'
import { relayTo } from './support/relay.mjs'
import { runNode } from './support/run-node.mjs'

describe('work under a lock', () => {
  it('is told to stop before another caller gets the lock, if its connection is cut off', async (t) => {
    const server = await started(t)
    const relay = await relayTo(t, server)
    const [state, other] = [open(t, { url: relay.url, commandTimeout: 1000 }), open(t, { url: server.url })]
    const working = state.withLock('t', 'k', { ttl: '5s' }, async (lock, signal) => {
      relay.blackHole()
      const next = await other.lock('t', 'k', { ttl: '60s', timeout: '60s' })
      assert.ok(next && next.fence > lock.fence)
      assert.equal(signal.reason.code, 'ERR_LOCK_LOST')
      assert.equal(signal.reason.cause.code, 'ERR_COMMAND_TIMEOUT')
    })
    await assertFails(working, 'ERR_LOCK_LOST', { traceId: 't', key: 'k' })
  })

  it('goes on if an extension fails and a later one succeeds', async (t) => {
    const server = await started(t)
    const relay = await relayTo(t, server)
    const [state, other] = [open(t, { url: relay.url }), open(t, { url: server.url })]
    const working = state.withLock('t', 'k', { ttl: '6s' }, async (_, signal) => {
      relay.refuse()
      await once(state, 'error')
      relay.pass()
      return [await other.lock('t', 'k', { ttl: '60s', timeout: '8s' }), signal.aborted]
    })
    assert.deepEqual(await working, [null, false])
  })

  it('settles as the work did if the release fails, and the lock expires', async (t) => {
    const server = await started(t)
    const relay = await relayTo(t, server)
    const [state, other] = [open(t, { url: relay.url, commandTimeout: 500 }), open(t, { url: server.url })]
    const working = state.withLock('t', 'k', { ttl: '5s' }, () => {
      relay.blackHole()
      return 'done'
    })
    assert.equal(await working, 'done')
    assert.ok(await other.lock('t', 'k', { ttl: '60s', timeout: '60s' }))
  })

  it('keeps a process alive only until it is done', async () => {
    const { code, stdout, stderr } = await runNode('with-lock.mjs', [])
    assert.deepEqual([code, stdout], [0, 'done\n'], stderr)
  })
})
