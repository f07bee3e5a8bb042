// @ts-check
// Arguments that are not what they seem: they must not change what other calls of the tick send.

import assert from 'node:assert/strict'
import { channel } from 'node:diagnostics_channel'
import { after, before, describe, it } from 'node:test'
import { RedisStateAdapter } from 'redis-state-adapter'
import { startRedis } from '../support/redis.mjs'

/** @import { RedisServer } from '../support/redis.mjs' */

class Shorter extends Uint8Array {
  get length() {
    return 1
  }
}
class Longer extends Uint8Array {
  get length() {
    return 1000
  }
}

describe('an odd argument of a command', () => {
  /** @type {RedisServer} */
  let server
  /** @type {RedisStateAdapter} */
  let state
  before(async () => {
    server = await startRedis()
    state = new RedisStateAdapter(server.url)
    await state.connect()
  })
  after(async () => {
    await state?.cleanup()
    await server?.stop()
  })

  it('is all bytes that an array has, whatever length its class says', async () => {
    const text = 'all the bytes'
    const shared = new Uint8Array(new SharedArrayBuffer(text.length))
    shared.set(Buffer.from(text))
    const renamed = Object.defineProperty(Buffer.from(text), 'length', { value: 3 })
    const odd = [new Shorter(Buffer.from(text)), new Longer(Buffer.from(text)), shared, renamed]
    for (const [index, bytes] of odd.entries()) {
      const calls = [state.command(['SET', 'odd', bytes]), state.command(['SET', 'next', Buffer.from('next')])]
      assert.deepEqual(await Promise.all([...calls, state.set('t', 'k', index)]), ['OK', 'OK', index])
      assert.deepEqual(await state.command(['MGET', 'odd', 'next']), [text, 'next'])
    }
    const option = new Longer(Buffer.from('Block'))
    await assert.rejects(state.command(['XREAD', option, 0, 'STREAMS', 'x', '$']), /XREAD is refused/)
  })

  it('is refused without its memory, and nothing is sent of it', async () => {
    const gone = Buffer.from(new ArrayBuffer(8))
    structuredClone(gone.buffer, { transfer: [gone.buffer] })
    const refused = { code: 'ERR_INVALID_ARGUMENT', applied: 'no', message: /args\[2\]: its memory was transferred/ }
    const calls = [
      assert.rejects(state.command(['MSET', 'gone', gone, 'other', Buffer.from('other')]), refused),
      state.command(['SET', 'next', Buffer.from('next')]),
    ]
    await Promise.all(calls)
    assert.deepEqual(await state.command(['MGET', 'gone', 'other', 'next']), [null, null, 'next'])
    assert.equal(await state.command(['SET', 'empty', new Uint8Array(0)]), 'OK')
  })

  it('is refused too if a subscriber of the call takes its memory', async (t) => {
    const bytes = Buffer.from(new ArrayBuffer(8))
    const take = () => {
      if (bytes.length > 0) structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
    }
    const start = channel('tracing:redis-state-adapter:command:start')
    start.subscribe(take)
    t.after(() => start.unsubscribe(take))
    const refused = assert.rejects(state.command(['MSET', 'taken', bytes, 'other', Buffer.from('other')]))
    const calls = [state.command(['SET', 'next', Buffer.from('next')]), state.set('t', 'k', 1)]
    assert.deepEqual(await Promise.all([...calls, refused]), ['OK', 1, undefined])
    assert.equal(await state.command(['EXISTS', 'taken', 'other']), 0)
  })

  it('is sent as it was, if a subscriber of an earlier batch changes its memory', async (t) => {
    const crowded = new RedisStateAdapter({ url: server.url, maxPendingBytes: 1000 })
    t.after(() => crowded.cleanup())
    const start = channel('tracing:redis-state-adapter:batch:start')
    const changes = /** @type {((memory: any) => void)[]} */ ([
      (memory) => structuredClone(memory, { transfer: [memory] }),
      (memory) => memory.resize(4),
      (memory) => memory.resize(16),
    ])
    for (const change of changes) {
      const memory = new /** @type {any} */ (ArrayBuffer)(8, { maxByteLength: 16 })
      const bytes = new Uint8Array(memory).fill(97)
      const once = () => {
        start.unsubscribe(once)
        change(memory)
      }
      start.subscribe(once)
      t.after(() => start.unsubscribe(once))
      // There is no room for the second call beside the most bytes that the first one can have, so the first one is sent.
      const calls = [
        crowded.set('t', 'k', 'x'.repeat(315)),
        crowded.command(['SET', 'changed', bytes]),
        crowded.command(['SET', 'next', Buffer.from('next')]),
      ]
      await Promise.all(calls)
      assert.deepEqual(await crowded.command(['MGET', 'changed', 'next']), ['a'.repeat(8), 'next'])
    }
  })

  it('of a script is counted as it was read', async () => {
    /** @type {string[]} */
    const none = []
    const keys = new Proxy(none, { get: (list, name) => (name === 'length' ? 'many' : Reflect.get(list, name)) })
    const calls = [state.script('return #KEYS', { keys }), state.set('t', 'k', 1)]
    assert.deepEqual(await Promise.all(calls), [0, 1])
  })

  it('is no name with a NUL, where a server may end it', async () => {
    const refused = { code: 'ERR_INVALID_ARGUMENT', applied: 'no' }
    for (const name of ['SUBSCRIBE\0', 'GET\0x']) await assert.rejects(state.command([name, 'c']), refused, name)
  })
})
