// @ts-check
// Calls made while the event loop settles other calls are settled afterwards, never synchronously.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import { next } from './support/events.mjs'
import { range } from './support/fill.mjs'
import { open } from './support/open.mjs'
import { started } from './support/redis.mjs'
import { unusedPort } from './support/unused-port.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 *
 * @typedef {import('../native.js').NativeStore} NativeStore
 */

const require = createRequire(import.meta.url)
const { NativeStore: Native } = require('../lib/engines/native/load.js').loadNative()
const { withUrlParts } = require('../lib/engines/native/url.js')

const useEventLoop = process.env.REDIS_STATE_DRIVER !== 'thread'
/** Far less than all rounds use in total, so that a leak is noticed. */
const maxPendingBytes = 256 * 1024
const value = 'x'.repeat(20_000)

describe('a call on another adapter in the continuation of a call', () => {
  /** @type {(t: TestContext) => Promise<RedisStateAdapter>} */
  const onceEnded = async (t) => {
    const socket = { reconnectStrategy: /** @type {const} */ (false) }
    const ended = open(t, { host: '127.0.0.1', port: await unusedPort(), socket, maxPendingBytes })
    await next(ended, 'end')
    return ended
  }
  const others = {
    memory: async (/** @type {TestContext} */ t) => open(t, { url: 'memory:', maxPendingBytes }),
    'one whose strategy stopped reconnecting': onceEnded,
  }
  for (const [name, make] of Object.entries(others)) {
    it(`releases its share of the limits: ${name}`, async (t) => {
      const [server, other] = [await started(t), await make(t)]
      const state = open(t, { url: server.url, maxPendingBytes })
      await state.set('t', 'k', value)
      for (const _ of range(100)) {
        const read = await state.get('t', 'k')
        const code = await other.set('t', 'k', read).then(
          () => 'done',
          (error) => error.code,
        )
        assert.equal(code, name === 'memory' ? 'done' : 'ERR_CONNECTION')
      }
      for (const { inFlight, pendingBytes } of [state.stats(), other.stats()]) {
        assert.deepEqual({ inFlight, pendingBytes }, { inFlight: 0, pendingBytes: 0 })
      }
    })
  }
})

describe('no native method settles calls before it returns', () => {
  /** @type {Record<string, (native: NativeStore, batch: number) => unknown>} */
  const methods = {
    submit: (native, batch) => native.submit(batch, 1, 'Gt:k\0'),
    submitInShares: (native, batch) => native.submitInShares(batch, 1, 'Gt:k\0'),
    list: (native, batch) => native.list(batch, 'values', 't'),
    listItems: (native, batch) => native.listItems(batch, 't', '["k"]'),
    clear: (native, batch) => native.clear(batch, 't', ''),
  }
  for (const [name, call] of Object.entries(methods)) {
    it(name, async (t) => {
      const server = await started(t)
      /** @type {string[]} */
      const log = []
      await new Promise((resolve) => {
        const memory = native(t, { url: 'memory:' }, () => resolve(log.push('settled')))
        const redis = native(t, { url: server.url }, () => {
          call(memory, 1)
          log.push('returned')
        })
        redis.submit(1, 1, 'Gt:k\0')
      })
      assert.deepEqual(log, ['returned', 'settled'])
    })
  }

  it('close', async (t) => {
    const [server, port] = [await started(t), await unusedPort()]
    /** @type {string[]} */
    const log = []
    await new Promise((resolve) => {
      const waiting = native(t, { host: '127.0.0.1', port }, () => resolve(log.push('settled')))
      waiting.submit(1, 1, 'Gt:k\0')
      const redis = native(t, { url: server.url }, () => {
        waiting.close()
        log.push('returned')
      })
      redis.submit(1, 1, 'Gt:k\0')
    })
    assert.deepEqual(log, ['returned', 'settled'])
  })
})

/**
 * @param {TestContext} t
 * @param {Record<string, unknown>} options
 * @param {() => void} onSettled
 */
function native(t, options, onSettled) {
  const store = new Native(withUrlParts(options), useEventLoop, onSettled, () => {})
  t.after(() => store.close())
  return store
}
