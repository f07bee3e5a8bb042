// @ts-check
// What is loaded when: nothing of Cosmos DB by the main entry, and @azure/cosmos by the first store. Without @azure/cosmos
// the package works but for these stores, and the error says what to install.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { root, stageMain } from '../../scripts/release/packages.mjs'

const skip = process.env.REDIS_STATE_DRIVER === 'thread'
const { currentTarget } = createRequire(import.meta.url)('../../lib/engines/native/target.js')

const OPTIONS = "{ url: 'http://127.0.0.1:9', key: 'YW55', database: 'd', container: 'c' }"
const USE = `
  const state = new RedisStateAdapter({ url: 'memory:' })
  await state.set('t', 'k', 1)
  await state.transaction('t', (tx) => tx.set('l', 2))
  await state.query()
  const stores = await StateStores.load({ stores: { cache: { url: 'memory:' } } })
  await stores.get('cache').set('t', 'k', 1)
  await Promise.all([state.cleanup(), stores.close()])`
/** The native binary is outside of the project, in a folder of any name. */
const LOADED =
  "Object.keys(require.cache).filter((file) => !file.endsWith('.node') && /cosmos|azure/i.test(file.replace(process.cwd(), '')))"

/**
 * Runs a script of CommonJS, in which `print` is to be called once.
 *
 * @param {string} folder
 * @param {string} script
 */
function run(folder, script) {
  const file = join(folder, 'script.cjs')
  writeFileSync(file, `const print = (value) => console.log(JSON.stringify(value));\n(async () => {${script}})()`)
  const env = { ...process.env, NODE_NO_WARNINGS: '1', NODE_PATH: '' }
  return JSON.parse(execFileSync(process.execPath, [file], { cwd: folder, env, encoding: 'utf8' }))
}

/** A project in which the package is installed, as it is published. */
function installed() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'redis-state-adapter-cosmos-')))
  const modules = join(folder, 'node_modules')
  stageMain(modules)
  const target = currentTarget()
  const [name, main] = [`redis-state-adapter-${target}`, `redis-state-adapter.${target}.node`]
  const { version } = createRequire(import.meta.url)('../../package.json')
  mkdirSync(join(modules, name))
  writeFileSync(join(modules, name, 'package.json'), JSON.stringify({ name, version, main }))
  symlinkSync(join(root, main), join(modules, name, main))
  return folder
}

describe('the published package', { skip }, () => {
  /** @type {string} */
  let folder
  before(() => {
    folder = installed()
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('loads nothing of Cosmos DB by its main entry, in use too', () => {
    const script = `
      const { RedisStateAdapter, StateStores } = require('redis-state-adapter')
      ${USE}
      print(${LOADED})`
    assert.deepEqual(run(folder, script), [])
  })

  it('without @azure/cosmos, can be loaded, and a store says what to install', () => {
    const script = `
      const { RedisStateAdapter, StateStores } = require('redis-state-adapter')
      const { CosmosStateAdapter, RedisStateError } = require('redis-state-adapter/cosmos')
      ${USE}
      try { new CosmosStateAdapter(${OPTIONS}); print('made') }
      catch (error) { print([error instanceof RedisStateError, error.code, error.message, error.cause?.code]) }`
    const [isOurs, code, message, cause] = run(folder, script)
    assert.deepEqual([isOurs, code, cause], [true, 'ERR_UNSUPPORTED', 'MODULE_NOT_FOUND'])
    assert.match(message, /needs the package @azure\/cosmos.*npm install @azure\/cosmos/)
  })

  it('without @azure/cosmos, connect rejects with the same error', () => {
    const script = `
      const { CosmosStateAdapter } = await import('redis-state-adapter/cosmos')
      await CosmosStateAdapter.connect(${OPTIONS}).then(print, ({ code, message }) => print([code, message]))`
    const [code, message] = run(folder, script)
    assert.equal(code, 'ERR_UNSUPPORTED')
    assert.match(message, /npm install @azure\/cosmos/)
  })

  it('loads @azure/cosmos with the first store, not with its entry', () => {
    symlinkSync(join(root, 'node_modules/@azure'), join(folder, 'node_modules/@azure'))
    const script = `
      const isAzure = (file) => /node_modules.@azure/.test(file)
      const { CosmosStateAdapter } = require('redis-state-adapter/cosmos')
      const before = Object.keys(require.cache).filter(isAzure).length
      const state = new CosmosStateAdapter(${OPTIONS})
      print([before, Object.keys(require.cache).filter(isAzure).length > 0])
      await state.cleanup()`
    assert.deepEqual(run(folder, script), [0, true])
  })
})
