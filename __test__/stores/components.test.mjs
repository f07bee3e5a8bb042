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
import { NAME, startedSentinels } from '../support/sentinel.mjs'
import { component, folderOf, loadedStores, loadText } from '../support/stores-folder.mjs'
import { startedWithTls } from '../support/tls-server.mjs'
import { collectWarnings } from '../support/warnings.mjs'

/** @import { TestContext } from 'node:test' */

const HOST = '  - name: redisHost\n    value: localhost:6379'

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

  it('of a login at Sentinels are applied (conformance 23)', async (t) => {
    const sentinels = await startedSentinels(t, { replicas: 0, password: 'hunter2' })
    const hosts = sentinels.sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')
    const file = (/** @type {string} */ password) =>
      component(
        password,
        Object.entries({
          redisHost: hosts,
          failover: 'true',
          sentinelMasterName: NAME,
          sentinelUsername: 'default',
          sentinelPassword: password,
        })
          .map(([name, value]) => `  - name: ${name}\n    value: "${value}"`)
          .join('\n'),
      )
    const folder = await folderOf(t, { 'right.yaml': file('hunter2'), 'wrong.yaml': file('wrong') })
    const stores = await loadedStores(t, folder)
    await stores.get('hunter2').set('t', 'k', 1)
    const client = await sentinels.servers[0].client()
    assert.equal(await client.get('hunter2:t:k'), '1')
    await assert.rejects(stores.get('wrong').connect({ timeout: 60_000 }), { code: 'ERR_AUTH' })
  })

  it('of logins by tokens are problems', async (t) => {
    const { problems } = await loadOptions(t, { redisHost: 'h', useAzureAD: 'true' })
    assert.deepEqual(problems, ['useAzureAD is not supported'])
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
