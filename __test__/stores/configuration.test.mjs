// @ts-check
// The configuration of stores: a JSON file or an object.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { StateStores } from 'redis-state-adapter'
import { errorOf } from '../support/error-of.mjs'
import { started } from '../support/redis.mjs'
import { folderOf, loadedStores } from '../support/stores-folder.mjs'

describe('a JSON file', () => {
  it('is read like an object, with its environments', async (t) => {
    const server = await started(t)
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
