// @ts-check
// What real servers refuse: with which code it comes, in time, and that it is over when the server is well again.

import assert from 'node:assert/strict'
import { mkdirSync, rmdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { assertAllFail, assertFails } from '../support/assert-fails.mjs'
import { allCalls, reads, writes } from '../support/calls.mjs'
import { next } from '../support/events.mjs'
import { fill, range } from '../support/fill.mjs'
import { killOtherClients } from '../support/kill-clients.mjs'
import { lose } from '../support/lose.mjs'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { timesCalled } from '../support/times-called.mjs'
import { atOnce, commandTimeout, inTime } from '../support/timing.mjs'
import { until } from '../support/until.mjs'
import { warm } from '../support/warm.mjs'

/**
 * @import { RedisStateAdapter, RedisStateError } from 'redis-state-adapter'
 * @import { Client, RedisServer } from '../support/redis.mjs'
 */

const { within } = inTime

describe('a server whose memory is full', () => {
  it('refuses to set, and nothing else, until it has room', async (t) => {
    const { client, state } = await warm(t)
    await fill(state, 'trace', 10)
    await client.configSet('maxmemory-policy', 'noeviction')
    await client.configSet('maxmemory', '1mb')
    const expected = /** @type {const} */ ({ applied: 'no', reply: 'OOM', traceId: 'trace', ...atOnce })
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

describe('a server that cannot save', () => {
  it('refuses writes until it can, which are sent again then', async (t) => {
    const { server, client, state } = await warm(t)
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

  it('fails writes in time', async (t) => {
    const { server, client, state } = await warm(t, { commandTimeout })
    const blocked = await failToSave(server, client)
    await Promise.all([
      assertAllFail(writes(state), 'ERR_REPLY', { reply: 'MISCONF', ...inTime }),
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
    const inTheWay = join(dirname(server.socketPath), 'dump.rdb')
    mkdirSync(inTheWay)
    await client.configSet('save', '3600 1')
    await save('err')
    return {
      save: () => {
        rmdirSync(inTheWay)
        return save('ok')
      },
    }

    /** @param {string} status that it comes to */
    async function save(status) {
      await client.bgSave()
      await until(async () => (await client.info('persistence')).includes(`rdb_last_bgsave_status:${status}`))
    }
  }
})

describe('a server that runs a long script', () => {
  it('fails calls until the script is killed: at once, on new connections in time', async (t) => {
    const { server, client, state } = await warm(t, { commandTimeout })
    await client.configSet('lua-time-limit', '10')
    const runner = await server.client()
    const script = assert.rejects(runner.sendCommand(['EVAL', 'while true do end', '0']), /killed/i)
    await until(() => client.ping().then(() => false, isBusy))
    const late = open(t, { url: server.url, commandTimeout })
    await Promise.all([
      assertAllFail(allCalls(state), 'ERR_REPLY', { reply: 'BUSY', ...atOnce }),
      assertAllFail(allCalls(late), 'ERR_COMMAND_TIMEOUT', inTime),
    ])
    const ready = next(late, 'ready')
    await client.sendCommand(['SCRIPT', 'KILL'])
    await Promise.all([script, ready])
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

describe('a server that loads for longer than calls wait', () => {
  it('fails calls in time, and is used when it is done', async (t) => {
    // 200 keys, 10 ms for each.
    const server = await started(t, ['--key-load-delay', '10000', '--loading-process-events-interval-bytes', '1024'])
    const state = open(t, { url: server.url, commandTimeout, socket: { reconnectStrategy: 20 } })
    await fill(state, 'trace', 200)
    await (await server.client()).sendCommand(['SAVE'])
    await lose(state, server)
    const loading = next(state, 'reconnecting').then(() => next(state, 'reconnecting'))
    const ready = next(state, 'ready')
    const starting = server.start()
    await loading
    const errors = await assertAllFail(allCalls(state), 'ERR_COMMAND_TIMEOUT', inTime)
    for (const { cause } of errors) assert.equal(/** @type {RedisStateError} */ (cause).code, 'ERR_CONNECTION')
    await Promise.all([starting, ready])
    assert.equal(await state.get('trace', 'k7'), 7)
    assert.equal((await state.getGroup('trace')).length, 200)
  })
})

const READING_VALUES = ['getGroup', 'getByPrefix', 'items', 'items of all', 'query', 'query of all', 'scan']

describe('permissions that a user lacks', () => {
  for (const { command, methods } of [
    { command: 'get', methods: ['get'] },
    { command: 'set', methods: ['set'] },
    { command: 'getdel', methods: ['delete'] },
    { command: 'mget', methods: READING_VALUES },
    { command: 'scan', methods: [...READING_VALUES, 'keys', 'count', 'traceIds', 'clear'] },
    { command: 'unlink', methods: ['clear'] },
  ]) {
    it(`fail the calls that need them, and no others, until they are given: ${command}`, async (t) => {
      const { client, state } = await warm(t)
      await client.sendCommand(['ACL', 'SETUSER', 'default', `-${command}`])
      const calls = allCalls(state)
      await assertAllFail(
        calls.filter(({ name }) => methods.includes(name)),
        'ERR_REPLY',
        { reply: 'NOPERM', ...atOnce },
      )
      await client.sendCommand(['ACL', 'SETUSER', 'default', `+${command}`])
      assert.deepEqual(await state.getGroup('trace'), ['value'])
      await client.sendCommand(['ACL', 'SETUSER', 'default', `-${command}`])
      for (const { name, make } of calls) if (!methods.includes(name)) await make()
      await client.sendCommand(['ACL', 'SETUSER', 'default', `+${command}`])
      for (const { make } of calls) await make()
    })
  }

  it('on a part of the keys fail the calls that meet them', async (t) => {
    const { client, state } = await warm(t)
    await client.sendCommand(['ACL', 'SETUSER', 'default', 'resetkeys', '~motia:state:open:*'])
    await assertFails(state.get('trace', 'key'), 'ERR_REPLY', { reply: 'NOPERM', ...atOnce })
    await assertFails(state.set('trace', 'key', 1), 'ERR_REPLY', { applied: 'no', reply: 'NOPERM', ...atOnce })
    await assertFails(state.getGroup('trace'), 'ERR_REPLY', { reply: 'NOPERM', ...atOnce })
    assert.equal(await state.set('open', 'key', 1), 1)
    assert.deepEqual(await state.getGroup('open'), [1])
  })
})

describe('a login that becomes', () => {
  it('necessary fails calls in time until it is not', async (t) => {
    const { client, state } = await warm(t, { commandTimeout, socket: { reconnectStrategy: 20 } })
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
    { title: 'that of a user who is no more', close: ['DELUSER', 'ada'], reopen: ['on', '>word', '~*', '+@all'] },
    { title: 'that of a user who is shut out', close: ['SETUSER', 'ada', 'off'], reopen: ['on'] },
    { title: 'that of a user with another password', close: ['SETUSER', 'ada', '<word'], reopen: ['>word'] },
  ]) {
    it(`${title} fails calls in time until it is right again`, async (t) => {
      const server = await started(t)
      const client = await server.client()
      await client.sendCommand(['ACL', 'SETUSER', 'ada', 'on', '>word', '~*', '+@all'])
      const login = { username: 'ada', password: 'word' }
      const state = open(t, { url: server.url, ...login, commandTimeout, socket: { reconnectStrategy: 20 } })
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

describe('a server that takes no more clients', () => {
  it('fails listings alone, in time, until there is room for their connection', async (t) => {
    const server = await started(t)
    const client = await server.client()
    const [state, patient] = [open(t, { url: server.url, commandTimeout }), open(t, { url: server.url })]
    await Promise.all([state.set('trace', 'key', 'value'), patient.get('trace', 'key')])
    await client.configSet('maxclients', '3')
    const waiting = patient.getGroup('trace')
    const errors = await assertAllFail(
      allCalls(state).filter(({ name }) => !['get', 'set', 'delete'].includes(name)),
      'ERR_COMMAND_TIMEOUT',
      inTime,
    )
    for (const { cause } of errors) assert.equal(/** @type {RedisStateError} */ (cause).code, 'ERR_CONNECTION')
    assert.equal(await state.get('trace', 'key'), 'value')
    await client.configSet('maxclients', '100')
    assert.deepEqual(await waiting, ['value'])
  })
})

describe('a limit of the server', () => {
  const large = 'x'.repeat(3 * 1024 * 1024)

  it('for the length of a string fails what is longer, once', async (t) => {
    const { client, state } = await warm(t)
    await client.configSet('proto-max-bulk-len', '1mb')
    // The server says so and closes at once: what it said is lost where the connection is reset.
    await assertLost(state.set('trace', 'key', large), { reply: 'ERR' })
    await assertLost(state.set('x'.repeat(2 * 1024 * 1024), 'key', 1), { reply: 'ERR' })
    assert.equal(await state.get('trace', 'key'), 'value')
    assert.deepEqual(await state.getGroup('trace'), ['value'])
    assert.equal(await timesCalled(client, 'set'), 0)
    await client.configSet('proto-max-bulk-len', '512mb')
    assert.equal(await state.set('trace', 'key', large), large)
    assert.equal(await state.get('trace', 'key'), large)
  })

  it('for what a client sends fails what is longer, once', async (t) => {
    const { client, state } = await warm(t)
    await client.configSet('client-query-buffer-limit', '1mb')
    await assertLost(state.set('trace', 'key', large), {})
    assert.equal(await state.get('trace', 'key'), 'value')
    assert.equal(await timesCalled(client, 'set'), 0)
    await client.configSet('client-query-buffer-limit', '1gb')
    assert.equal(await state.set('trace', 'key', large), large)
  })

  it('for what a client is sent fails what is longer, in time', async (t) => {
    const { client, state } = await warm(t, { commandTimeout })
    await state.set('trace', 'large', 'x'.repeat(20 * 1024 * 1024))
    await client.configSet('client-output-buffer-limit', 'normal 1mb 0 0')
    await assertFails(state.get('trace', 'large'), 'ERR_COMMAND_TIMEOUT', inTime)
    assert.equal(await state.get('trace', 'key'), 'value')
    await client.configSet('client-output-buffer-limit', 'normal 0 0 0')
    assert.equal((await state.getGroup('trace')).length, 2)
  })

  /**
   * A write that the server closes the connection for, with or without a word that comes through.
   *
   * @param {Promise<unknown>} call
   * @param {{ reply?: string }} word
   */
  async function assertLost(call, { reply }) {
    const error = await call.then(
      () => assert.fail('written'),
      (reason) => reason,
    )
    const { code, applied } = error
    if (reply && code === 'ERR_REPLY') assert.deepEqual({ applied, reply: error.reply }, { applied: 'no', reply })
    else assert.deepEqual({ code, applied }, { code: 'ERR_CONNECTION', applied: 'unknown' })
  }
})

/**
 * @param {Client} client
 * @param {string} word in small letters
 * @returns {Promise<number>} how often the server answered with that error
 */
async function rejections(client, word) {
  const stats = await client.info('errorstats')
  return Number(new RegExp(`errorstat_${word}:count=(\\d+)`, 'i').exec(stats)?.[1] ?? 0)
}
