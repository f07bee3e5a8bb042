// @ts-check
// No output contains a password, however it is passed and whatever fails.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createClient } from 'redis'
import { RedisStateAdapter } from 'redis-state-adapter'
import { OPTIONS, ofType, TYPES, URLS, WORDS } from '../config/secret-forms.mjs'
import { next } from '../support/events.mjs'
import { killOtherClients } from '../support/kill-clients.mjs'
import { assertNoLeak, assertNoLeakFrom, failureOf } from '../support/leaks.mjs'
import { closedAfter, open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { runNode } from '../support/run-node.mjs'
import { scriptedServer } from '../support/scripted-server.mjs'
import {
  assertNoSecretIn,
  assertShowsNoSecret,
  password,
  rawPasswords,
  urlWith,
  username,
  wrongPassword,
} from '../support/secrets.mjs'
import { patientTimeout } from '../support/timing.mjs'
import { unusedPort } from '../support/unused-port.mjs'
import { collectWarnings } from '../support/warnings.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { ReconnectStrategy, StateOptions } from 'redis-state-adapter'
 */

/**
 * @typedef {StateOptions & { socket?: { reconnectStrategy: number | ReconnectStrategy } }} Options
 *
 * @type {Record<string, (port: number, word: string, options: Options) => RedisStateAdapter>} the ways to pass a user
 *   name and password
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

/** @type {Record<string, (options: any) => unknown>} the ways to pass options */
const PLACES = {
  'as options': (options) => new RedisStateAdapter({ commandTimeout: 50, ...options }),
  'as the second argument': (options) => new RedisStateAdapter({ commandTimeout: 50 }, options),
  'of a client': (options) =>
    new RedisStateAdapter(/** @type {any} */ ({ isOpen: false, connect() {}, options }), { commandTimeout: 50 }),
}

describe('no output contains a password from a url', () => {
  for (const [title, urlOf] of Object.entries(URLS)) {
    it(title, async () => {
      for (const word of WORDS) {
        const url = urlOf(word)
        for (const place of Object.values(PLACES)) await assertNoLeakFrom(() => place({ url }))
        await assertNoLeakFrom(() => new RedisStateAdapter(url, { commandTimeout: 50 }))
        const made = failureOf(() => RedisStateAdapter.fromEnv({ REDIS_URL: url }))
        if (made instanceof RedisStateAdapter) await made.cleanup()
        await assertNoLeakFrom(() => orThrow(made))
      }
    })
  }
})

describe('no output contains a password from options', () => {
  for (const [title, optionsOf] of Object.entries(OPTIONS)) {
    it(title, async () => {
      for (const word of WORDS) {
        for (const place of Object.values(PLACES)) await assertNoLeakFrom(() => place(optionsOf(word)))
      }
    })
  }
})

describe('no output contains a password of another type', () => {
  for (const title of Object.keys(TYPES)) {
    it(title, async () => {
      for (const word of WORDS) {
        for (const options of ofType(title, word)) await assertNoLeakFrom(() => PLACES['as options'](options))
      }
    })
  }
})

describe('no output contains a password that makes its url invalid', () => {
  for (const raw of rawPasswords) {
    for (const [title, url] of Object.entries({
      'with a user': `redis://ada:${raw}@127.0.0.1:1/0`,
      'without one': `redis://:${raw}@127.0.0.1:1`,
      'to a unix socket': `unix://ada:${raw}@/nowhere/redis.sock?pass=${raw}`,
    })) {
      it(`${raw} ${title}`, async (t) => {
        await assertNoLeakFrom(() => openAny(t, { url, commandTimeout: 50, socket: { reconnectStrategy: false } }))
      })
    }
  }

  it('as the path of a socket', async (t) => {
    for (const path of [`unix:///nowhere.sock?pass=${password}`, `redis://ada:${password}@127.0.0.1:1`]) {
      const options = { commandTimeout: 50, socket: { path, reconnectStrategy: false } }
      await assertNoLeakFrom(() => openAny(t, options))
    }
  })
})

for (const [way, connect] of Object.entries(WAYS)) {
  describe(`no output contains a password that is passed ${way}`, { concurrency: true }, () => {
    it('if it is right at first and then wrong', async (t) => {
      const { server, client } = await withUser(t)
      const state = closedAfter(
        t,
        connect(server.port, password, { commandTimeout: patientTimeout, socket: { reconnectStrategy: 20 } }),
      )
      assert.equal(await state.set('trace', 'key', 1), 1)
      assertShowsNoSecret(state)
      const refused = next(state, 'error', 2)
      await client.sendCommand(['ACL', 'SETUSER', username, 'resetpass', '>another'])
      await killOtherClients(client)
      assert.equal((await refused)[1].code, 'ERR_AUTH')
      const errors = await assertNoLeak(state)
      assert.deepEqual(new Set(errors.map(({ code }) => code)), new Set(['ERR_AUTH', 'ERR_CLOSED']))
    })

    it('if it is wrong', async (t) => {
      const { server } = await withUser(t)
      const errors = await assertNoLeak(
        closedAfter(t, connect(server.port, wrongPassword, { commandTimeout: patientTimeout })),
      )
      assert.deepEqual(new Set(errors.map(({ code }) => code)), new Set(['ERR_AUTH', 'ERR_CLOSED']))
    })

    it('if the user has no rights', async (t) => {
      const { server } = await withUser(t, '-@all')
      const errors = await assertNoLeak(
        closedAfter(t, connect(server.port, password, { commandTimeout: patientTimeout })),
      )
      assert.deepEqual(new Set(errors.map(({ reply }) => reply)), new Set(['NOPERM', undefined]))
    })

    it('if no server listens', async (t) => {
      const errors = await assertNoLeak(
        closedAfter(t, connect(await unusedPort(), password, { commandTimeout: patientTimeout })),
      )
      assert.deepEqual(
        new Set(errors.map(({ code }) => code)),
        new Set(['ERR_COMMAND_TIMEOUT', 'ERR_CONNECTION', 'ERR_CLOSED']),
      )
    })

    it('nor do the arguments and errors of a strategy function', async (t) => {
      const { server } = await withUser(t)
      const warnings = collectWarnings(t)
      /** @type {unknown[]} */
      const asked = []
      /** @type {ReconnectStrategy} */
      const reconnectStrategy = (...args) => (asked.push(...args) > 4 ? false : Number.NaN)
      const socket = { reconnectStrategy }
      await assertNoLeak(
        closedAfter(t, connect(server.port, wrongPassword, { commandTimeout: patientTimeout, socket })),
      )
      assert.ok(asked.length > 4)
      assert.equal(warnings.filter(({ message }) => message.includes('reconnectStrategy')).length, 1)
      for (const output of [...asked, ...warnings]) assertShowsNoSecret(output)
    })
  })
}

describe('no output contains a password that the server repeats', { concurrency: true }, () => {
  for (const word of ['ERR', 'WRONGPASS', 'NOAUTH', 'NOPERM', 'DENIED']) {
    it(`after ${word}`, async (t) => {
      const { url } = await scriptedServer(t, ([name, ...args]) => {
        return name === 'AUTH' ? `-${word} no AUTH with ${args.join(' ')}` : undefined
      })
      await assertNoLeak(open(t, { url, username, password, commandTimeout: patientTimeout }))
    })
  }

  /** @type {Record<string, (node: { host: string, port: number }) => object>} */
  const topologies = {
    'of one server': (node) => ({ ...node, username, password }),
    'of sentinels': (node) => ({ sentinel: { name: 'main', nodes: [node], username, password } }),
    'of a cluster': (node) => ({ cluster: { nodes: [node] }, username, password }),
  }
  for (const [title, optionsOf] of Object.entries(topologies)) {
    it(`in reply to a command after the login: ${title}`, async (t) => {
      let login = ''
      const { port } = await scriptedServer(t, ([name, ...args]) => {
        if (name === 'AUTH') login = args.join(':')
        return ['AUTH', 'PING', 'CLIENT'].includes(name) ? undefined : `-ERR no ${name} for ${login}`
      })
      const errors = await assertNoLeak(
        openAny(t, { ...optionsOf({ host: '127.0.0.1', port }), commandTimeout: patientTimeout }),
      )
      const repeated = errors.filter((error) =>
        `${error.message} ${error.cause}`.includes('its words repeat the login'),
      )
      assert.ok(repeated.length > 0)
    })
  }
})

describe('a process', { concurrency: true }, () => {
  const env = { RUST_LOG: 'trace', RUST_BACKTRACE: 'full', NODE_DEBUG: '*', NODE_DEBUG_NATIVE: '*', DEBUG: '*' }

  for (const [title, different] of Object.entries({ 'by default': {}, 'with debug output': env })) {
    it(`prints no password: ${title}`, async (t) => {
      const { server } = await withUser(t, '-set')
      const args = [String(server.port), String(await unusedPort())]
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
 * @param {TestContext} t
 * @param {unknown} connection of any type, also one that the declarations reject
 */
function openAny(t, connection) {
  return open(t, /** @type {any} */ (connection))
}

/**
 * @param {unknown} made
 * @returns {RedisStateAdapter}
 */
function orThrow(made) {
  if (made instanceof RedisStateAdapter) return made
  throw made
}
