// @ts-check
// The forms of the connection argument: each is used, and none is mistaken for localhost.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { RedisStateAdapter } from 'redis-state-adapter'
import { thrownBy } from './support/assert-names.mjs'
import { closedAfter, open } from './support/open.mjs'
import { started } from './support/redis.mjs'

/** @type {(t: import('node:test').TestContext, ...args: any[]) => RedisStateAdapter} */
const build = open

class Configuration {
  #url

  /** @param {string} url */
  constructor(url) {
    this.#url = url
  }

  get url() {
    return this.#url
  }

  describe() {
    return `state in ${this.#url}`
  }
}

/** @type {[form: string, of: (url: string) => unknown][]} */
const FORMS = [
  ['a text', (url) => url],
  ['a URL', (url) => new URL(url)],
  ['an object with a URL', (url) => ({ url: new URL(url) })],
  ['an object that inherits its url', (url) => Object.create({ url })],
  ['an object without prototype', (url) => Object.assign(Object.create(null), { url })],
  ['a class instance with a getter', (url) => new Configuration(url)],
  ['a proxy', (url) => new Proxy({ url }, {})],
]

describe('the connection', () => {
  for (const [form, of] of FORMS) {
    it(`can be ${form}`, async (t) => {
      const url = `memory:${randomUUID()}`
      const [state, other] = [build(t, of(url), { keyPrefix: 'p:' }), open(t, { url, keyPrefix: 'p:' })]
      await state.set('t', 'k', 1)
      assert.equal(await other.get('t', 'k'), 1)
    })
  }

  it('is used for options that are undefined in the second argument', async (t) => {
    const url = `memory:${randomUUID()}`
    const mine = build(
      t,
      { url, keyPrefix: 'mine:', ttl: 60 },
      { keyPrefix: undefined, ttl: undefined, url: undefined },
    )
    await mine.set('t', 'k', 1)
    assert.equal(await open(t, { url, keyPrefix: 'mine:' }).get('t', 'k'), 1)
    assert.ok(Number(await mine.ttl('t', 'k')) > 0)
  })

  it('is read once', async (t) => {
    let reads = 0
    const options = {
      get url() {
        return ['memory:', 'redis://127.0.0.1:1'][reads++]
      },
    }
    await build(t, options).set('t', 'k', 1)
    assert.equal(reads, 1)
  })

  it('can have database, user and name in the query of the url', async (t) => {
    const server = await started(t)
    const client = await server.client()
    await client.sendCommand(['ACL', 'SETUSER', 'ada', 'on', '>s@crt', '~*', '+@all'])
    const query = 'db=3&username=ada&password=s%40crt&name=of-the-url'
    const states = [
      build(t, `${server.url}?${query}`, { keyPrefix: 'p:' }),
      closedAfter(t, RedisStateAdapter.fromEnv({ REDIS_URL: `${server.url}/?${query}`, STATE_KEY_PREFIX: 'p:' })),
      build(t, { url: `unix://${server.socketPath}?${query.replace('db', 'database')}`, keyPrefix: 'p:' }),
    ]
    for (const [index, state] of states.entries()) await state.set('t', `k${index}`, index)
    await client.select(3)
    assert.deepEqual((await client.keys('*')).sort(), ['p:t:k0', 'p:t:k1', 'p:t:k2'])
    const list = String(await client.sendCommand(['CLIENT', 'LIST']))
    assert.equal(list.match(/name=of-the-url .*user=ada/g)?.length, 3, list)
  })

  it('uses TLS if the query of the url requires it', async (t) => {
    const server = await started(t)
    const state = build(t, `${server.url}?tls=true`, { commandTimeout: 500 })
    await assert.rejects(state.set('t', 'k', 1), { code: 'ERR_COMMAND_TIMEOUT' })
    assert.equal(await (await server.client()).dbSize(), 0)
  })

  it('of the environment is rejected like any other', () => {
    for (const env of [{ REDIS_HOST: 'h:6379' }, { REDIS_URL: 'redis://h?family=6' }]) {
      const { message } = thrownBy(() => RedisStateAdapter.fromEnv(env), 'ERR_INVALID_CONFIG')
      assert.match(message, new RegExp(`by ${Object.keys(env)[0]}\\.$`))
    }
    for (const env of [null, 'redis://h', 5, []]) {
      thrownBy(() => RedisStateAdapter.fromEnv(/** @type {any} */ (env)), 'ERR_INVALID_CONFIG')
    }
  })
})
