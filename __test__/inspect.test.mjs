// @ts-check
// The output of `console.log` for the objects of this package.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { RedisStateAdapter } from 'redis-state-adapter'
import { open } from './support/open.mjs'
import { unusedPort } from './support/unused-port.mjs'

/** @import { RedisStateAdapterOptions } from 'redis-state-adapter' */

const SECRET = 's3cr3t-w0rd'
const login = { username: 'ada', password: SECRET }

/** @type {any} */
const anything = {
  '~standard': { version: 1, vendor: 'test', validate: (/** @type {unknown} */ value) => ({ value }) },
}

/** @param {unknown} object */
function shown(object) {
  return inspect(object, { depth: 5, breakLength: Infinity })
}

describe('an adapter shows its servers, its prefix and its pending calls, and no secret', () => {
  /** @type {[RedisStateAdapterOptions, (port: number) => string][]} */
  const FORMS = [
    [{ host: '127.0.0.1', ...login }, (port) => `127.0.0.1:${port}`],
    [{ cluster: { nodes: [] }, ...login }, (port) => `cluster 127.0.0.1:${port}, 127.0.0.2:${port}`],
    [{ sentinel: { name: 'main', nodes: [], ...login } }, (port) => `sentinels 127.0.0.1:${port}, 127.0.0.2:${port}`],
  ]
  for (const [options, server] of FORMS) {
    it(Object.keys(options)[0] ?? '', async (t) => {
      const port = await unusedPort()
      const nodes = ['127.0.0.1', '127.0.0.2'].map((host) => ({ host, port }))
      const { cluster, sentinel } = options
      const at = cluster ? { cluster: { nodes } } : sentinel ? { sentinel: { ...sentinel, nodes } } : { port }
      const state = open(t, { ...options, ...at, keyPrefix: 'app:', commandTimeout: 100 })
      const call = assert.rejects(state.get('t', 'k'))
      const text = shown(state)
      assert.equal(
        text,
        `RedisStateAdapter { server: '${server(port)}', keyPrefix: 'app:', isReady: false, pending: 1 }`,
      )
      assert.doesNotMatch(inspect(state, { showHidden: true, depth: 10 }), new RegExp(SECRET))
      await call
    })
  }

  it('of the embedded store, in another object, and behind a Proxy', (t) => {
    const state = open(t, 'memory:name')
    const text = "RedisStateAdapter { server: 'memory:name', keyPrefix: 'motia:state:', isReady: true, pending: 0 }"
    assert.equal(shown(state), text)
    assert.equal(shown({ state }), `{ state: ${text} }`)
    assert.equal(shown(new Proxy(state, {})), text)
    assert.equal(inspect({ state }, { depth: 0 }), '{ state: [RedisStateAdapter] }')
  })

  it('by the name of a subclass', (t) => {
    class AppState extends RedisStateAdapter {}
    const state = new AppState('memory:')
    t.after(() => state.cleanup())
    assert.match(shown(state), /^AppState \{/)
  })
})

it('an object that no constructor made is shown as any other', async (t) => {
  const state = open(t, 'memory:')
  const watch = state.watch('t')
  t.after(() => watch.return())
  const made = [
    state,
    state.group('t', { schema: anything }),
    await state.lock('t', 'k', { ttl: '1s' }),
    watch,
    await new Promise((resolve) => state.transaction('t', (tx) => resolve(tx))),
  ]
  for (const object of made) {
    const prototype = Object.getPrototypeOf(object)
    for (const unmade of [prototype, Object.create(prototype)]) {
      for (const options of [{}, { showHidden: true, getters: true }]) {
        assert.equal(typeof inspect(unmade, options), 'string')
        assert.doesNotMatch(inspect(unmade), /undefined/)
      }
      assert.equal(typeof String(unmade), 'string')
      assert.equal(typeof JSON.stringify(unmade), 'string')
    }
  }
  const unmade = Object.create(RedisStateAdapter.prototype)
  assert.match(shown(unmade), /^RedisStateAdapter \{/)
  assert.equal(unmade.isReady, false)
})

it('a group, a lock and a watch show their trace id and key, and a lock does not show its token', async (t) => {
  const state = open(t, 'memory:')
  assert.equal(shown(state.group('order-1', { schema: anything })), "StateGroup { traceId: 'order-1' }")
  const lock = await state.lock('order-1', 'lock', { ttl: '1s' })
  assert.ok(lock)
  assert.equal(shown(lock), `StateLock { traceId: 'order-1', key: 'lock', fence: ${lock.fence} }`)
  const watch = state.watch('order-1', 'k')
  assert.equal(shown(watch), "StateWatch { traceId: 'order-1', key: 'k', status: 'starting' }")
  await watch.ready
  assert.match(shown(watch), /status: 'ready'/)
  await watch.return()
  assert.match(shown(watch), /status: 'ended'/)
})
