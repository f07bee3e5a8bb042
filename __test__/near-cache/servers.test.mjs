// @ts-check
// Caches on a real server: what changes elsewhere is seen, whatever changed it, and a frozen server ends hits.

import assert from 'node:assert/strict'
import { tracingChannel } from 'node:diagnostics_channel'
import { describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { documentedRules, printedRules } from '../support/acl.mjs'
import { fill } from '../support/fill.mjs'
import { killOtherClients } from '../support/kill-clients.mjs'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { until } from '../support/until.mjs'
import { hitsOf, isHit } from './is-hit.mjs'

/** Long enough that no proof is needed while a test runs. */
const LONG = { maxStaleness: 600_000 }

describe('an entry in memory', () => {
  /** @type {[name: string, change: (client: import('../support/redis.mjs').Client, other: import('redis-state-adapter').RedisStateAdapter) => Promise<unknown>, expected: unknown][]} */
  const changes = [
    ['set by another adapter', (_, other) => other.set('t', 'k', 2), 2],
    ['updated by another adapter', (_, other) => other.update('t', 'k', [{ op: 'increment', by: 1 }]), 2],
    ['deleted by another adapter', (_, other) => other.delete('t', 'k'), null],
    ['removed by clear of another adapter', (_, other) => other.clear('t'), null],
    ['written by another client', (client) => client.set('motia:state:t:k', '2'), 2],
    ['removed by FLUSHALL', (client) => client.flushAll(), null],
    ['removed by FLUSHDB', (client) => client.flushDb(), null],
    ['renamed', (client) => client.rename('motia:state:t:k', 'elsewhere'), null],
  ]
  for (const [name, change, expected] of changes) {
    it(`is read again after it was ${name}`, async (t) => {
      const server = await started(t)
      const [state, other] = [open(t, { url: server.url, cache: LONG }), open(t, { url: server.url, cache: LONG })]
      const client = await server.client()
      await other.set('t', 'k', 1)
      await until(async () => (await isHit(state, () => state.get('t', 'k'))) === true)
      await change(client, other)
      await until(async () => (await state.get('t', 'k')) === expected)
      assert.equal(await state.has('t', 'k'), expected !== null)
    })
  }

  it('that is not there, is read again once it is', async (t) => {
    const server = await started(t)
    const [state, other] = [open(t, { url: server.url, cache: LONG }), open(t, { url: server.url })]
    await until(() => isHit(state, () => state.get('t', 'k')))
    await other.set('t', 'k', 1)
    await until(async () => (await state.get('t', 'k')) === 1)
  })

  it('is not returned later than it expires, among many others', async (t) => {
    const server = await started(t, ['--hz', '1'])
    const [state, other] = [open(t, { url: server.url, cache: LONG }), open(t, { url: server.url, ttl: 3600 })]
    await fill(other, 'others', 20_000)
    await other.set('t', 'k', 1, { ttl: 1 })
    const set = performance.now()
    assert.equal(await state.get('t', 'k'), 1)
    assert.equal(await isHit(state, () => state.get('t', 'k')), true)
    await until(() => performance.now() - set > 1000)
    assert.equal(await state.get('t', 'k'), null)
  })

  it('is dropped when its connection is lost, and kept again by the next one', async (t) => {
    const server = await started(t)
    const state = open(t, { url: server.url, cache: LONG })
    const client = await server.client()
    await client.set('motia:state:t:k', '1')
    await until(() => isHit(state, () => state.get('t', 'k')))
    await killOtherClients(client)
    await client.set('motia:state:t:k', '2')
    await until(async () => (await state.get('t', 'k')) === 2)
    await until(() => isHit(state, () => state.get('t', 'k')))
    await client.set('motia:state:t:k', '3')
    await until(async () => (await state.get('t', 'k')) === 3)
  })

  it('is read back as it was written, by every method that writes', async (t) => {
    const server = await started(t)
    const state = open(t, { url: server.url, cache: LONG })
    /** @type {[call: () => Promise<unknown>, expected: unknown][]} */
    const steps = [
      [() => state.set('t', 'k', 1), 1],
      [() => state.set('t', 'k', 2, { ttl: 60 }), 2],
      [() => state.increment('t', 'k', 5), 7],
      [() => state.update('t', 'k', [{ op: 'set', value: { n: 8 } }]), { n: 8 }],
      [() => state.increment('t', 'k', 1, { field: 'n' }), { n: 9 }],
      [() => state.setMany('t', { k: 10 }), 10],
      [() => state.transaction('t', [{ op: 'set', key: 'k', value: 11 }]), 11],
      [() => state.deleteMany('t', ['k']), null],
      [() => state.set('t', 'k', 12), 12],
      [() => state.clear('t'), null],
    ]
    for (const [call, expected] of steps) {
      await call()
      assert.deepEqual(await state.get('t', 'k'), expected)
      assert.deepEqual(await state.get('t', 'k'), expected)
    }
    const unawaited = steps.slice(0, 9).map(([call]) => {
      void call()
      return state.get('t', 'k')
    })
    assert.deepEqual(
      await Promise.all(unawaited),
      steps.slice(0, 9).map(([, expected]) => expected),
    )
  })
})

describe('what the server does while it executes a command of the adapter with the cache', () => {
  const KEYS = 200
  const keys = Array.from({ length: KEYS }, (_, index) => String(index))

  it('is reported if it forgets what was read, beyond tracking-table-max-keys', async (t) => {
    const server = await started(t)
    const [state, other] = [open(t, { url: server.url, cache: LONG }), open(t, { url: server.url })]
    const client = await server.client()
    await state.getMany('t', keys)
    await client.configSet('tracking-table-max-keys', '1')
    for (let call = 0; call < KEYS; call += 1) await state.ping()
    await other.setMany('t', Object.fromEntries(keys.map((key) => [key, 2])))
    await until(async () => (await state.getMany('t', keys)).every((value) => value === 2))
  })

  it('is reported if it evicts an entry', async (t) => {
    const server = await started(t, ['--maxmemory', '4mb', '--maxmemory-policy', 'allkeys-random'])
    const state = open(t, { url: server.url, cache: LONG })
    const client = await server.client()
    await state.setMany('t', Object.fromEntries(keys.map((key) => [key, 1])))
    await state.getMany('t', keys)
    for (let call = 0; call < 1000; call += 1) await state.set('large', String(call), 'x'.repeat(5000))
    const names = keys.map((key) => `motia:state:t:${key}`)
    assert.ok((await client.mGet(names)).includes(null))
    await until(async () => {
      const read = await state.getMany('t', keys)
      return isDeepStrictEqual(
        read,
        (await client.mGet(names)).map((text) => text && Number(text)),
      )
    })
  })
})

describe('a read by a subscriber of tracing channels', () => {
  it('that is sent before a write is not joined by one behind the write', async (t) => {
    const server = await started(t)
    const state = open(t, { url: server.url, cache: LONG, maxPendingBytes: 100_000 })
    await state.set('t', 'k', 1)
    /** @type {Promise<unknown> | undefined} */
    let reading
    const start = () => {
      reading ??= state.get('t', 'k')
    }
    const channel = tracingChannel('redis-state-adapter:batch').start
    channel.subscribe(start)
    t.after(() => channel.unsubscribe(start))
    void state.set('t', 'other', 'x'.repeat(20_000))
    // There is room for both only if their bytes are counted, for which the first one is sent.
    void state.set('t', 'k', 'x'.repeat(20_000))
    channel.unsubscribe(start)
    const readBack = state.get('t', 'k')
    assert.equal(await reading, 1)
    assert.equal(await readBack, 'x'.repeat(20_000))
  })
})

describe('a frozen server', () => {
  it('ends hits before maxStaleness has passed', async (t) => {
    const maxStaleness = 400
    const server = await started(t)
    const state = open(t, { url: server.url, cache: { maxStaleness }, commandTimeout: 60_000 })
    await state.set('t', 'k', 1)
    await state.get('t', 'k')
    assert.equal(await isHit(state, () => state.get('t', 'k')), true)
    await state.ping()
    server.signal('SIGSTOP')
    // Replies that were sent before the signal may still prove something until here.
    const frozen = performance.now()
    let last = frozen
    for (let hits = 0; ; ) {
      const called = performance.now()
      const read = state.get('t', 'k')
      if (hitsOf(state) === hits && hits > 0) {
        server.signal('SIGCONT')
        await read
        break
      }
      hits = hitsOf(state)
      last = called
      await pause(1)
      if (called - frozen > 10 * maxStaleness) server.signal('SIGCONT')
    }
    assert.ok(last - frozen <= maxStaleness, `the last hit was ${last - frozen} ms after the server was frozen`)
    await until(() => isHit(state, () => state.get('t', 'k')))
  })
})

describe('an ACL user', () => {
  it('with the rights of docs/acl.md uses the cache', async (t) => {
    const server = await started(t)
    const client = await server.client()
    const { caching } = await documentedRules()
    const rules = await printedRules()
    await client.sendCommand(['ACL', 'SETUSER', 'app', ...rules, ...caching])
    const state = open(t, { url: server.url, username: 'app', password: 'password', cache: LONG })
    await state.set('t', 'k', 1)
    await until(() => isHit(state, () => state.get('t', 'k')))
    await client.set('motia:state:t:k', '2')
    await until(async () => (await state.get('t', 'k')) === 2)
  })

  it('without these rights reads from the server', async (t) => {
    const server = await started(t)
    const client = await server.client()
    await client.sendCommand(['ACL', 'SETUSER', 'app', ...(await printedRules())])
    const state = open(t, { url: server.url, username: 'app', password: 'password', cache: LONG })
    await state.set('t', 'k', 1)
    for (const value of [1, 2, 3]) {
      await client.set('motia:state:t:k', String(value))
      assert.equal(await state.get('t', 'k'), value)
    }
    assert.deepEqual(state.stats().cache, { hits: 0, misses: 0, invalidations: 0, entries: 0, bytes: 0 })
  })
})

describe('the embedded store', () => {
  it('ignores the option', async (t) => {
    const state = open(t, { url: 'memory:', cache: true })
    await state.set('t', 'k', 1)
    assert.equal(await state.get('t', 'k'), 1)
    assert.equal('cache' in state.stats(), false)
  })
})
