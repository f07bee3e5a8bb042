// @ts-check
// The files of a folder: which are read, and what they may have in common.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { StateStores } from 'redis-state-adapter'
import { errorOf } from '../support/error-of.mjs'
import { component, folderOf, loadedStores, loadText } from '../support/stores-folder.mjs'

const HOST = '  - name: redisHost\n    value: localhost:6379'

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
    const utf16 = (/** @type {string} */ text) => Buffer.from(`\ufeff${text}`, 'utf16le')
    /** @type {[file: string, text: string | Buffer, message: RegExp][]} */
    const cases = [
      ['a.json', '{ "stores": { "a": { "url": "redis://:hunter2@h" }, }', /a\.json:1: is not valid JSON/],
      ['b.json', '{ "kind": "Component", "spec": hunter2 }', /b\.json:1: is not valid JSON/],
      ['c.json', '{ "componentType": "state.redis" ', /c\.json:1: is not valid JSON/],
      ['d.json', JSON.stringify({ stores: {}, more: 'x'.repeat(300_000) }), /d\.json: is larger than 256 kB/],
      ['utf-16.yaml', utf16(component('u', HOST)), /utf-16\.yaml: is no text in UTF-8\. Save it as UTF-8/],
      ['utf-16.json', utf16('{ "stores": {} }'), /utf-16\.json: is no text in UTF-8/],
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
