// @ts-check
// Stores by name: configurations, environments and secrets.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { inspect } from 'node:util'
import { StateStores } from 'redis-state-adapter'
import { errorOf } from '../support/error-of.mjs'
import { started, startRedis } from '../support/redis.mjs'
import { folderOf, loadedStores } from '../support/stores-folder.mjs'
import { until } from '../support/until.mjs'
import { collectWarnings } from '../support/warnings.mjs'

/** @type {import('../support/redis.mjs').RedisServer} */
let server

before(async () => {
  server = await startRedis()
  const client = await server.client()
  await client.sendCommand(['ACL', 'SETUSER', 'ada', 'on', '>ada-word', '~*', '+@all'])
})
after(() => server.stop())

describe('stores by name', () => {
  it('are independent: server, database, prefix, ttl and credentials of their own (conformance 21)', async (t) => {
    const client = await server.client()
    const stores = await loadedStores(t, {
      stores: {
        agents: { url: `${server.url}/1` },
        cache: { url: server.url, database: 2, ttl: 3600, keyPrefix: 'c:' },
        private: { url: server.url, database: 2, username: 'ada', password: 'ada-word' },
        other: { url: server.url, database: 2 },
      },
    })
    const values = ['agents', 'cache', 'private', 'other']
    await Promise.all(values.map((name) => stores.get(name).set('t', 'k', name)))
    assert.deepEqual(await Promise.all(values.map((name) => stores.get(name).get('t', 'k'))), values)
    assert.deepEqual(await Promise.all(values.map((name) => stores.get(name).traceIds())), Array(4).fill(['t']))
    await client.select(2)
    assert.deepEqual((await client.keys('*')).sort(), ['c:t:k', 'other:t:k', 'private:t:k'])
    assert.ok((await stores.get('cache').ttl('t', 'k')) ?? 0 > 3590)
    assert.equal(await stores.get('other').ttl('t', 'k'), -1)
  })

  it('open when they are first needed, and give the same adapter each time', async (t) => {
    const stores = await loadedStores(t, { stores: { one: { url: server.url }, two: { url: server.url } } })
    const open = () => stores.list().map(({ open }) => open)
    assert.deepEqual(open(), [false, false])
    const one = stores.get('one')
    assert.equal(stores.get('one'), one)
    assert.deepEqual(open(), [true, false])
    await stores.close()
    await assert.rejects(one.get('t', 'k'), { code: 'ERR_CLOSED' })
    assert.throws(() => stores.get('one'), { code: 'ERR_CLOSED', operation: 'StateStores.get' })
    await stores.close()
  })

  it('that do not exist reject with their names and the nearest one (conformance 21)', async (t) => {
    const environments = { default: { jobs: 'workers' } }
    const stores = await loadedStores(t, { stores: { cache: { url: 'memory:' }, workers: {} } }, { environments })
    const { code, message } = await errorOf(() => stores.get('cahce'))
    assert.equal(code, 'ERR_INVALID_ARGUMENT')
    assert.match(message, /the stores are cache, workers; the roles of .* are jobs\. Did you mean cache\?$/)
    await errorOf(() => stores.get(/** @type {any} */ (undefined)))
    await errorOf(() => stores.get('__proto__'))
  })

  it('are closed by disposal', async () => {
    const stores = await StateStores.load({ stores: { one: { url: 'memory:' } } })
    const one = stores.get('one')
    await stores[Symbol.asyncDispose]()
    await assert.rejects(one.get('t', 'k'), { code: 'ERR_CLOSED' })
  })

  it('close after an invalid option of close was rejected', async () => {
    const stores = await StateStores.load({ stores: { one: { url: 'memory:' } } })
    const one = stores.get('one')
    const wrong = { code: 'ERR_INVALID_ARGUMENT', operation: 'StateStores.close' }
    await assert.rejects(stores.close({ timeout: -1 }), wrong)
    assert.equal(stores.get('one'), one)
    await Promise.all([stores.close({ timeout: 10 }), stores.close()])
    await assert.rejects(one.get('t', 'k'), { code: 'ERR_CLOSED' })
    assert.equal(stores.list()[0].open, false)
  })

  it('close at once if close is called again with a shorter timeout', async (t) => {
    const frozen = await started(t)
    const stores = await StateStores.load({ stores: { one: { url: frozen.url, commandTimeout: 100_000 } } })
    const one = stores.get('one')
    await one.connect()
    frozen.signal('SIGSTOP')
    const pending = one.get('t', 'k')
    const closing = stores.close()
    await stores.close({ timeout: 0 })
    await Promise.all([assert.rejects(pending, { code: 'ERR_CLOSED' }), closing])
  })

  it('have methods that work without the object, and errors with the line of the caller', async (t) => {
    const stores = await loadedStores(t, { stores: { one: { url: 'memory:' } } })
    const { get, list, dapr } = stores
    assert.equal(get('one'), stores.get('one'))
    assert.equal(list().length, 1)
    const failing = [
      () => stores.get('two'),
      () => StateStores.load('/no/such/folder'),
      () => stores.health({ names: ['two'] }),
      () => dapr.state.get('two', 'k'),
    ]
    for (const fails of failing) assert.match((await errorOf(fails)).stack ?? '', /^.*\n +at .*load\.test\.mjs:/)
  })

  it('can have any name, role and environment, also those of members of every object', async (t) => {
    collectWarnings(t)
    const names = ['constructor', 'toString', '__proto__', 'hasOwnProperty']
    const stores = Object.fromEntries(names.map((name) => [name, { url: 'memory:' }]))
    const roles = Object.fromEntries(names.map((name, index) => [`${name}`, names[(index + 1) % 4]]))
    for (const environment of names) {
      const environments = Object.fromEntries([[environment, roles]])
      const loaded = await loadedStores(t, { stores }, { environments, environment })
      for (const [index, name] of names.entries()) await loaded.get(name).set('t', 'k', index)
      const counts = await loaded.counts()
      assert.deepEqual(Object.keys(counts), names)
      assert.deepEqual(Object.values(counts), [1, 1, 1, 1])
      assert.deepEqual(loaded.list()[0].roles, ['hasOwnProperty'])
      await loaded.dapr.state.save('__proto__', [{ key: '__proto__', value: 1 }])
      assert.deepEqual(await loaded.dapr.state.getBulk('__proto__', ['toString']), [{ key: 'toString' }])
    }
    assert.equal(/** @type {any} */ ({}).url, undefined)
    const { dapr } = await loadedStores(t, { stores: {} })
    for (const name of names) await assert.rejects(dapr.state.get(name, 'k'), { code: 'ERR_INVALID_ARGUMENT' })
  })

  it('are made by load only', () => {
    // @ts-expect-error
    assert.throws(() => new StateStores(), { code: 'ERR_UNSUPPORTED' })
  })

  it('in memory share nothing, and are announced by name (conformance 22)', async (t) => {
    const warnings = collectWarnings(t)
    const stores = await loadedStores(t, { stores: { one: { url: 'memory:' }, two: { type: 'memory' } } })
    await stores.get('one').set('t', 'k', 1)
    assert.equal(await stores.get('two').get('t', 'k'), null)
    const texts = () => warnings.map(({ message }) => message).join('\n')
    await until(() => texts().includes('the store one is in memory') && texts().includes('the store two is in memory'))
  })

  /** @type {[title: string, one: object, other: object, isSame: boolean][]} */
  const pairs = [
    ['the same host', { host: 'h' }, { host: 'h' }, true],
    ['a url and a host', { url: 'redis://:word@h/2' }, { host: 'h', port: 6379, database: 2 }, true],
    ['a url and its default', { url: 'redis://h:6379/0' }, { url: 'redis://h' }, true],
    ['a url and an option that overrides it', { url: 'redis://h/1', database: 3 }, { url: 'redis://h/3' }, true],
    ['another database', { url: 'redis://h/1' }, { host: 'h' }, false],
    ['another port', { url: 'redis://h:1' }, { url: 'redis://h:2' }, false],
    ['private memories', { url: 'memory:' }, { url: 'memory:' }, false],
    ['a named memory', { url: 'memory:x' }, { url: 'memory:x' }, true],
    [
      'the nodes of a cluster in another order',
      {
        cluster: {
          nodes: [
            { host: 'a', port: 1 },
            { host: 'b', port: 1 },
          ],
        },
      },
      {
        cluster: {
          nodes: [
            { host: 'b', port: 1 },
            { host: 'a', port: 1 },
          ],
        },
      },
      true,
    ],
  ]
  for (const [title, one, other, isSame] of pairs) {
    it(`with the same entries are announced, and no others: ${title}`, async (t) => {
      const warnings = collectWarnings(t)
      const last = { host: 'last', keyPrefix: 'y:' }
      const stores = { one: { ...one, keyPrefix: 'x:' }, two: { ...other, keyPrefix: 'x:' }, three: last, four: last }
      await loadedStores(t, { stores })
      const has = (/** @type {string} */ text) => warnings.some(({ message }) => message.includes(text))
      await until(() => has('three and four have the same entries'))
      assert.equal(has('one and two have the same entries'), isSame)
    })
  }
})

