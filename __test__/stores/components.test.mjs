// @ts-check
// Component files of Dapr.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { StateStores } from 'redis-state-adapter'
import { COMPONENTS } from '../fixtures/stores/components.mjs'
import { errorOf } from '../support/error-of.mjs'
import { started } from '../support/redis.mjs'
import { component, folderOf, loadedStores } from '../support/stores-folder.mjs'
import { startedWithTls } from '../support/tls-server.mjs'
import { collectWarnings } from '../support/warnings.mjs'

/** @import { TestContext } from 'node:test' */

const HOST = '  - name: redisHost\n    value: localhost:6379'

/** @param {TestContext} t @param {string} text @param {object} [options] */
async function loadText(t, text, options = {}) {
  const folder = await folderOf(t, { 'store.yaml': text })
  return loadedStores(t, join(folder, 'store.yaml'), { env: {}, ...options })
}

describe('a component file as others write it', () => {
  for (const { file, text, env = {}, ...expected } of COMPONENTS) {
    it(`is read: ${file} (conformance 23)`, async (t) => {
      collectWarnings(t)
      const folder = await folderOf(t, { [file]: text })
      const stores = await loadedStores(t, folder, { appId: 'billing', env })
      const { name = 'statestore', type = 'state.redis', problems = [], ignored = [], shown = [] } = expected
      const source = join(folder, file)
      assert.deepEqual(stores.list(), [
        { name, type, version: 'v1', source, roles: [], open: false, problems, ignored },
      ])
      if (problems.length > 0) assert.throws(() => stores.get(name), { code: 'ERR_INVALID_CONFIG' })
      else for (const part of shown) assert.ok(inspect(stores.get(name)).includes(part), inspect(stores.get(name)))
    })
  }

  it('stores entries on the server, database and prefix that it names, with its ttl (conformance 23)', async (t) => {
    const server = await started(t)
    const metadata = `  - name: redisHost
    value: ${new URL(server.url).host}
  - name: redisDB
    value: "2"
  - name: keyPrefix
    value: cache
  - name: ttlInSeconds
    value: "3600"`
    const stores = await loadText(t, component('statestore-cache', metadata))
    await stores.get('statestore-cache').set('session', 'user', 1)
    const client = await server.client({ database: 2 })
    assert.deepEqual(await client.keys('*'), ['cache:session:user'])
    assert.ok((await client.ttl('cache:session:user')) > 3590)
  })
})

