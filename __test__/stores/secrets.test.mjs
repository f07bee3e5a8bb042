// @ts-check
// Secrets and environment variables in a configuration of stores.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { StateStores } from 'redis-state-adapter'
import { errorOf } from '../support/error-of.mjs'
import { started } from '../support/redis.mjs'
import { loadedStores } from '../support/stores-folder.mjs'
import { until } from '../support/until.mjs'
import { collectWarnings } from '../support/warnings.mjs'

describe('secrets and variables', () => {
  const options = { env: { HOST: 'h', PORT: '7000', EMPTY: '', P: 'a/b@c', FLAG: 'true' } }

  it('fill texts, and become numbers where the option is one', async (t) => {
    const stores = {
      a: { host: '{env:HOST}', port: '{env:PORT}', hashTags: '{env:FLAG}' },
      b: { url: 'redis://:{env:P}@{env:HOST}:{env:PORT}/1' },
      c: { host: { envRef: 'HOST' }, port: { envRef: 'PORT' } },
    }
    const loaded = await loadedStores(t, { stores }, options)
    assert.deepEqual(
      loaded.list().map(({ problems }) => problems),
      [[], [], []],
    )
    for (const name of ['a', 'b', 'c']) assert.match(inspect(loaded.get(name)), /server: 'h:7000'/)
  })

  it('are no members that every object has', async (t) => {
    const names = ['toString', 'constructor', '__proto__', 'hasOwnProperty']
    const stores = Object.fromEntries(names.map((name) => [`s-${name}`, { host: `{env:${name}}` }]))
    for (const env of [process.env, {}]) {
      const loaded = await loadedStores(t, { stores }, { env })
      assert.deepEqual(
        loaded.list().map(({ problems }) => problems),
        names.map((name) => [`host: the environment variable ${name} is not set`]),
      )
    }
  })

  it('can make a store one in memory, which its type then says', async (t) => {
    const warnings = collectWarnings(t)
    const loaded = await loadedStores(t, { stores: { a: { url: '{env:URL}' } } }, { env: { URL: 'memory:' } })
    assert.equal(loaded.list()[0].type, 'state.in-memory')
    loaded.get('a')
    await until(() => warnings.some(({ message }) => message.includes('the store a is in memory')))
  })

  it('that are missing are problems of their store alone', async (t) => {
    const stores = {
      a: { host: '{env:NOPE}', password: '{env:EMPTY}' },
      b: { host: 'h', password: { secretKeyRef: { name: 'redis', key: 'password' } } },
      c: { url: 'memory:' },
    }
    const loaded = await loadedStores(t, { stores }, options)
    assert.deepEqual(
      loaded.list().map(({ problems }) => problems),
      [
        ['host: the environment variable NOPE is not set', 'password: the environment variable EMPTY is not set'],
        ['password: the secret "redis", key "password" is missing: give StateStores.load the option secrets'],
        [],
      ],
    )
    assert.throws(() => loaded.get('a'), { code: 'ERR_INVALID_CONFIG' })
    await loaded.get('c').set('t', 'k', 1)
  })

  it('are asked of the function, which may be async', async (t) => {
    const server = await started(t)
    const client = await server.client()
    await client.sendCommand(['ACL', 'SETUSER', 'ada', 'on', '>ada-word', '~*', '+@all'])
    const asked = /** @type {unknown[]} */ ([])
    const secrets = async (/** @type {unknown} */ secret) => {
      asked.push(secret)
      return 'ada-word'
    }
    const stores = {
      a: {
        url: server.url,
        username: 'ada',
        password: { secretKeyRef: { store: 'vault', name: 'redis', key: 'pass' } },
      },
    }
    const loaded = await loadedStores(t, { stores }, { secrets })
    assert.deepEqual(asked, [{ store: 'vault', name: 'redis', key: 'pass' }])
    await loaded.get('a').set('t', 'k', 1)
    for (const text of [inspect(loaded, { depth: 9 }), JSON.stringify(loaded.list()), inspect(loaded.get('a'))])
      assert.doesNotMatch(text, /ada-word/)
  })

  it('are asked for once, also if stores share them', async (t) => {
    const asked = /** @type {string[]} */ ([])
    const password = { secretKeyRef: 'shared' }
    const stores = {
      a: { host: 'h', password },
      b: { host: 'h', username: { secretKeyRef: { name: 'shared', key: 'user' } }, password },
    }
    const secrets = (/** @type {{ key: string }} */ { key }) => {
      asked.push(key)
      return 'x'
    }
    await loadedStores(t, { stores }, { secrets })
    assert.deepEqual(asked.sort(), ['shared', 'user'])
  })

  it('are not waited for after load failed', async () => {
    const asked = /** @type {string[]} */ ([])
    const secrets = (/** @type {{ name: string }} */ { name }) => {
      asked.push(name)
      return new Promise(() => {})
    }
    const timers = () => process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length
    const before = timers()
    const source = /** @type {any} */ ({ stores: { a: { password: { secretKeyRef: 'never' } }, b: { nope: 1 } } })
    const options = /** @type {any} */ ({ secrets, secretsTimeout: 2 ** 31 - 1 })
    const { message } = await errorOf(() => StateStores.load(source, options))
    assert.match(message, /stores\.b\.nope: unknown option/)
    await until(() => timers() <= before)
    assert.deepEqual(asked, ['never'])
  })

  it('are problems if the function throws, returns nothing or never returns', async (t) => {
    const stores = Object.fromEntries(
      ['throws', 'nothing', 'never'].map((name) => [name, { host: 'h', password: { secretKeyRef: name } }]),
    )
    const secrets = (/** @type {{ name: string }} */ { name }) => {
      if (name === 'throws') throw new Error('the token is hunter2')
      return name === 'never' ? new Promise(() => {}) : undefined
    }
    const loaded = await loadedStores(t, { stores }, { secrets: /** @type {any} */ (secrets), secretsTimeout: 20 })
    const problems = loaded.list().flatMap((store) => store.problems)
    assert.deepEqual(problems, [
      'password: the option secrets threw an error for "throws"',
      'password: the secret "nothing" is missing',
      'password: the option secrets did not return "never" in time',
    ])
    const error = await errorOf(() => loaded.get('throws'))
    assert.equal(/** @type {any} */ (error.cause).message, 'the token is hunter2')
    const health = await loaded.health()
    for (const text of [JSON.stringify(health), inspect(health, { depth: 9 }), inspect(loaded, { depth: 9 })])
      assert.doesNotMatch(text, /hunter2/)
  })
})