describe('a JSON file', () => {
  it('is read like an object, with its environments', async (t) => {
    const config = {
      stores: { a: { url: `${server.url}/{env:DATABASE}`, keyPrefix: 'json:' }, b: { host: 'h' } },
      environments: { test: { main: 'a' }, default: 'b' },
    }
    const folder = await folderOf(t, { 'stores.json': JSON.stringify(config) })
    const options = { environment: 'test', env: { DATABASE: '3' } }
    const stores = await loadedStores(t, join(folder, 'stores.json'), options)
    assert.deepEqual(stores.list()[0], {
      ...{ name: 'a', type: 'state.redis', version: 'v1', source: join(folder, 'stores.json'), roles: ['main'] },
      ...{ open: false, problems: [], ignored: [] },
    })
    await stores.get('main').set('t', 'k', 1)
    const client = await server.client({ database: 3 })
    assert.deepEqual(await client.keys('json:*'), ['json:t:k'])
  })

  it('that throws when it is read rejects with the error as cause', async () => {
    const thrown = new Error('hunter2')
    const source = {
      get stores() {
        throw thrown
      },
    }
    const { code, message, cause } = await errorOf(() => StateStores.load(/** @type {any} */ (source)))
    assert.deepEqual([code, cause], ['ERR_INVALID_CONFIG', thrown])
    assert.doesNotMatch(message, /hunter2/)
  })

  it('beside another that is malformed in another way rejects once', async (t) => {
    const folder = await folderOf(t, { 'a.json': '{ "stores": { "a": 5 } }', 'b.json': '{ "stores": [] }' })
    assert.match((await errorOf(() => StateStores.load(folder))).message, /json: stores/)
  })

  it('that is no JSON rejects with its line and without its text', async (t) => {
    const folder = await folderOf(t, { 'stores.json': '{\n  "password": "hunter2" "x"\n}' })
    const { message } = await errorOf(() => StateStores.load(join(folder, 'stores.json')))
    assert.match(message, /stores\.json:\d: is not valid JSON\.$/)
    assert.doesNotMatch(message, /hunter/)
  })
})

