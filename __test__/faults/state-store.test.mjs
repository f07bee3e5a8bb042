// @ts-check
// Servers that refuse or fail to confirm a part of a call.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { open } from '../support/open.mjs'
import { startRedis } from '../support/redis.mjs'
import { scripted } from '../support/scripted-server.mjs'
import { VERSIONS } from '../support/versions.mjs'
import { wellBehaved } from '../support/well-behaved.mjs'

/** @type {(readonly [string, string | undefined])[]} */
const programs = [['redis', undefined], ...VERSIONS]

for (const [name, program] of programs) {
  describe(`a user without the right to DEL, on ${name}`, () => {
    it('gets applied: unknown for a transaction that failed after its first write, otherwise applied: no', async (t) => {
      const server = await startRedis([], program)
      t.after(() => server.stop())
      const client = await server.client()
      await client.sendCommand(['ACL', 'SETUSER', 'ada', 'on', '>ada-word', '~*', '+@all', '-del'])
      const state = open(t, { url: server.url, username: 'ada', password: 'ada-word' })
      const failed = /** @type {const} */ ({ traceId: 't', key: 'b', reply: 'ERR' })
      const cut = state.transaction('t', (tx) => tx.set('a', 1).delete('b'))
      const { message } = await assertFails(cut, 'ERR_REPLY', { ...failed, applied: 'unknown' })
      assert.match(message, /operations\[1\]/)
      assert.equal(await state.get('t', 'a'), 1)
      const refused = state.transaction('t', (tx) => tx.delete('b').set('a', 2))
      await assertFails(refused, 'ERR_REPLY', { traceId: 't', reply: 'NOPERM', applied: 'no' })
      assert.equal(await state.get('t', 'a'), 1)
    })
  })
}

describe('a lock that too few replicas have confirmed', () => {
  it('is released, because the caller does not get it', async (t) => {
    const server = await startRedis()
    t.after(() => server.stop())
    const state = open(t, { url: server.url })
    const waitReplicas = { count: 1, timeout: 20 }
    const about = /** @type {const} */ ({ traceId: 't', key: 'lock', applied: 'yes' })
    await assertFails(state.lock('t', 'lock', { ttl: '60s', waitReplicas }), 'ERR_NOT_REPLICATED', about)
    assert.ok(await state.lock('t', 'lock', { ttl: '60s' }))
  })
})

describe('a server whose scripts are flushed in the middle of a batch', () => {
  it('executes each call once', async (t) => {
    const server = await startRedis()
    t.after(() => server.stop())
    const client = await server.client()
    const url = await pausing(t, server, 'EVALSHA', () => client.scriptFlush())
    const state = open(t, { url })
    const update = () => state.update('t', 'k', [{ op: 'increment', path: 'n' }])
    const results = await Promise.all([update(), update(), update(), state.increment('t', 'm'), state.get('t', 'k')])
    assert.deepEqual(results.slice(3), [1, { n: 1 }])
    assert.deepEqual(await state.get('t', 'k'), { n: 3 })
  })
})

/**
 * A proxy that divides the requests before the command with the first occurrence of a text. It waits for the replies to
 * the first part, then runs `meanwhile`, and then sends the rest.
 *
 * @param {import('node:test').TestContext} t
 * @param {{ port: number }} server
 * @param {string} text
 * @param {() => Promise<unknown>} meanwhile
 */
async function pausing(t, { port }, text, meanwhile) {
  let isDone = false
  const proxy = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    far.pipe(near)
    near.on('data', async (data) => {
      const found = data.indexOf(text)
      if (isDone || found < 0) return void far.write(data)
      const at = data.lastIndexOf('*', found)
      isDone = true
      const answered = once(far, 'data')
      far.write(data.subarray(0, at))
      await answered
      await meanwhile()
      far.write(data.subarray(at))
    })
    near.once('close', () => far.destroy())
    far.on('error', () => near.destroy())
    near.on('error', () => far.destroy())
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  t.after(() => proxy.close())
  return `redis://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (proxy.address()).port}`
}

for (const answer of ['$-1', ':1', '$2\r\n{}']) {
  describe(`a server whose scripts reply ${JSON.stringify(answer)}`, () => {
    it('makes the calls reject that do not expect this reply', async (t) => {
      const url = await scripted(t, (command) => (command[0] === 'EVAL' ? answer : wellBehaved(command)))
      const state = open(t, { url })
      const failed = /** @type {const} */ ({ traceId: 't', key: 'k', applied: 'unknown' })
      await assertFails(state.update('t', 'k', []), 'ERR_REPLY', failed)
      await assertFails(state.lock('t', 'k', { ttl: '1s' }), 'ERR_REPLY', failed)
      await assertFails(state.rateLimit('t', 'k', { limit: 1, window: '1s' }), 'ERR_REPLY', failed)
    })
  })
}
