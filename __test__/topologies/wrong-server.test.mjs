// @ts-check
// Options for another kind of server than the one at the address: calls reject instead of returning only some entries.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { documentedRules } from '../support/acl.mjs'
import { assertAllFail, assertFails } from '../support/assert-fails.mjs'
import { allCalls } from '../support/calls.mjs'
import { startedCluster } from '../support/cluster.mjs'
import { next } from '../support/events.mjs'
import { fill, range } from '../support/fill.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { scripted } from '../support/scripted-server.mjs'
import { startedSentinels } from '../support/sentinel.mjs'

import { until } from '../support/until.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { ConnectionOptions, StateOptions } from 'redis-state-adapter'
 */

const commandTimeout = 500
const ofCluster = /node of a Redis Cluster.*cluster: \{ nodes/

describe('a url of one node of a cluster', () => {
  it('is rejected when connecting, and by every call', async (t) => {
    const { nodes, options } = await startedCluster(t)
    await fill(open(t, options), 'trace', 30)
    for (const { server } of nodes) await assertRefused(t, { url: server.url }, ofCluster)
    assert.equal(await open(t, options).count('trace'), 30)
  })

  it('is rejected with any rights of the user and any prefix', async (t) => {
    const { nodes } = await startedCluster(t)
    const [{ server, client }] = nodes
    const { server: rules } = await documentedRules()
    const users = { all: ['+@all'], documented: rules, few: ['+get', '+set', '+scan', '+unlink'] }
    for (const [username, allowed] of Object.entries(users)) {
      await client.sendCommand(['ACL', 'SETUSER', username, 'on', '>word', '~app:*', '~{app}:*', ...allowed])
      for (const keyPrefix of ['app:', '{app}:']) {
        const state = open(t, { url: server.url, username, password: 'word', keyPrefix, commandTimeout })
        const [error] = await next(state, 'error')
        assert.equal(error.code, 'ERR_INVALID_CONFIG', `${username} ${keyPrefix}`)
        assert.match(error.message, ofCluster)
        await assertFails(state.count('trace'), 'ERR_INVALID_CONFIG')
      }
    }
  })

  it('is rejected even if the node serves all slots, because these can move; `cluster` works', async (t) => {
    const { nodes, options } = await startedCluster(t, { primaries: 1 })
    await assertRefused(t, { url: nodes[0].server.url }, ofCluster)
    const state = open(t, options)
    await fill(state, 'trace', 30)
    assertSameMembers(await state.getGroup('trace'), range(30))
  })

  it('is rejected if the node serves no slots', async (t) => {
    const server = await started(t, ['--cluster-enabled', 'yes'])
    await assertRefused(t, { url: server.url }, ofCluster)
  })

  it('works once another server has the address', async (t) => {
    let isCluster = true
    const url = await scripted(t, ([name]) => {
      if (name === 'MGET AT LOGIN' && isCluster) return '-CROSSSLOT Keys in request'
      return name === 'GET' ? '$1\r\n7' : undefined
    })
    const state = open(t, { url })
    const value = state.get('t', 'k')
    await next(state, 'reconnecting')
    isCluster = false
    assert.equal(await value, 7)
  })

  it('is detected by the first redirect if not when connecting; from then on no listing is partial', async (t) => {
    const lone = ['+OK', '*2\r\n$1\r\n0\r\n*0']
    const [plain, scan] = lone
    const url = await scripted(t, ([name, argument]) => {
      if (name === 'MGET AT LOGIN') return '-NOPERM this user'
      if (name === 'HELLO') return "-ERR unknown command 'HELLO'"
      if (name === 'GET') return argument.endsWith(':here') ? '$1\r\n7' : '-MOVED 1 10.0.0.1:6379'
      return name === 'SCAN' ? scan : plain
    })
    const state = open(t, { url })
    assert.equal(await state.get('t', 'here'), 7)
    const moved = await assertFails(state.get('t', 'elsewhere'), 'ERR_INVALID_CONFIG')
    assert.match(moved.message, ofCluster)
    assert.match(String(moved.cause), /MOVED 1/)
    await assertFails(state.keys('t'), 'ERR_INVALID_CONFIG')
    await assertFails(state.clear('t'), 'ERR_INVALID_CONFIG', { applied: 'no' })
    assert.equal(await state.get('t', 'here'), 7)
  })
})

describe('a url of a sentinel', () => {
  it('is rejected when connecting, and by every call', async (t) => {
    const { sentinels } = await startedSentinels(t, { replicas: 1 })
    await assertRefused(t, { url: sentinels[0].url }, /is a Sentinel.*sentinel: \{ name, nodes/)
  })
})

describe('a url of a replica', () => {
  it('serves reads; writes reject with READONLY', async (t) => {
    const primary = await started(t)
    const replica = await started(t, ['--replicaof', '127.0.0.1', `${primary.port}`])
    await open(t, { url: primary.url }).set('t', 'k', 1)
    const copy = await replica.client()
    await until(async () => (await copy.exists('motia:state:t:k')) === 1)
    const state = open(t, { url: replica.url })
    assert.equal(await state.get('t', 'k'), 1)
    assert.deepEqual(await state.keys('t'), ['k'])
    const writing = open(t, { url: replica.url, commandTimeout })
    const error = await assertFails(writing.set('t', 'k', 2), 'ERR_REPLY', { applied: 'no', reply: 'READONLY' })
    assert.match(error.message, /read only replica/)
  })
})

describe('the nodes of a cluster', () => {
  it('are rejected if they are not in a cluster', async (t) => {
    const server = await started(t)
    const { sentinels } = await startedSentinels(t, { replicas: 1 })
    for (const { port } of [server, sentinels[0]]) {
      const cluster = { nodes: [{ host: '127.0.0.1', port }] }
      await assertRefused(t, { cluster }, /is not a node of a Redis Cluster.*url or host/)
    }
  })
})

describe('the nodes of a sentinel set', () => {
  it('are rejected if they are not sentinels', async (t) => {
    const server = await started(t)
    const { nodes } = await startedCluster(t, { primaries: 1 })
    for (const { port } of [server, nodes[0].server]) {
      const sentinel = { name: 'main', nodes: [{ host: '127.0.0.1', port }] }
      await assertRefused(t, { sentinel }, /is not a Sentinel/)
    }
  })
})

/**
 * @param {TestContext} t
 * @param {ConnectionOptions & StateOptions} options
 * @param {RegExp} reason
 */
async function assertRefused(t, options, reason) {
  const state = open(t, { ...options, commandTimeout })
  const [error] = await next(state, 'error')
  assert.equal(error.code, 'ERR_INVALID_CONFIG', error.message)
  assert.match(error.message, reason)
  await assertAllFail(allCalls(state), 'ERR_INVALID_CONFIG')
}
