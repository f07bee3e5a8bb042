// @ts-check
// A password is shown nowhere, however it was given and whatever goes wrong.

import assert from 'node:assert/strict'
import { tracingChannel } from 'node:diagnostics_channel'
import { describe, it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createClient } from 'redis'
import { RedisStateAdapter } from 'redis-state-adapter'
import { bad, MALFORMED, WITHOUT_MEANING } from '../config/malformed.mjs'
import { thrownBy } from '../support/assert-names.mjs'
import { allCalls } from '../support/calls.mjs'
import { next } from '../support/events.mjs'
import { killOtherClients } from '../support/kill-clients.mjs'
import { closedAfter, open } from '../support/open.mjs'
import { portOfNobody } from '../support/port-of-nobody.mjs'
import { started } from '../support/redis.mjs'
import { runNode } from '../support/run-node.mjs'
import { scriptedServer } from '../support/scripted-server.mjs'
import {
  assertNoSecretIn,
  assertTellsNoSecret,
  password,
  rawPasswords,
  urlWith,
  username,
  wrongPassword,
} from '../support/secrets.mjs'
import { commandTimeout } from '../support/timing.mjs'
import { collectWarnings } from '../support/warnings.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { ReconnectStrategy, RedisStateError, StateOptions } from 'redis-state-adapter'
 */

/**
 * @typedef {StateOptions & { socket?: { reconnectStrategy: number | ReconnectStrategy } }} Options
 *
 * @type {Record<string, (port: number, word: string, options: Options) => RedisStateAdapter>} the ways to give a login
 */
const WAYS = {
  'as options': (port, word, options) =>
    new RedisStateAdapter({ host: '127.0.0.1', port, username, password: word, ...options }),
  'in the url': (port, word, options) => new RedisStateAdapter({ url: urlWith(`127.0.0.1:${port}`, word), ...options }),
  'by a provider': (port, word, options) =>
    new RedisStateAdapter({
      host: '127.0.0.1',
      port,
      credentials: async () => ({ username, password: word }),
      ...options,
    }),
  'as a client of node-redis': (port, word, { socket, ...options }) =>
    new RedisStateAdapter(createClient({ url: urlWith(`127.0.0.1:${port}`, word), socket }), options),
}

/** What is told to all who trace, of every test. @type {unknown[]} */
const traced = []
for (const what of ['command', 'batch', 'connection']) {
  const trace = (/** @type {object} */ context) => void traced.push(context)
  const all = { start: trace, end: trace, asyncStart: trace, asyncEnd: trace, error: trace }
  tracingChannel(`redis-state-adapter:${what}`).subscribe(all)
}

describe('a mistake in the options is told without the password', () => {
  for (const [title, given] of Object.entries({
    'beside it': { username, password },
    'beside a url with it': { url: urlWith('127.0.0.1:1', password) },
  })) {
    it(`that stands ${title}`, (t) => {
      for (const [, options] of MALFORMED) {
        const merged = { ...given, .../** @type {object} */ (options) }
        assertTellsNoSecret(thrownBy(() => openAny(t, merged), 'ERR_INVALID_CONFIG'))
      }
    })
  }

  it('that is given in place of something else', (t) => {
    const numbers = [
      'port',
      'database',
      'ttl',
      'commandTimeout',
      'maxPendingBytes',
      'socket.port',
      'socket.connectTimeout',
    ]
    const others = [
      'socket',
      'tls',
      'sentinel',
      'cluster',
      'strictTraceIds',
      'hashTags',
      'waitReplicas',
      'socket.keepAlive',
      'socket.reconnectStrategy',
    ]
    const maps = ['sentinel.nodeAddressMap', 'cluster.nodeAddressMap', 'waitReplicas.count']
    const given = ['tls.rejectUnauthorized', 'name', 'url', 'host', 'socket.host']
    const nested = ['sentinel.nodes', 'cluster.nodes', ...maps, ...given]
    for (const path of [...numbers, ...others, ...nested]) {
      for (const [, options] of bad(path, password, [password], { [path]: password }, urlWith('h', password))) {
        assertTellsNoSecret(failureOf(() => openAny(t, options)))
      }
    }
  })

  it('that stands in the name of a node', (t) => {
    const nodes = [{ host: '127.0.0.1', port: 1 }]
    for (const name of [password, urlWith('127.0.0.1:1', password), `${password}@127.0.0.1:1`]) {
      const cluster = { nodes, nodeAddressMap: { [name]: nodes[0] } }
      assertTellsNoSecret(thrownBy(() => openAny(t, { cluster }), 'ERR_INVALID_CONFIG'))
    }
  })

  it('that is no string', (t) => {
    for (const mistaken of [{ password }, [password], new URL(urlWith('h', password))]) {
      for (const name of ['password', 'url', 'username']) {
        assertTellsNoSecret(thrownBy(() => openAny(t, { [name]: mistaken }), 'ERR_INVALID_CONFIG'))
      }
    }
  })

  it('in the environment', (t) => {
    const url = urlWith('127.0.0.1:1', password)
    for (const mistake of [
      { REDIS_PORT: password },
      { REDIS_PORT: url },
      { REDIS_PORT: '0' },
      { REDIS_DATABASE: password },
      { STATE_TTL: password },
      { REDIS_HOST: url },
      { REDIS_URL: `http://ada:${password}@h` },
      { REDIS_URL: `ada:${password}@h` },
      { REDIS_URL: `${url}/x` },
      { REDIS_URL: `redis://ada:${password}@h:99999` },
    ]) {
      const env = { REDIS_USERNAME: username, REDIS_PASSWORD: password, ...mistake }
      const build = () => closedAfter(t, RedisStateAdapter.fromEnv(env))
      assertTellsNoSecret(thrownBy(build, 'ERR_INVALID_CONFIG'))
    }
  })

  it('nor do warnings', async (t) => {
    const warnings = collectWarnings(t)
    openAny(t, { url: 'memory:', username, password, ...WITHOUT_MEANING })
    openAny(t, {
      url: urlWith('127.0.0.1:1', password),
      ...WITHOUT_MEANING,
      clientInfoTag: password,
      socket: { lookup: password },
    })
    openAny(t, createClient({ url: urlWith('127.0.0.1:1', password), pingInterval: 1000 }))
    await nextTurn()
    assert.ok(warnings.length >= 3)
    warnings.forEach(assertTellsNoSecret)
  })
})