describe('options of a component', () => {
  /** @param {TestContext} t @param {Record<string, string>} options */
  async function loadOptions(t, options) {
    const items = Object.entries(options).map(
      ([name, value]) => `  - name: ${name}\n    value: ${JSON.stringify(value)}`,
    )
    const stores = await loadText(t, component('s', items.join('\n')))
    const [{ problems, ignored }] = stores.list()
    return { problems, ignored, shown: problems.length === 0 ? inspect(stores.get('s')) : '' }
  }

  it('that are empty are not given', async (t) => {
    const names = ['redisUsername', 'redisPassword', 'redisDB', 'redisType', 'failover', 'enableTLS', 'clientCert']
    const more = ['clientKey', 'keyPrefix', 'ttlInSeconds', 'dialTimeout', 'readTimeout', 'useEntraID', 'redisPort']
    const empty = Object.fromEntries([...names, ...more].map((name) => [name, '']))
    const { problems, shown } = await loadOptions(t, { redisHost: 'h', ...empty })
    assert.deepEqual(problems, [])
    assert.match(shown, /server: 'h:6379'/)
    assert.match(shown, /keyPrefix: 's:'/)
  })

  it('that have no meaning for the type of server are ignored by name', async (t) => {
    const cluster = { redisHost: 'h', redisType: 'cluster', redisDB: '3', sentinelMasterName: 'm' }
    assert.deepEqual((await loadOptions(t, cluster)).ignored, ['redisDB', 'sentinelMasterName'])
    const node = {
      redisHost: 'h',
      redisHosts: 'i',
      dialTimeout: '1s',
      dialTimeoutInSeconds: '2',
      SentinelPassword: 'p',
    }
    assert.deepEqual((await loadOptions(t, node)).ignored, ['redisHosts', 'dialTimeoutInSeconds', 'SentinelPassword'])
    assert.deepEqual((await loadOptions(t, { redisHost: 'h', oidcClientID: 'x' })).ignored, ['oidcClientID'])
  })

  it('of TLS are applied unless enableTLS is false', async (t) => {
    const login = { clientCert: 'hunter2', clientKey: 'hunter2' }
    const off = await loadOptions(t, { redisHost: 'h', enableTLS: 'false', insecureSkipTLSVerify: 'true', ...login })
    assert.deepEqual(off.ignored, ['insecureSkipTLSVerify', 'clientCert', 'clientKey'])
    const on = await loadOptions(t, { redisHost: 'h', enableTLS: 'true', insecureSkipTLSVerify: 'false', ...login })
    assert.deepEqual(on.ignored, [])
  })

  it('give the port apart from the host, and whether the certificate of the server is verified', async (t) => {
    assert.match((await loadOptions(t, { redisHost: 'h', redisPort: '7000' })).shown, /server: 'h:7000'/)
    collectWarnings(t)
    const port = String((await startedWithTls(t)).port)
    for (const [insecureSkipTLSVerify, status] of [
      ['false', 'down'],
      ['true', 'ok'],
    ]) {
      const items = { redisHost: 'localhost', redisPort: port, enableTLS: 'true', insecureSkipTLSVerify }
      const lines = Object.entries(items).map(([name, value]) => `  - name: ${name}\n    value: "${value}"`)
      const stores = await loadText(t, component('s', lines.join('\n')))
      assert.equal((await stores.health({ timeout: status === 'ok' ? 20_000 : 1000 }))[0].status, status)
    }
  })

  it('of failover select Sentinel, with redisType cluster too', async (t) => {
    const more = `${HOST}\n  - name: failover\n    value: "true"\n  - name: sentinelMasterName\n    value: main`
    const folder = await folderOf(t, {
      'a.yaml': component('a', more),
      'b.yaml': component('b', `${more}\n  - name: redisType\n    value: cluster`),
    })
    const stores = await loadedStores(t, folder)
    assert.deepEqual(
      stores.list().map(({ problems, ignored }) => [problems, ignored]),
      [
        [[], []],
        [[], []],
      ],
    )
    for (const name of ['a', 'b']) assert.match(inspect(stores.get(name)), /sentinels localhost:6379/)
  })

  it('of logins by tokens are problems', async (t) => {
    const { problems } = await loadOptions(t, { redisHost: 'h', useAzureAD: 'true' })
    assert.deepEqual(problems, ['useAzureAD is not supported'])
  })
})

