// @ts-check
// Refusals of real servers: their error code, that calls fail in time, and that calls succeed once the cause has ended.

import assert from 'node:assert/strict'
import { mkdirSync, rmdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { assertAllFail, assertFails } from '../support/assert-fails.mjs'
import { allCalls, reads, writes } from '../support/calls.mjs'
import { next } from '../support/events.mjs'
import { fill, range } from '../support/fill.mjs'
import { killOtherClients } from '../support/kill-clients.mjs'
import { killServer } from '../support/kill-server.mjs'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { scripted, scriptedServer } from '../support/scripted-server.mjs'
import { inPatientTime, patientTimeout, soon } from '../support/timing.mjs'
import { until } from '../support/until.mjs'
import { warm } from '../support/warm.mjs'

/**
 * @import { RedisStateError } from 'redis-state-adapter'
 * @import { Client, RedisServer } from '../support/redis.mjs'
 */

const { within } = inPatientTime

describe('a server that is out of memory', () => {
  it('rejects only sets, until memory is available', async (t) => {
    const { client, state } = await warm(t)
    await fill(state, 'trace', 10)
    await client.configSet('maxmemory-policy', 'noeviction')
    await client.configSet('maxmemory', '1mb')
    const expected = /** @type {const} */ ({ applied: 'no', reply: 'OOM', traceId: 'trace', ...soon })
    await assertFails(state.set('trace', 'key', 'new'), 'ERR_REPLY', { key: 'key', ...expected })
    await Promise.all(
      range(100).map((number) => {
        const key = `new-${number}`
        return assertFails(state.set('trace', key, number), 'ERR_REPLY', { key, ...expected })
      }),
    )
    assert.equal(await state.get('trace', 'key'), 'value')
    assert.equal((await state.getGroup('trace')).length, 11)
    assert.equal(await state.delete('trace', 'k0'), 0)
    await client.configSet('maxmemory', '0')
    assert.equal(await state.set('trace', 'key', 'new'), 'new')
    await client.configSet('maxmemory', '1mb')
    await state.clear('trace')
    assert.deepEqual(await state.keys('trace'), [])
  })
})

describe('a server that cannot save to disk', () => {
  it('makes writes wait, which are retried and succeed once it can save', async (t) => {
    const { server, client, state } = await warm(t, { commandTimeout: 60_000 })
    const blocked = await failToSave(server, client)
    let settled = false
    const calls = Promise.all(writes(state).map(({ make }) => make())).finally(() => {
      settled = true
    })
    assert.equal(await state.get('trace', 'key'), 'value')
    await until(async () => (await rejections(client, 'misconf')) >= 2)
    assert.equal(settled, false)
    await blocked.save()
    assert.deepEqual(await calls, ['written', 'written', undefined])
  })

  it('makes writes time out', async (t) => {
    const { server, client, state } = await warm(t, { commandTimeout: patientTimeout })
    const blocked = await failToSave(server, client)
    await Promise.all([
      assertAllFail(writes(state), 'ERR_REPLY', { reply: 'MISCONF', ...inPatientTime }),
      ...reads(state).map(({ make }) => make()),
    ])
    assert.equal(await state.get('trace', 'key'), 'value')
    await blocked.save()
    assert.equal(await state.set('trace', 'key', 'new'), 'new')
  })

  /**
   * @param {RedisServer} server
   * @param {Client} client
   */
  async function failToSave(server, client) {
    const blockingFolder = join(dirname(server.socketPath), 'dump.rdb')
    mkdirSync(blockingFolder)
    await client.configSet('save', '3600 1')
    await save('err')
    return {
      save: () => {
        rmdirSync(blockingFolder)
        return save('ok')
      },
    }

    /** @param {string} status to wait for */
    async function save(status) {
      await client.bgSave()
      await until(async () => (await client.info('persistence')).includes(`rdb_last_bgsave_status:${status}`))
    }
  }
})

describe('a server that runs a long script', () => {
  it('makes calls time out, and serves those with a longer timeout once the script is killed', async (t) => {
    const { server, client, state } = await warm(t, { commandTimeout: patientTimeout })
    const waitingState = open(t, { url: server.url, commandTimeout: 60_000 })
    await waitingState.get('trace', 'key')
    await client.configSet('lua-time-limit', '10')
    const runner = await server.client()
    const script = assert.rejects(runner.sendCommand(['EVAL', 'while true do end', '0']), /killed/i)
    await until(() => client.ping().then(() => false, isBusy))
    const late = open(t, { url: server.url, commandTimeout: patientTimeout })
    const waiting = Promise.all([
      waitingState.get('trace', 'key'),
      waitingState.set('trace', 'other', 1),
      waitingState.ping(),
    ])
    await Promise.all([
      assertAllFail(allCalls(state), 'ERR_REPLY', { reply: 'BUSY', ...inPatientTime }),
      assertAllFail(allCalls(late), 'ERR_COMMAND_TIMEOUT', inPatientTime),
    ])
    const ready = next(late, 'ready')
    await client.sendCommand(['SCRIPT', 'KILL'])
    await Promise.all([script, ready])
    assert.deepEqual((await waiting).slice(0, 2), ['value', 1])
    assert.equal(await state.delete('trace', 'other'), 1)
    assert.deepEqual(await state.getGroup('trace'), ['value'])
    for (const adapter of [state, late]) {
      assert.equal(await adapter.get('trace', 'key'), 'value')
      assert.equal(await adapter.set('trace', 'key', 'value'), 'value')
    }
  })

  /** @param {Error} error */
  function isBusy({ message }) {
    return message.startsWith('BUSY ')
  }
})

describe('a server that loads its data for longer than commandTimeout', () => {
  it('makes calls time out, and is used once it has loaded', async (t) => {
    // 200 keys, 40 ms each.
    const server = await started(t, ['--key-load-delay', '40000', '--loading-process-events-interval-bytes', '1024'])
    const state = open(t, { url: server.url, commandTimeout: patientTimeout, socket: { reconnectStrategy: 20 } })
    await fill(state, 'trace', 200)
    await (await server.client()).sendCommand(['SAVE'])
    await killServer(state, server)
    const loading = next(state, 'reconnecting').then(() => next(state, 'reconnecting'))
    const ready = next(state, 'ready')
    const starting = server.start()
    await loading
    const errors = await assertAllFail(allCalls(state), 'ERR_COMMAND_TIMEOUT', inPatientTime)
    for (const { cause } of errors) assert.equal(/** @type {RedisStateError} */ (cause).code, 'ERR_CONNECTION')
    await Promise.all([starting, ready])
    assert.equal(await state.get('trace', 'k7'), 7)
    assert.equal((await state.getGroup('trace')).length, 200)
  })
})

describe('a server that refuses a call temporarily, and then says nothing', () => {
  for (const name of ['get', 'set']) {
    it(`is named with its refusal by the timeout: ${name}`, async (t) => {
      let refusals = 0
      const url = await scripted(t, ([command]) => {
        if (command !== 'GET' && command !== 'SET') return undefined
        return refusals++ < 3 ? '-LOADING Redis is loading the dataset in memory' : () => {}
      })
      const state = open(t, { url, commandTimeout: patientTimeout })
      const call = name === 'get' ? state.get('t', 'k') : state.set('t', 'k', 1)
      const applied = name === 'get' ? undefined : 'unknown'
      const { message, cause } = await assertFails(call, 'ERR_COMMAND_TIMEOUT', { applied, ...inPatientTime })
      assert.match(message, /timed out .*; the last reply was LOADING Redis is loading the dataset in memory\./)
      assert.equal(/** @type {RedisStateError} */ (cause).reply, undefined)
      assert.match(String(cause), /LOADING/)
    })
  }
})

describe('the connection for listings', () => {
  it('is retried as often as the reconnect strategy has the other one retried', async (t) => {
    const server = await scriptedServer(t, () => (socket) => void socket.destroy())
    const state = open(t, { url: server.url, commandTimeout: 60_000, socket: { reconnectStrategy: 20 } })
    const listing = assertFails(state.getGroup('trace'), 'ERR_CLOSED')
    // With the default delays it would have made about ten attempts meanwhile.
    await next(state, 'reconnecting', 100)
    assert.ok(server.connections > 150, `${server.connections} attempts of both`)
    await Promise.all([listing, state.cleanup({ timeout: 0 })])
  })
})

const READING_VALUES = ['getGroup', 'getByPrefix', 'items', 'items of all', 'query', 'query of all', 'scan']

describe('missing rights of a user', () => {
  for (const { command, methods } of [
    { command: 'get', methods: ['get'] },
    { command: 'set', methods: ['set'] },
    { command: 'getdel', methods: ['delete'] },
    { command: 'mget', methods: READING_VALUES },
    { command: 'scan', methods: [...READING_VALUES, 'keys', 'count', 'traceIds', 'clear'] },
    { command: 'unlink', methods: ['clear'] },
  ]) {
    it(`fail only the calls that need them, until they are granted: ${command}`, async (t) => {
      const { client, state } = await warm(t)
      await client.sendCommand(['ACL', 'SETUSER', 'default', `-${command}`])
      const calls = allCalls(state)
      await assertAllFail(
        calls.filter(({ name }) => methods.includes(name)),
        'ERR_REPLY',
        { reply: 'NOPERM', ...soon },
      )
      await client.sendCommand(['ACL', 'SETUSER', 'default', `+${command}`])
      assert.deepEqual(await state.getGroup('trace'), ['value'])
      await client.sendCommand(['ACL', 'SETUSER', 'default', `-${command}`])
      for (const { name, make } of calls) if (!methods.includes(name)) await make()
      await client.sendCommand(['ACL', 'SETUSER', 'default', `+${command}`])
      for (const { make } of calls) await make()
    })
  }

  it('on some keys fail the calls that use these', async (t) => {
    const { client, state } = await warm(t)
    await client.sendCommand(['ACL', 'SETUSER', 'default', 'resetkeys', '~motia:state:open:*'])
    await assertFails(state.get('trace', 'key'), 'ERR_REPLY', { reply: 'NOPERM', ...soon })
    await assertFails(state.set('trace', 'key', 1), 'ERR_REPLY', { applied: 'no', reply: 'NOPERM', ...soon })
    await assertFails(state.getGroup('trace'), 'ERR_REPLY', { reply: 'NOPERM', ...soon })
    assert.equal(await state.set('open', 'key', 1), 1)
    assert.deepEqual(await state.getGroup('open'), [1])
  })
})

describe('a login that becomes', () => {
  it('required makes calls time out until it is no longer', async (t) => {
    const { client, state } = await warm(t, { commandTimeout: patientTimeout, socket: { reconnectStrategy: 20 } })
    await client.configSet('requirepass', 'word')
    const refused = next(state, 'error', 2)
    await killOtherClients(client)
    assert.equal((await refused)[1].code, 'ERR_AUTH')
    await assertAllFail(allCalls(state), 'ERR_AUTH', { reply: 'NOAUTH', within })
    const ready = next(state, 'ready')
    await client.configSet('requirepass', '')
    await ready
    assert.equal(await state.get('trace', 'key'), 'value')
  })

  for (const { title, close, reopen } of [
    { title: 'that of a deleted user', close: ['DELUSER', 'ada'], reopen: ['on', '>word', '~*', '+@all'] },
    { title: 'that of a disabled user', close: ['SETUSER', 'ada', 'off'], reopen: ['on'] },
    { title: 'that of a user with another password', close: ['SETUSER', 'ada', '<word'], reopen: ['>word'] },
  ]) {
    it(`${title} makes calls time out until it is valid again`, async (t) => {
      const server = await started(t)
      const client = await server.client()
      await client.sendCommand(['ACL', 'SETUSER', 'ada', 'on', '>word', '~*', '+@all'])
      const login = { username: 'ada', password: 'word' }
      const state = open(t, {
        url: server.url,
        ...login,
        commandTimeout: patientTimeout,
        socket: { reconnectStrategy: 20 },
      })
      await state.set('trace', 'key', 'value')
      const refused = next(state, 'error', 2)
      await client.sendCommand(['ACL', ...close])
      await killOtherClients(client)
      assert.equal((await refused)[1].code, 'ERR_AUTH')
      await assertAllFail(allCalls(state), 'ERR_AUTH', { reply: 'WRONGPASS', within })
      const ready = next(state, 'ready')
      await client.sendCommand(['ACL', 'SETUSER', 'ada', ...reopen])
      await ready
      assert.equal(await state.get('trace', 'key'), 'value')
    })
  }
})

describe('a server at its limit of clients', () => {
  it('makes only listings time out, until it accepts their connection', async (t) => {
    const server = await started(t)
    const client = await server.client()
    const state = open(t, { url: server.url, commandTimeout: patientTimeout })
    const waitingState = open(t, { url: server.url, commandTimeout: 60_000 })
    await Promise.all([state.set('trace', 'key', 'value'), waitingState.get('trace', 'key')])
    await client.configSet('maxclients', '3')
    const waiting = waitingState.getGroup('trace')
    const errors = await assertAllFail(
      allCalls(state).filter(({ name }) => !['get', 'set', 'delete'].includes(name)),
      'ERR_COMMAND_TIMEOUT',
      inPatientTime,
    )
    for (const { cause } of errors) assert.equal(/** @type {RedisStateError} */ (cause).code, 'ERR_CONNECTION')
    assert.equal(await state.get('trace', 'key'), 'value')
    await client.configSet('maxclients', '100')
    assert.deepEqual(await waiting, ['value'])
  })
})

/**
 * @param {Client} client
 * @param {string} word error word in lower case
 * @returns {Promise<number>} number of replies with that error
 */
async function rejections(client, word) {
  const stats = await client.info('errorstats')
  return Number(new RegExp(`errorstat_${word}:count=(\\d+)`, 'i').exec(stats)?.[1] ?? 0)
}