describe('a malformed configuration', () => {
  /** @type {[source: any, options: any, message: RegExp][]} */
  const cases = [
    [
      { stores: { a: { host: 'h', prot: 1 } } },
      {},
      /^StateStores\.load: stores\.a\.prot: unknown option\. Did you mean port\?$/,
    ],
    [{ stores: { a: { host: 'h', port: 'x' } } }, {}, /stores\.a\.port: expected a whole number/],
    [{ stores: { a: { socket: { conectTimeout: 1 } } } }, {}, /stores\.a\.socket\.conectTimeout: unknown option/],
    [{ stores: { a: 5 } }, {}, /stores\.a: expected an object/],
    [{ stores: { a: { type: 'mongo' } } }, {}, /stores\.a\.type: expected redis, memory, cosmos/],
    .../** @type {any[]} */ (['constructor', '__proto__', 'toString', ['redis'], 5, null]).map(
      (type) =>
        /** @type {[any, any, RegExp]} */ ([
          { stores: { a: { type } } },
          {},
          /a\.type: expected redis, memory, cosmos/,
        ]),
    ),
    [{ stores: { a: { type: 'redis', url: 'memory:' } } }, {}, /stores\.a\.url: expected the url of a server, as/],
    [
      { stores: { a: { password: { secretKeyRef: { name: 'p', key: 5 } } } } },
      {},
      /a\.password\.secretKeyRef\.key: exp/,
    ],
    [{ stores: { a: { password: { secretKeyRef: { nmae: 'p' } } } } }, {}, /a\.password\.secretKeyRef\.nmae: unknown/],
    [{ stores: { a: { password: { envRef: 5 } } } }, {}, /stores\.a\.password\.envRef: expected a text/],
    [{ stores: { a: { type: 'memory', url: 'redis://h' } } }, {}, /stores\.a\.url: expected memory:/],
    [{ stores: { a: { type: 'cosmos', url: 'u', database: 'd' } } }, {}, /stores\.a\.collection: is missing/],
    [{ stores: { a: { type: 'cosmos', urll: 'u' } } }, {}, /stores\.a\.urll: unknown field\. Did you mean url\?/],
    [{ stores: { 'a b': {} } }, {}, /the name of a store has letters/],
    [{ stores: [] }, {}, /stores: expected an object/],
    [{ stores: {}, environmnets: {} }, {}, /environmnets: unknown field\. Did you mean environments\?/],
    [{ store: {} }, {}, /is neither a component .* nor a configuration with stores/],
    [5, {}, /source: expected the path of a folder or a file, or an object of stores, got a number/],
    ['redis://:hunter2@h', {}, /source: expected .* got a url/],
    ['/no/such/folder', {}, /\/no\/such\/folder: cannot be read \(ENOENT\)/],
    [{ stores: { a: {} } }, { environments: { default: 'b' } }, /environments\.default: there is no store "b"/],
    [
      { stores: { a: {} } },
      { environments: { default: { x: 'aa' } } },
      /environments\.default\.x: .* Did you mean a\?/,
    ],
    [{ stores: { a: {} } }, { environments: { default: 5 } }, /environments\.default: expected the name of a store/],
    [
      { stores: { a: {} } },
      { environments: { test: 'a' }, environment: 'tset' },
      /environment: .* Did you mean test\?/,
    ],
    [{ stores: {} }, { enviroment: 'x' }, /enviroment: unknown option\. Did you mean environment\?/],
    [
      { stores: { a: { host: '{env:A-B}' } } },
      { environments: { default: 5 }, env: {} },
      /environments\.default: expected/,
    ],
    [{ stores: {} }, { environment: '' }, /environment: expected a text that is not empty/],
    [{ stores: {} }, { secrets: 5 }, /secrets: expected a function/],
  ]
  for (const [source, options, message] of cases) {
    it(`rejects: ${String(message).slice(1, 70)}`, async () => {
      const error = await errorOf(() => StateStores.load(source, options))
      assert.match(error.message, message)
      assert.doesNotMatch(error.message, /hunter2/)
      assert.equal(error.operation, 'StateStores.load')
    })
  }
})