describe('a password that breaks its url is not shown', () => {
  for (const raw of rawPasswords) {
    for (const [title, url] of Object.entries({
      'with a user': `redis://ada:${raw}@127.0.0.1:1/0`,
      'without one': `redis://:${raw}@127.0.0.1:1`,
      'to a unix socket': `unix://ada:${raw}@/nowhere/redis.sock?pass=${raw}`,
    })) {
      it(`${raw} ${title}`, async (t) => {
        const failed = failureOf(() => openAny(t, { url, commandTimeout: 50, socket: { reconnectStrategy: false } }))
        if (failed instanceof RedisStateAdapter) await tellAll(failed)
        else assertTellsNoSecret(failed)
      })
    }
  }

  it('where a path should be', async (t) => {
    for (const path of [`unix:///nowhere.sock?pass=${password}`, `redis://ada:${password}@127.0.0.1:1`]) {
      const options = { commandTimeout: 50, socket: { path, reconnectStrategy: false } }
      const failed = failureOf(() => openAny(t, options))
      if (failed instanceof RedisStateAdapter) await tellAll(failed)
      else assertTellsNoSecret(failed)
    }
  })
})

for (const [way, connect] of Object.entries(WAYS)) {
  describe(`a login given ${way} is not shown`, { concurrency: true }, () => {
    it('when it is right, and then wrong', async (t) => {
      const { server, client } = await withUser(t)
      const state = closedAfter(
        t,
        connect(server.port, password, { commandTimeout, socket: { reconnectStrategy: 20 } }),
      )
      assert.equal(await state.set('trace', 'key', 1), 1)
      assertTellsNoSecret(state)
      const refused = next(state, 'error', 2)
      await client.sendCommand(['ACL', 'SETUSER', username, 'resetpass', '>another'])
      await killOtherClients(client)
      assert.equal((await refused)[1].code, 'ERR_AUTH')
      const told = await tellAll(state)
      assert.deepEqual(new Set(told.map(({ code }) => code)), new Set(['ERR_AUTH', 'ERR_CLOSED']))
    })

    it('when it is wrong', async (t) => {
      const { server } = await withUser(t)
      const told = await tellAll(closedAfter(t, connect(server.port, wrongPassword, { commandTimeout })))
      assert.deepEqual(new Set(told.map(({ code }) => code)), new Set(['ERR_AUTH', 'ERR_CLOSED']))
    })

    it('when the user may do nothing', async (t) => {
      const { server } = await withUser(t, '-@all')
      const told = await tellAll(closedAfter(t, connect(server.port, password, { commandTimeout })))
      assert.deepEqual(new Set(told.map(({ reply }) => reply)), new Set(['NOPERM', undefined]))
    })

    it('when nobody listens', async (t) => {
      const told = await tellAll(closedAfter(t, connect(await portOfNobody(), password, { commandTimeout })))
      assert.deepEqual(
        new Set(told.map(({ code }) => code)),
        new Set(['ERR_COMMAND_TIMEOUT', 'ERR_CONNECTION', 'ERR_CLOSED']),
      )
    })

    it('to a strategy, nor by one', async (t) => {
      const { server } = await withUser(t)
      const warnings = collectWarnings(t)
      /** @type {unknown[]} */
      const asked = []
      /** @type {ReconnectStrategy} */
      const reconnectStrategy = (...args) => (asked.push(...args) > 4 ? false : Number.NaN)
      const socket = { reconnectStrategy }
      await tellAll(closedAfter(t, connect(server.port, wrongPassword, { commandTimeout, socket })))
      assert.ok(asked.length > 4)
      assert.equal(warnings.length, 1)
      for (const told of [...asked, ...warnings]) assertTellsNoSecret(told)
    })
  })
}

