// @ts-check
// An adapter finds a master through sentinels, also after failovers.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { documentedRules } from '../support/acl.mjs'
import { assertFails } from '../support/assert-fails.mjs'
import { Audit } from '../support/audit.mjs'
import { next } from '../support/events.mjs'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { relayTo } from '../support/relay.mjs'
import { array, bulk, scripted } from '../support/scripted-server.mjs'
import { NAME, startedSentinels } from '../support/sentinel.mjs'
import { assertInTime, stopwatch } from '../support/settling.mjs'
import { storedBy } from '../support/stored.mjs'
import { timesCalled } from '../support/times-called.mjs'
import { until } from '../support/until.mjs'

/**
 * @import { SentinelSet } from '../support/sentinel.mjs'
 * @import { TestContext } from 'node:test'
 */

const commandTimeout = 5000
/** Maximum time after the failover, in milliseconds: less than `commandTimeout`, and enough for a busy machine. */
const resumeWithin = 4000

describe('a master behind sentinels', () => {
  it('is killed under load: writes resume, and those acknowledged by the new master are present', async (t) => {
    const set = await startedSentinels(t)
    const state = open(t, { ...set.options, commandTimeout })
    await next(state, 'ready')
    const audit = new Audit(state)
    await audit.progress()
    const [old, back] = [await set.master(), next(state, 'ready')]
    await set.allowFailover()
    await old.kill()
    const master = await otherMaster(set, old)
    const sinceFailover = stopwatch()
    await state.set('after', 'failover', 1)
    const resumed = sinceFailover()
    await set.forbidFailover()
    assert.ok(resumed < resumeWithin, `writes resumed ${resumed} ms after the failover`)
    await back
    audit.forget()

    // Restart all sentinels, one after the other, as in an upgrade.
    for (const sentinel of set.sentinels) {
      await sentinel.kill()
      await sentinel.start()
    }
    await audit.progress()
    await audit.stop()
    assert.deepEqual(audit.faultsOf(await storedBy(master)), [])
    assert.deepEqual(audit.faults, [])
    assertInTime([audit.slowest], commandTimeout)
  })

  it('is frozen: calls fail when the sentinels announce a new master, before their deadline', async (t) => {
    const set = await startedSentinels(t)
    const state = open(t, { ...set.options, commandTimeout: 30_000 })
    await state.set('t', 'k', 1)
    const old = await set.master()
    const lost = next(state, 'error')
    await set.allowFailover()
    old.signal('SIGSTOP')
    const failing = assertFails(state.set('t', 'k', 2), 'ERR_CONNECTION', { applied: 'unknown' })
    const [cause] = await lost
    assert.match(cause.message, /the master moved from/)
    await set.forbidFailover()
    await failing
    await state.set('t', 'k', 3)
    old.signal('SIGCONT')
    assert.equal(await state.get('t', 'k'), 3)
  })

  it('is demoted by a manual failover: no call rejects with READONLY', async (t) => {
    const set = await startedSentinels(t)
    const state = open(t, { ...set.options, commandTimeout })
    await next(state, 'ready')
    const audit = new Audit(state)
    await audit.progress()
    const back = next(state, 'ready')
    await set.handOver()
    const [master] = [await set.master(), await back]
    audit.forget()
    await audit.progress()
    await audit.stop()
    assert.deepEqual(audit.faultsOf(await storedBy(master)), [])
    assert.deepEqual(audit.faults, [])
    assert.deepEqual(audit.replies, {})
  })

  it('is found if the sentinels start later than the adapter', async (t) => {
    const set = await startedSentinels(t, { replicas: 1 })
    const { options } = set
    await Promise.all(set.sentinels.map((sentinel) => sentinel.kill()))
    const state = open(t, { ...options, commandTimeout: 60_000 })
    const failed = next(state, 'error')
    const write = state.set('t', 'k', 1)
    const [cause] = await failed
    assert.match(cause.message, /no sentinel names the master "main"/)
    await Promise.all(set.sentinels.map((sentinel) => sentinel.start()))
    assert.equal(await write, 1)
  })

  it('is found through any sentinel that answers', async (t) => {
    const set = await startedSentinels(t, { replicas: 1 })
    const [first, second] = set.sentinels
    first.signal('SIGSTOP')
    await second.kill()
    const state = open(t, set.options)
    assert.equal(await state.set('t', 'k', 1), 1)
    first.signal('SIGCONT')
  })

  it('must confirm its role, because a sentinel may be out of date', async (t) => {
    const master = await started(t)
    const replica = await started(t, ['--replicaof', '127.0.0.1', `${master.port}`])
    const stale = await sentinelNaming(t, replica.port, 1)
    const sentinel = { name: NAME, nodes: [stale] }
    const state = open(t, { sentinel, commandTimeout: 2000 })
    const failed = next(state, 'error')
    const error = await assertFails(state.set('t', 'k', 1), 'ERR_COMMAND_TIMEOUT', { applied: 'no' })
    assert.match(String(error.cause), /is not the master/)
    assert.match((await failed)[0].message, /is not the master/)
    // The configuration with the highest epoch is used.
    const fresh = await sentinelNaming(t, master.port, 2)
    const other = open(t, { sentinel: { name: NAME, nodes: [stale, fresh] } })
    assert.equal(await other.set('t', 'k', 2), 2)
  })

  it('loses replies: reads are repeated, writes are not', async (t) => {
    const set = await startedSentinels(t, { replicas: 1 })
    const master = await set.master()
    const relay = await relayTo(t, master)
    const nodeAddressMap = {
      [`127.0.0.1:${master.port}`]: { host: '127.0.0.1', port: Number(new URL(relay.url).port) },
    }
    const state = open(t, { sentinel: { ...set.options.sentinel, nodeAddressMap }, commandTimeout })
    await state.set('trace', 'key', 'old')
    const client = await master.client()
    await client.configResetStat()
    const lost = relay.dropRepliesTo('\r\nSET\r\n')
    const failing = assertFails(state.set('trace', 'key', 'new'), 'ERR_CONNECTION', { applied: 'unknown' })
    const back = next(state, 'ready')
    await lost
    relay.cut()
    await Promise.all([failing, back])
    assert.equal(await timesCalled(client, 'set'), 1)
    const lostAgain = relay.dropRepliesTo('\r\nGET\r\n')
    const read = state.get('trace', 'key')
    await lostAgain
    relay.cut()
    assert.equal(await read, 'new')
  })

  it('is reached by a mapped address', async (t) => {
    const set = await startedSentinels(t, { replicas: 1 })
    const master = await set.master()
    const relay = await relayTo(t, master)
    const nodeAddressMap = {
      [`127.0.0.1:${master.port}`]: { host: '127.0.0.1', port: Number(new URL(relay.url).port) },
    }
    const state = open(t, { sentinel: { ...set.options.sentinel, nodeAddressMap }, commandTimeout: 3000 })
    await state.set('t', 'k', 1)
    relay.blackHole()
    await assertFails(state.get('t', 'k'), 'ERR_COMMAND_TIMEOUT')
  })

  it('that freezes during the connect is abandoned for the next master', async (t) => {
    const set = await startedSentinels(t, { replicas: 1 })
    const master = await set.master()
    const relay = await relayTo(t, master)
    const nodeAddressMap = { [`127.0.0.1:${master.port}`]: { host: '127.0.0.1', port: relay.port } }
    const sentinel = { ...set.options.sentinel, nodeAddressMap }
    const state = open(t, { sentinel, socket: { connectTimeout: 90_000 }, commandTimeout: 60_000 })
    await next(state, 'ready')
    await set.allowFailover()
    const trying = next(state, 'connect')
    master.signal('SIGSTOP')
    relay.cut()
    await trying
    assert.equal(await state.set('t', 'k', 2), 2)
    master.signal('SIGCONT')
  })

  it('is not found under a name that no sentinel knows', async (t) => {
    const set = await startedSentinels(t, { replicas: 1 })
    const sentinel = { ...set.options.sentinel, name: 'unknown' }
    const error = await assertFails(open(t, { sentinel, commandTimeout: 2000 }).get('t', 'k'), 'ERR_COMMAND_TIMEOUT')
    assert.match(String(error.cause), /the master "unknown"/)
  })

  it('is found by ACL users with only the documented rights', async (t) => {
    const set = await startedSentinels(t, { replicas: 1 })
    const rules = await documentedRules()
    const at = { username: 'ada', password: 'ada-word' }
    const user = ['ACL', 'SETUSER', at.username, 'on', `>${at.password}`]
    for (const server of set.servers) {
      const client = await server.client()
      await client.sendCommand([...user, '~*', ...rules.server, ...rules.topologies])
    }
    for (const sentinel of set.sentinels) {
      const client = await sentinel.client()
      await client.sendCommand([...user, 'resetchannels', ...rules.sentinel])
    }
    const state = open(t, { ...at, sentinel: { ...set.options.sentinel, ...at }, commandTimeout: 60_000 })
    await state.set('t', 'k', 1)
    const [old, moved] = [await set.master(), next(state, 'error')]
    await set.allowFailover()
    old.signal('SIGSTOP')
    // The failover is noticed only with the right to subscribe to the sentinels.
    assert.match((await moved)[0].message, /the master moved from/)
    assert.equal(await state.set('t', 'k', 2), 2)
    old.signal('SIGCONT')
  })

  it('is found with the password of the sentinels, and not with another', async (t) => {
    const set = await startedSentinels(t, { replicas: 1, password: 's3cret-of-sentinels' })
    const { sentinel } = set.options
    const state = open(t, { sentinel: { ...sentinel, password: 's3cret-of-sentinels' } })
    assert.equal(await state.set('t', 'k', 1), 1)
    const wrong = open(t, { sentinel: { ...sentinel, password: 'wr0ng-word' }, commandTimeout: 3000 })
    const error = await assertFails(wrong.get('t', 'k'), 'ERR_AUTH')
    assert.ok(!`${error.message}${error.cause}`.includes('wr0ng'), error.message)
  })
})

/**
 * @param {SentinelSet} set
 * @param {import('../support/redis.mjs').RedisServer} old
 */
async function otherMaster(set, old) {
  let master = old
  await until(async () => {
    master = await set.master()
    return master !== old
  })
  return master
}

/**
 * A sentinel that always reports the same master.
 *
 * @param {TestContext} t
 * @param {number} port
 * @param {number} epoch
 */
async function sentinelNaming(t, port, epoch) {
  const fields = ['name', NAME, 'config-epoch', `${epoch}`]
  const url = await scripted(t, ([name, about]) => {
    if (name === 'SENTINEL') return array(...(about === 'MASTER' ? fields : ['127.0.0.1', `${port}`]).map(bulk))
    return name === 'SUBSCRIBE' ? array(bulk('subscribe'), bulk('+switch-master'), ':1') : undefined
  })
  return { host: '127.0.0.1', port: Number(new URL(url).port) }
}