describe('a folder of component files', () => {
  it('has the stores of its files, and passes over other kinds, other folders and other files', async (t) => {
    const folder = await folderOf(t, {
      'a.yaml': `${component('one', HOST)}---\n${component('two', HOST)}---\n`,
      'b.yml': component('three', HOST).replace('state.redis', 'pubsub.redis'),
      'c.yaml': 'apiVersion: dapr.io/v1alpha1\nkind: Subscription\nmetadata:\n  name: four\n',
      'd.json': JSON.stringify({ stores: { five: { url: 'memory:' } } }),
      'notes.txt': 'not: [yaml',
      'empty.yaml': '# nothing\n',
    })
    const stores = await loadedStores(t, new URL(`file://${folder}`))
    assert.deepEqual(
      stores
        .list()
        .map(({ name }) => name)
        .sort(),
      ['five', 'one', 'two'],
    )
  })

  it('has files for other programs, which are passed over (conformance 23)', async (t) => {
    const large = JSON.stringify({ packages: 'x'.repeat(300_000) })
    const folder = await folderOf(t, {
      'a.yaml': component('one', HOST),
      'b.json': JSON.stringify({ componentType: 'state.redis', metadata: [{ name: 'redisHost', value: 'h' }] }),
      'package.json': JSON.stringify({ name: 'app', scripts: { test: 'node --test' } }),
      'package-lock.json': large,
      'tsconfig.json': '{\n  // a comment\n  "compilerOptions": { "strict": true },\n}',
      'empty.json': '',
      'list.json': '[{ "kind": "Component" }]',
      'number.json': '5',
      'mocha.json': JSON.stringify({ spec: '__test__/**' }),
      'deployment.json': JSON.stringify({ kind: 'Deployment', metadata: { name: 'd' }, spec: { stores: 1 } }),
      'compose.yaml': 'services:\n  redis:\n    image: redis\n',
      'list.yml': '- a\n- b\n',
      'text.yaml': 'just a text\n',
    })
    const stores = await loadedStores(t, folder)
    assert.deepEqual(
      stores.list().map(({ name }) => name),
      ['one', 'b'],
    )
  })

  it('rejects files that would be stores but for a mistake', async (t) => {
    /** @type {[file: string, text: string, message: RegExp][]} */
    const cases = [
      ['a.json', '{ "stores": { "a": { "url": "redis://:hunter2@h" }, }', /a\.json:1: is not valid JSON/],
      ['b.json', '{ "kind": "Component", "spec": hunter2 }', /b\.json:1: is not valid JSON/],
      ['c.json', '{ "componentType": "state.redis" ', /c\.json:1: is not valid JSON/],
      ['d.json', JSON.stringify({ stores: {}, more: 'x'.repeat(300_000) }), /d\.json: is larger than 256 kB/],
      ['e.json', '{ "stores": [] }', /e\.json: stores: expected an object/],
      [
        'f.yaml',
        component('f', HOST).replace('metadata:\n  name: f\n', '').replace('kind: Component\n', ''),
        /neither a/,
      ],
    ]
    for (const [file, text, message] of cases) {
      const folder = await folderOf(t, { [file]: text })
      const error = await errorOf(() => StateStores.load(folder))
      assert.equal(error.code, 'ERR_INVALID_CONFIG', file)
      assert.match(error.message, message)
      assert.doesNotMatch(error.message, /hunter2/)
    }
  })

  it('has the environments of one file, or the same in several', async (t) => {
    const file = (/** @type {string} */ name, /** @type {object} */ environments) =>
      JSON.stringify({ stores: { [name]: { url: 'memory:' } }, environments })
    const same = await folderOf(t, {
      'a.json': file('a', { test: { x: 'a', y: 'b' } }),
      'b.json': file('b', { test: { y: 'b', x: 'a' } }),
      'c.json': JSON.stringify({ stores: { c: { url: 'memory:' } } }),
    })
    const stores = await loadedStores(t, same, { environment: 'test' })
    assert.deepEqual(
      stores.list().map(({ roles }) => roles),
      [['x'], ['y'], []],
    )
    const others = await folderOf(t, {
      'a.json': file('a', { test: { x: 'a' } }),
      'b.json': file('b', { test: { x: 'b' } }),
    })
    const error = await errorOf(() => StateStores.load(others))
    assert.equal(error.code, 'ERR_INVALID_CONFIG')
    assert.match(error.message, /b\.json: environments: differ from those in .*a\.json\. Have them in one file/)
    await loadedStores(t, others, { environments: { default: 'b' } })
  })

  it('keeps unquoted values as they are written, but booleans', async (t) => {
    const unquoted = ['0123', '2020-01-01', '1e3', '1_000', '0x1F', '12:30:45']
    const files = unquoted.map((value, index) => [
      `${index}.yaml`,
      component(`s${index}`, `${HOST}\n  - name: keyPrefix\n    value: ${value}`),
    ])
    const stores = await loadedStores(t, await folderOf(t, Object.fromEntries(files)))
    const shown = stores.list().map(({ name }) => inspect(stores.get(name)))
    const prefixes = shown.map((text) => /keyPrefix: '(.*):'/.exec(text)?.[1])
    assert.deepEqual(prefixes, unquoted)
  })

  it('leaves out stores that are not in the scope of the app', async (t) => {
    const text = component('one', HOST, 'scopes:\n- orders\n')
    assert.equal((await loadText(t, text)).list().length, 1)
    assert.equal((await loadText(t, text, { appId: 'orders' })).list().length, 1)
    const stores = await loadText(t, text, { appId: 'billing' })
    assert.deepEqual(stores.list(), [])
    const environments = { default: { main: 'one' } }
    const { message } = await errorOf(() => loadText(t, text, { appId: 'billing', environments }))
    assert.match(message, /environments\.default\.main: the scopes of the store "one" do not have this appId/)
    assert.throws(() => stores.get('one'), { message: /the scopes of the store "one" do not have this appId/ })
  })

  it('takes secrets from a file beside it, nested or not', async (t) => {
    const secret = (/** @type {string} */ name, /** @type {string} */ ref) =>
      component(name, `${HOST}\n  - name: redisPassword\n    secretKeyRef: ${ref}`, 'auth:\n  secretStore: local\n')
    const folder = await folderOf(t, {
      'secrets.json': JSON.stringify({ redis: { word: 'a' }, flat: 'b', word: 'of another' }),
      'local.yaml': component('local', '  - name: secretsFile\n    value: secrets.json').replace(
        'state.redis',
        'secretstores.local.file',
      ),
      'a.yaml': secret('a', '{ name: redis, key: word }'),
      'b.yaml': secret('b', '{ name: "redis:word", key: "redis:word" }'),
      'c.yaml': secret('c', 'flat'),
      'd.yaml': secret('d', '{ name: redis, key: toString }'),
      'e.yaml': secret('e', '{ name: cache, key: word }'),
      'f.yaml': secret('f', '{ name: flat, key: word }'),
    })
    const stores = await loadedStores(t, folder)
    assert.deepEqual(
      stores.list().map(({ problems }) => problems.length),
      [0, 0, 0, 1, 1, 1],
    )
  })
})

