// @ts-check
// Configuration files that are meant to take long, to take much memory, or to reach what they should not.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { StateStores } from 'redis-state-adapter'
import { errorOf } from '../support/error-of.mjs'
import { component, folderOf, loadedStores } from '../support/stores-folder.mjs'

/** Generous for a busy machine: without limits the parser takes minutes for some of these files. */
const MAX_MS = 20_000
const MAX_BYTES = 300e6

const range = (/** @type {number} */ length) => Array.from({ length }, (_, index) => index)

/** Each alias has nine of the one before it. */
const bomb = ['a: &a0 [x]', ...range(20).map((n) => `b${n}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(',')}]`)].join(
  '\n',
)

/** @type {[name: string, text: string, message: RegExp][]} */
const FILES = [
  ['aliases without end', bomb, /too many aliases|aliases repeat too much/],
  ['few aliases that repeat much', bomb.split('\n').slice(0, 5).join('\n'), /aliases repeat too much/],
  ['an alias of itself', 'kind: Component\nmetadata: &a [*a]', /not valid YAML|metadata: expected an object/],
  ['an unresolved alias', 'a: *b', /not valid YAML/],
  ['a tag of another language', 'a: !!js/function "() => process.exit()"', /:1: tags are not supported/],
  ['a tag of its own', 'a: !secret hunter2', /:1: tags are not supported/],
  ['binary', 'a: !!binary aGk=', /:1: tags are not supported/],
  ['deep flow sequences', '['.repeat(100_000), /nested too deeply/],
  ['deep flow maps', '{a: '.repeat(50_000), /nested too deeply/],
  ['deep compact sequences', '- '.repeat(100_000), /nested too deeply/],
  ['deep explicit keys', '? '.repeat(100_000), /explicit keys/],
  [
    'deep indentation',
    range(400)
      .map((n) => `${' '.repeat(n)}a:`)
      .join('\n'),
    /indented too deeply/,
  ],
  [
    'many keys',
    range(50_000)
      .map((n) => `k${n}:`)
      .join('\n')
      .slice(0, 250_000),
    /too large/,
  ],
  ['many documents', '---\na: 1\n'.repeat(20_000), /too large/],
  ['many anchors', `a: ${'&a '.repeat(80_000)}`, /too large|not valid YAML/],
]

describe('a hostile YAML file', () => {
  for (const [name, text, message] of FILES) {
    it(`is rejected in bounded time and memory: ${name}`, { timeout: MAX_MS }, async (t) => {
      const folder = await folderOf(t, { 'store.yaml': text })
      const before = process.memoryUsage().rss
      const error = await errorOf(() => StateStores.load(folder))
      assert.equal(error.code, 'ERR_INVALID_CONFIG')
      assert.match(error.message, message)
      assert.doesNotMatch(error.message, /hunter2/)
      assert.ok(process.memoryUsage().rss - before < MAX_BYTES)
    })
  }

  it('for another program is passed over, whatever it has', { timeout: MAX_MS }, async (t) => {
    const folder = await folderOf(t, {
      'a.yaml': 'a: &a [*a]',
      'b.yaml': '__proto__: { polluted: 1, kind: Component, stores: {} }',
      'c.json': '{ "__proto__": { "kind": "Component", "stores": {} } }',
      'd.json': '['.repeat(100_000),
      'e.json': `{ "a": ${'{ "a": '.repeat(20_000)}`,
    })
    assert.deepEqual((await loadedStores(t, folder)).list(), [])
    assert.equal(/** @type {any} */ ({}).polluted, undefined)
  })

  for (const extension of ['yaml', 'json']) {
    it(`of 10 GB is not read: ${extension}`, { timeout: MAX_MS }, async (t) => {
      const file = join(await folderOf(t, {}), `store.${extension}`)
      await writeFile(file, 'a: 1')
      await truncate(file, 10 * 1024 ** 3)
      const { message } = await errorOf(() => StateStores.load(file))
      assert.match(message, /is larger than 256 kB/)
    })
  }

  it('of secrets that is a pipe or a folder is not read', { skip: process.platform === 'win32' }, async (t) => {
    const secret = '  - name: redisPassword\n    secretKeyRef: { name: p }'
    const folder = await folderOf(t, { 'store.yaml': component('s', secret, 'auth:\n  secretStore: local\n') })
    await promisify(execFile)('mkfifo', [join(folder, 'pipe')])
    for (const name of ['pipe', '.']) {
      const local = component('local', `  - name: secretsFile\n    value: ${join(folder, name)}`)
      await writeFile(join(folder, 'local.yaml'), local.replace('state.redis', 'secretstores.local.file'))
      assert.match((await errorOf(() => StateStores.load(folder))).message, /is no file/)
    }
  })

  it('changes no prototype', async (t) => {
    const texts = {
      'a.yaml': `__proto__: { polluted: 1 }\n${component('a', '  - name: redisHost\n    value: h')}`,
      'b.yaml': component('b', '  - { __proto__: { polluted: 1 }, name: redisHost, value: h }'),
      'c.yaml': 'stores: { __proto__: { host: h, polluted: 1 } }',
      'd.json': '{ "stores": { "a": { "__proto__": { "polluted": 1 } } } }',
      'e.json': '{ "stores": { "a": {} }, "__proto__": { "polluted": 1 } }',
    }
    for (const [file, text] of Object.entries(texts)) {
      const folder = await folderOf(t, { [file]: text })
      await errorOf(() => StateStores.load(folder))
      assert.equal(/** @type {any} */ ({}).polluted, undefined)
    }
  })

  it('is not needed for what files really have: anchors, comments, block texts, CRLF', async (t) => {
    const metadata = `  - &host # the server
    name: redisHost
    value: localhost:6379
  - name: queryIndexes
    value: >
      [ { "a": [ { "b": "? - !x *y &z" } ] } ]`
    const text = component('one', metadata, 'scopes: &apps [a, b]\n').replaceAll('\n', '\r\n')
    const stores = await loadedStores(t, await folderOf(t, { 'store.yaml': `\ufeff${text}` }))
    assert.deepEqual(
      stores.list().map(({ ignored }) => ignored),
      [['queryIndexes']],
    )
  })
})
