// @ts-check
// Caches behind the other forms of an adapter: stores by name, the state API of Dapr's client, groups.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { loadedStores } from '../support/stores-folder.mjs'
import { until } from '../support/until.mjs'
import { isHit } from './is-hit.mjs'

/** A schema that accepts everything. */
const schema = {
  '~standard': {
    version: /** @type {const} */ (1),
    vendor: 'test',
    validate: (/** @type {unknown} */ value) => ({ value: /** @type {number} */ (value) }),
  },
}

/** @param {import('node:test').TestContext} t @param {object} [options] */
async function loadedStore(t, options = {}) {
  const server = await started(t)
  const cache = { maxStaleness: 600_000 }
  const stores = await loadedStores(t, { stores: { main: { url: server.url, cache, ...options } } })
  const state = /** @type {import('redis-state-adapter').RedisStateAdapter} */ (stores.get('main'))
  return { state, dapr: stores.dapr.state }
}

describe('a store by name', () => {
  it('has the option cache', async (t) => {
    const { state } = await loadedStore(t)
    await state.set('t', 'k', 1)
    await until(() => isHit(state, () => state.get('t', 'k')))
  })

  for (const options of [{}, { keyPrefix: 'a:b:' }]) {
    it(`reads back what the state API of Dapr writes: ${JSON.stringify(options)}`, async (t) => {
      const { state, dapr } = await loadedStore(t, options)
      /** @type {[call: () => Promise<unknown>, expected: unknown][]} */
      const steps = [
        [() => dapr.save('main', [{ key: 't:k', value: 1 }]), 1],
        [
          () =>
            dapr.save('main', [
              { key: 't:k', value: 2 },
              { key: 't:other', value: 2 },
            ]),
          2,
        ],
        [() => dapr.transaction('main', [{ operation: 'upsert', request: { key: 't:k', value: 3 } }]), 3],
        [() => dapr.delete('main', 't:k'), null],
      ]
      for (const [call, expected] of steps) {
        await until(() => isHit(state, () => state.get('t', 'k')))
        await call()
        assert.equal(await state.get('t', 'k'), expected)
      }
      await state.set('t', 'k', 4)
      assert.equal(await dapr.get('main', 't:k'), 4)
    })
  }
})

describe('a group', () => {
  it('reads from memory, unless a call says otherwise', async (t) => {
    const server = await started(t)
    const state = open(t, { url: server.url, cache: { maxStaleness: 600_000 } })
    const group = state.group('t', { schema })
    await group.set('k', 1)
    await until(() => isHit(state, () => group.get('k')))
    assert.equal(await isHit(state, () => group.getMany(['k'])), true)
    assert.equal(await isHit(state, () => group.has('k')), true)
    assert.equal(await isHit(state, () => group.get('k', { cache: false })), false)
    assert.equal(await group.get('k'), 1)
  })
})

describe('getOrSet', () => {
  it('reads from memory, and loads nothing that another process has written meanwhile', async (t) => {
    const server = await started(t)
    const state = open(t, { url: server.url, cache: { maxStaleness: 600_000 } })
    const client = await server.client()
    const load = () => assert.fail('the entry is there')
    await until(() => isHit(state, () => state.get('t', 'k')))
    // Loading begins with a read from the server, whatever is in memory.
    const written = client.set('motia:state:t:k', '1')
    await written
    assert.equal(await state.getOrSet('t', 'k', load), 1)
    await until(() => isHit(state, () => state.getOrSet('t', 'k', load)))
  })
})