describe('an environment', () => {
  const stores = { redis: { host: 'h' }, cache: { host: 'h' }, memory: { url: 'memory:' } }
  const environments = {
    production: { workflows: 'redis', agents: 'redis', fallback: 'memory' },
    test: { workflows: 'redis', cache: 'cache', fallback: 'memory' },
    default: 'memory',
  }
  /** @param {import('node:test').TestContext} t @param {object} options */
  const load = async (t, options) => {
    collectWarnings(t)
    return loadedStores(t, { stores }, { environments, ...options })
  }
  /** @param {StateStores} loaded @param {string} name */
  const rolesOf = (loaded, name) => loaded.list().find((store) => store.name === name)?.roles

  it('is that of NODE_ENV, which selects the store of each role (conformance 22)', async (t) => {
    const loaded = await load(t, { env: { NODE_ENV: 'production' } })
    assert.equal(loaded.environment, 'production')
    assert.deepEqual(rolesOf(loaded, 'redis'), ['workflows', 'agents'])
    assert.equal(loaded.get('agents'), loaded.get('redis'))
  })

  it('has its fallback for roles that only other environments list (conformance 22)', async (t) => {
    const loaded = await load(t, { environment: 'test', env: {} })
    assert.equal(loaded.get('agents'), loaded.get('memory'))
    assert.equal(loaded.get('fallback'), loaded.get('memory'))
    await errorOf(() => loaded.get('agent'))
  })

  it('without an entry is the default: one store for every role (conformance 22)', async (t) => {
    const loaded = await load(t, { env: {} })
    assert.equal(loaded.environment, 'development')
    for (const role of ['workflows', 'agents', 'cache']) assert.equal(loaded.get(role), loaded.get('memory'))
  })

  it('never replaces a store that fails by its fallback (conformance 22)', async (t) => {
    const production = { main: 'redis', fallback: 'memory' }
    const source = { stores: { redis: { url: '{env:REDIS_URL}' }, memory: { url: 'memory:' } } }
    const options = { environments: { production }, environment: 'production', env: {} }
    const loaded = await loadedStores(t, source, options)
    const { code, message } = await errorOf(() => loaded.get('main'))
    assert.equal(code, 'ERR_INVALID_CONFIG')
    assert.match(message, /the store redis cannot be used: url: the environment variable REDIS_URL is not set/)
  })
})

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
