// @ts-check
// The subscription of watches: shared, restored after losses of the connection, and closed (conformance 19).

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { range } from '../support/fill.mjs'
import { open } from '../support/open.mjs'
import { relayTo } from '../support/relay.mjs'
import {
  cutSubscriptions,
  noSubscriptionAt,
  onServer,
  subscribers,
  subscriptionsAt,
} from '../support/subscriptions.mjs'
import { patientTimeout } from '../support/timing.mjs'
import { until } from '../support/until.mjs'
import { take, watching, withDeadline } from '../support/watching.mjs'

const SETTING = 'notify-keyspace-events'
const created = { type: 'created', traceId: 't', key: 'k' }
const updated = { ...created, type: 'updated' }

describe('the subscription (conformance 19)', () => {
  it('exists as long as there are watches, which share it', async (t) => {
    const { client, state } = await onServer(t)
    await state.set('t', 'k', 1)
    assert.equal(await subscriptionsAt(client), 0)
    const all = [await watching(t, state, 't'), await watching(t, state, 't'), await watching(t, state, 'u', 'k')]
    assert.equal(await subscriptionsAt(client), 1)
    assert.equal(await client.pubSubNumPat(), 1)
    await Promise.all(all.slice(0, 2).map((changes) => changes.return()))
    await until(async () => (await client.pubSubNumPat()) === 0)
    assert.equal(await subscriptionsAt(client), 1)
    await all[2].return()
    await noSubscriptionAt(client)
    await watching(t, state)
    assert.equal(await subscriptionsAt(client), 1)
    await state.cleanup()
    await noSubscriptionAt(client)
  })

  it('is restored after its connection is closed, with a gap', async (t) => {
    const { client, state } = await onServer(t)
    const changes = [
      await watching(t, state, 't'),
      await watching(t, state, 't', 'k', { values: true }),
      await watching(t, state),
    ]
    for (const round of range(3)) {
      await cutSubscriptions(client)
      for (const each of changes) assert.deepEqual(await take(each), [{ type: 'gap' }])
      await state.set('t', 'k', round)
      const now = round === 0 ? created : updated
      const [first, second, third] = await Promise.all(changes.map((each) => take(each)))
      assert.deepEqual([first, third], [[now], [now]])
      const old = round === 0 ? {} : { oldValue: round - 1 }
      assert.deepEqual(second, [{ ...now, value: round, ...old }])
    }
  })

  it('takes the types and old values of changes after a gap from the entries at that time', async (t) => {
    const { client, server } = await onServer(t)
    const relay = await relayTo(t, server)
    const [state, other] = [open(t, { url: relay.url }), open(t, { url: server.url })]
    await other.set('t', 'goes', 1)
    const changes = await watching(t, state, 't', undefined, { values: true })
    relay.refuse()
    await noSubscriptionAt(client)
    await Promise.all([other.delete('t', 'goes'), other.set('t', 'comes', 1)])
    relay.pass()
    assert.deepEqual(await take(changes), [{ type: 'gap' }])
    await other.set('t', 'goes', 2)
    const [change] = await take(changes)
    assert.deepEqual(change, { type: 'created', traceId: 't', key: 'goes', value: 2 })
    await other.set('t', 'comes', 2)
    assert.deepEqual(await take(changes), [{ type: 'updated', traceId: 't', key: 'comes', value: 2, oldValue: 1 }])
  })

  it('is restored if its connection is silent', async (t) => {
    const { server } = await onServer(t)
    const relay = await relayTo(t, server)
    const [state, other] = [open(t, { url: relay.url, commandTimeout: patientTimeout }), open(t, { url: server.url })]
    const changes = await watching(t, state, 't')
    relay.jam()
    assert.deepEqual(await take(changes), [{ type: 'gap' }])
    await other.set('t', 'k', 1)
    assert.deepEqual(await take(changes), [created])
  })

  it('survives a long time in which listings fail', async (t) => {
    const { client, server } = await onServer(t)
    const relay = await relayTo(t, server)
    const state = open(t, { url: relay.url, commandTimeout: patientTimeout })
    const changes = await watching(t, state, 't')
    const silent = relay.dropRepliesTo('SCAN')
    await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub'])
    await silent
    // Each lasts as long as the timeout of a listing.
    for (let call = 0; call < 5; call++) await assertFails(state.get('t', 'k'), 'ERR_COMMAND_TIMEOUT')
    relay.passReplies()
    assert.deepEqual(await take(changes), [{ type: 'gap' }])
  })

  it('is kept if there are no changes', async (t) => {
    const { client, server } = await onServer(t)
    const state = open(t, { url: server.url, commandTimeout: patientTimeout })
    const changes = await watching(t, state, 't')
    const [before] = await subscribers(client)
    // After 2 seconds of silence the adapter sends a PING.
    await until(async () => (await subscribers(client))[0].cmd === 'ping')
    await state.set('t', 'k', 1)
    assert.deepEqual(await take(changes), [created])
    assert.equal((await subscribers(client))[0].id, before.id)
  })

  it('is restored if the server is frozen and resumes', async (t) => {
    const { server } = await onServer(t)
    const relay = await relayTo(t, server)
    const state = open(t, { url: relay.url, commandTimeout: patientTimeout })
    const changes = await watching(t, state, 't')
    // The first request is of the connection that checks the setting, the second of the new subscription.
    const again = relay.untilRequest('SETNAME', 2)
    server.signal('SIGSTOP')
    await withDeadline(again)
    server.signal('SIGCONT')
    assert.deepEqual(await take(changes), [{ type: 'gap' }])
    await state.set('t', 'k', 1)
    assert.deepEqual(await take(changes), [created])
  })

  it('is restored after a restart of the server, and the setting too', async (t) => {
    const { server, state } = await onServer(t)
    const changes = await watching(t, state, 't')
    await server.kill()
    await server.start()
    assert.deepEqual(await take(changes), [{ type: 'gap' }])
    await state.set('t', 'k', 1)
    assert.deepEqual(await take(changes), [created])
  })

  it('fails without `configure` after a restart that lost the setting', async (t) => {
    const { client, server, state } = await onServer(t)
    await client.configSet(SETTING, 'AK')
    const changes = await watching(t, state, 't', undefined, { configure: false })
    await server.kill()
    await server.start()
    await assertFails(withDeadline(changes.next()), 'ERR_UNSUPPORTED')
  })

  it('waits while the server is down', async (t) => {
    const { server, client } = await onServer(t)
    await client.configSet(SETTING, 'AK')
    const relay = await relayTo(t, server)
    relay.refuse()
    const state = open(t, { url: relay.url })
    const changes = state.watch('t')
    relay.pass()
    await withDeadline(changes.ready)
    await state.set('t', 'k', 1)
    assert.deepEqual(await take(changes), [created])
  })

  it('ends when the strategy stops reconnecting', async (t) => {
    const { server } = await onServer(t)
    const state = open(t, { url: server.url, socket: { reconnectStrategy: false } })
    const changes = await watching(t, state, 't')
    const failing = assertFails(withDeadline(changes.next()), 'ERR_CONNECTION')
    await server.kill()
    await failing
    await assertFails(state.watch('t').ready, 'ERR_CONNECTION')
  })
})