describe('a key for TLS is not shown', { concurrency: true }, () => {
  const begin = '-----BEGIN PRIVATE KEY-----'

  for (const [title, key] of Object.entries({
    'that is none': `${begin}\n${password}\n-----END PRIVATE KEY-----`,
    'that is cut short': `${begin}\n${Buffer.from(password).toString('base64')}`,
    'given as bytes': Buffer.from(`${begin}\n${password}`),
  })) {
    it(title, async (t) => {
      const { port } = await started(t)
      const tls = { cert: `-----BEGIN CERTIFICATE-----\n${password}`, key }
      await tellAll(open(t, { host: '127.0.0.1', port, tls, commandTimeout }))
    })
  }
})

describe('a login that the server repeats is not shown', { concurrency: true }, () => {
  for (const word of ['ERR', 'WRONGPASS', 'NOAUTH', 'NOPERM', 'DENIED']) {
    it(`behind ${word}`, async (t) => {
      const { url } = await scriptedServer(t, ([name, ...args]) => {
        return name === 'AUTH' ? `-${word} no AUTH with ${args.join(' ')}` : undefined
      })
      await tellAll(open(t, { url, username, password, commandTimeout }))
    })
  }
})

describe('a process', { concurrency: true }, () => {
  const env = { RUST_LOG: 'trace', RUST_BACKTRACE: 'full', NODE_DEBUG: '*', NODE_DEBUG_NATIVE: '*', DEBUG: '*' }

  for (const [title, different] of Object.entries({ 'by default': {}, 'with debug output': env })) {
    it(`prints no password: ${title}`, async (t) => {
      const { server } = await withUser(t, '-set')
      const args = [String(server.port), String(await portOfNobody())]
      const { code, stdout, stderr } = await runNode('secrets.mjs', args, { env: different })
      assert.equal(code, 1)
      assert.match(stderr, /ERR_AUTH/)
      assert.match(stderr, /NOPERM/)
      assert.match(stdout, /ERR_CONNECTION/)
      assertNoSecretIn(stdout)
      assertNoSecretIn(stderr)
    })
  }
})

/**
 * @param {TestContext} t
 * @param {...string} rules
 */
async function withUser(t, ...rules) {
  const server = await started(t)
  const client = await server.client()
  await client.sendCommand(['ACL', 'SETUSER', username, 'on', `>${password}`, '~*', '+@all', ...rules])
  return { server, client }
}

/**
 * Has an adapter tell all it can of what goes wrong, until it is closed: none of it may show the password.
 *
 * @param {RedisStateAdapter} state
 */
async function tellAll(state) {
  /** @type {RedisStateError[]} */
  const errors = []
  state.on('error', (error) => errors.push(error))
  state.on('reconnecting', (info) => {
    assertTellsNoSecret(info)
    errors.push(info.cause)
  })
  for (let round = 0; round < 2; round++) {
    for (const result of await Promise.allSettled(allCalls(state).map(({ make }) => make()))) {
      if (result.status === 'rejected') errors.push(result.reason)
    }
    assertTellsNoSecret(state)
    assertNoSecretIn(`${JSON.stringify([state, state.stats()])} ${state}`)
    await state.cleanup()
  }
  assert.ok(errors.length > 0)
  assert.ok(traced.length > 0)
  for (const told of [...errors, ...traced.splice(0)]) assertTellsNoSecret(told)
  return errors
}

/**
 * @param {TestContext} t
 * @param {unknown} connection also one that the types would refuse
 */
function openAny(t, connection) {
  return open(t, /** @type {any} */ (connection))
}

/**
 * What is thrown, or comes instead.
 *
 * @param {() => unknown} act
 */
function failureOf(act) {
  try {
    return act()
  } catch (error) {
    return error
  }
}
