// @ts-check
// The connections of stores: one pair for each store, which the state API of Dapr's client uses too.

import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { started, startRedis } from '../support/redis.mjs'
import { runNode } from '../support/run-node.mjs'
import { loadedStores } from '../support/stores-folder.mjs'
import { until } from '../support/until.mjs'

/** @type {import('../support/redis.mjs').RedisServer} */
let server
/** @type {import('../support/redis.mjs').Client} */
let client

before(async () => {
  server = await startRedis()
  client = await server.client()
})
after(() => server.stop())

/** Number of connections with a client name. @param {string} name */
async function connectionsOf(name) {
  return (await client.clientList()).filter((one) => one.name === name).length
}

it('stores.dapr uses the connections of the store, listings included', async (t) => {
  const options = { url: server.url, name: 'shared', keyPrefix: 'shared:' }
  const stores = await loadedStores(t, { stores: { one: options } })
  const { state } = stores.dapr
  assert.deepEqual(await state.save('one', [{ key: 'lonely', value: 1 }]), {})
  await stores.get('one').set('t', 'k', 2)
  await state.transaction('one', [{ operation: 'upsert', request: { key: 't:l', value: 3 } }])
  assert.equal(await connectionsOf('shared'), 1)
  assert.equal(await stores.get('one').count('t'), 2)
  assert.equal((await state.query('one', { filter: {} })).results.length, 3)
  assert.equal(await connectionsOf('shared'), 2)
})

it('closing the stores completes the pending calls of both, then closes the connections', async (t) => {
  const stores = await loadedStores(t, { stores: { one: { url: server.url, name: 'closing' } } })
  const store = stores.get('one')
  await stores.dapr.state.save('one', [{ key: 'k', value: 0 }])
  const calls = Promise.all([
    stores.dapr.state.save('one', [{ key: 'k', value: 1 }]),
    store.set('t', 'k', 2),
    store.getGroup('t'),
    stores.dapr.state.getBulk('one', ['k']),
  ])
  await stores.close()
  assert.deepEqual((await calls)[0], {})
  assert.equal(await client.get('one:k'), '1')
  assert.equal(await client.get('one:t:k'), '2')
  await until(async () => (await connectionsOf('closing')) === 0)
})

it('calls of stores.dapr complete while the adapter of the store is closed, which then has no more', async (t) => {
  const stores = await loadedStores(t, { stores: { one: { url: server.url, name: 'half' }, two: { url: server.url } } })
  const { state } = stores.dapr
  assert.deepEqual(await state.save('one', [{ key: 'k', value: 1 }]), {})
  await stores.get('one').cleanup()
  assert.equal(await state.get('one', 'k'), 1)
  await assert.rejects(stores.get('one').get('t', 'k'), { code: 'ERR_CLOSED' })
  await stores.get('two').cleanup()
  const { error } = await state.save('two', [{ key: 'k', value: 1 }])
  assert.equal(/** @type {any} */ (error)?.code, 'ERR_CLOSED')
  await stores.close()
  await until(async () => (await connectionsOf('half')) === 0)
})

it('a timeout of close rejects the pending calls of both', async (t) => {
  const frozen = await started(t)
  const stores = await loadedStores(t, { stores: { one: { url: frozen.url } } })
  await stores.get('one').connect()
  await stores.dapr.state.save('one', [{ key: 'k', value: 0 }])
  frozen.signal('SIGSTOP')
  const saving = stores.dapr.state.save('one', [{ key: 'k', value: 1 }])
  const setting = stores.get('one').set('t', 'k', 1)
  const reasons = Promise.allSettled([setting])
  await stores.close({ timeout: 50 })
  const { error } = await saving
  const [{ reason }] = /** @type {PromiseRejectedResult[]} */ (await reasons)
  for (const one of [error, reason]) assert.equal(/** @type {any} */ (one).code, 'ERR_CLOSED')
  frozen.signal('SIGCONT')
})

it('the other stores of a server are not disturbed by the end of one', async (t) => {
  const stores = await loadedStores(t, {
    stores: { one: { url: server.url, name: 'other-one' }, two: { url: server.url, name: 'other-two' } },
  })
  await Promise.all([stores.get('one').connect(), stores.get('two').connect()])
  await stores.get('one').cleanup({ timeout: 0 })
  assert.equal(await stores.get('two').set('t', 'k', 1), 1)
  assert.equal(await connectionsOf('other-two'), 1)
})

it('an idle process with stores and stores.dapr ends by itself', async () => {
  const { code, stdout, stderr } = await runNode('idle-stores.mjs', [server.url])
  assert.deepEqual([code, stdout, stderr], [0, '1\n', ''])
})