describe('a malformed component file', () => {
  /** @type {[text: string, message: RegExp][]} */
  const cases = [
    [
      component('s', `${HOST}\n  - name: redisDBs\n    value: "1"`),
      /store\.yaml:11: redisDBs: unknown option\. Did you mean redisDB\?$/,
    ],
    [
      component('s', `${HOST}\n  - name: redisDB\n    value: hunter2`),
      /store\.yaml:11: redisDB: expected a whole number\.$/,
    ],
    [
      component('s', `${HOST}\n  - name: enableTLS\n    value: maybe`),
      /store\.yaml:11: enableTLS: expected true or false\.$/,
    ],
    [component('s', `${HOST}\n  - name: dialTimeout\n    value: 5 s`), /:11: dialTimeout: expected a duration such as/],
    [
      component('s', `${HOST}\n  - name: redisType\n    value: ring`),
      /:11: redisType: expected node, cluster or sentinel/,
    ],
    [component('s', `${HOST}\n  - name: REDISHOST\n    value: x`), /:11: .*an option is there twice/],
    [component('s', '  - name: redisHost\n    value: "redis://:hunter2@h"'), /:9: redisHost: expected host:port/],
    [
      component('s', '  - name: redisHost\n    value: "a:1,b:2"'),
      /:9: redisHost: has several servers.* redisType to cluster/,
    ],
    [component('s', '  - name: redisDB\n    value: "1"'), /redisHost: is missing\.$/],
    [component('s', `${HOST}\n  - name: failover\n    value: "true"`), /sentinelMasterName: is missing\.$/],
    [
      component('s', `${HOST}\n  - name: clientKey\n    value: hunter2`),
      /:11: clientKey: needs clientCert and clientKey/,
    ],
    [
      component('s', `${HOST}\n    vaule: 5`),
      /store\.yaml:11: spec\.metadata\[0\]\.vaule: unknown field\. Did you mean value\?$/,
    ],
    [
      component('s', `${HOST}\n  - name: redisPassword\n    value: [hunter2]`),
      /:12: .*expected a text, a number or a boolean/,
    ],
    [
      component('s', `${HOST}\n  - name: dialTimeout\n    value: 99999h`),
      /store\.yaml:11: dialTimeout: expected a whole/,
    ],
    [component('s', `${HOST}\n  - name: redisDB\n    value: 99999999999`), /store\.yaml:11: redisDB: expected a whole/],
    [component('s', `${HOST}\n  - name: redisPort\n    value: 7000`), /store\.yaml:11: redisPort: is not the port/],
    [component('s', '  - name: redisHost\n    value: ""'), /store\.yaml:9: redisHost: is missing/],
    [component('s', HOST, 'scope:\n- a\n'), /:\d+: scope: unknown field\. Did you mean scopes\?$/],
    [component('s', HOST).replace('  type: state.redis\n', '  typ: x\n'), /spec\.typ: unknown field/],
    [component('s', '').replace('  type: state.redis\n', ''), /spec\.type: is missing/],
    [component('s', HOST).replace('  name: s\n', '  nmae: s\n'), /metadata\.name: is missing/],
    [
      component('s', `${HOST}\n  - name: keyPrefix\n    value: "__state__:"`),
      /store\.yaml:11: keyPrefix: must not begin/,
    ],
    [`${component('s', HOST)}---\n${component('s', HOST)}`, /the name s is there twice/],
    [component('s', `${HOST}\n  - name: "hunter2 hunter2"\n    value: x`), /a name that no option has: unknown option/],
    ['a: "hunter2', /store\.yaml:1: is not valid YAML: MISSING_CHAR\.$/],
    ['a: 1\na: 2', /store\.yaml:2: is not valid YAML: a key is there twice/],
  ]
  for (const [text, message] of cases) {
    it(`rejects with file, line and option: ${String(message).slice(1, 60)}`, async (t) => {
      const folder = await folderOf(t, { 'store.yaml': text })
      const error = await errorOf(() => StateStores.load(folder))
      assert.equal(error.code, 'ERR_INVALID_CONFIG')
      assert.match(error.message, message)
      assert.doesNotMatch(error.message, /hunter2/)
    })
  }
})
