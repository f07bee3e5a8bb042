// @ts-check
// The package as a user gets it: packed, installed in an empty project, imported, required and type-checked there.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { npm } from '../scripts/npm.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const project = realpathSync(mkdtempSync(join(tmpdir(), 'package-')))
const longest = 120_000

/** @type {string[]} */
let packed

before(() => {
  // Without scripts: what is tested is what was built, and the build is not repeated.
  const [tarball] = JSON.parse(runNpm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', project))
  packed = tarball.files.map((/** @type {{ path: string }} */ { path }) => path).sort()
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'user', private: true }))
  runNpm(project, 'install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', tarball.filename)
})

after(() => rmSync(project, { recursive: true, force: true }))

describe('the tarball', () => {
  it('holds the files needed at runtime and the native part for this platform', () => {
    const fixed = ['index.js', 'index.mjs', 'index.d.ts', 'index.d.mts', 'native.js', 'native.d.ts', 'package.json']
    for (const file of [...fixed, 'LICENSE']) assert.ok(packed.includes(file), `${file} is missing`)
    const library = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.js'),
    )
    for (const file of library) assert.ok(packed.includes(`lib/${file}`), `lib/${file} is missing`)
    const native = `redis-state-adapter.${process.platform}-${process.arch}`
    assert.ok(
      packed.some((file) => file.startsWith(native) && file.endsWith('.node')),
      `no ${native}*.node`,
    )
  })

  it('holds nothing else', () => {
    const runtime =
      /^(index\.(d\.)?(js|mjs|ts|mts)|native\.(js|d\.ts)|lib\/[a-z-]+\.js|docs\/[a-z-]+\.md|redis-state-adapter\.[\w-]+\.node)$/
    const others = packed.filter(
      (file) => !runtime.test(file) && !['package.json', 'LICENSE', 'README.md'].includes(file),
    )
    assert.deepEqual(others, [])
  })
})

describe('installed in an empty project', () => {
  it('brings no dependencies', () => {
    const installed = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))
    assert.deepEqual(installed, ['redis-state-adapter'])
  })

  const use = `
    const state = new RedisStateAdapter({ url: 'memory:' })
    const report = []
    state.set('trace', 'key', { n: 1 })
      .then(async () => report.push(await state.get('trace', 'key'), await state.keys('trace')))
      .then(() => state.cleanup())
      .then(() => state.get('trace', 'key'))
      .catch((error) => report.push(error instanceof RedisStateError, error.code))
      .then(() => console.log(JSON.stringify(report)))`

  it('is imported by an ECMAScript module', () => {
    const output = script(
      'esm.mjs',
      `import { RedisStateAdapter, RedisStateError } from 'redis-state-adapter'
       import * as all from 'redis-state-adapter'
       console.log(JSON.stringify([Object.keys(all).sort(), import.meta.resolve('redis-state-adapter')]))
       ${use}`,
    )
    const [[names, url], report] = output
    assert.deepEqual(names, ['RedisStateAdapter', 'RedisStateError'])
    assert.equal(fileURLToPath(url), join(project, 'node_modules/redis-state-adapter/index.mjs'))
    assert.deepEqual(report, [{ n: 1 }, ['key'], true, 'ERR_CLOSED'])
  })

  it('is required by a CommonJS module', () => {
    const output = script(
      'cjs.cjs',
      `const all = require('redis-state-adapter')
       const { RedisStateAdapter, RedisStateError } = all
       console.log(JSON.stringify([Object.keys(all).sort(), require.resolve('redis-state-adapter')]))
       ${use}`,
    )
    const [[names, file], report] = output
    assert.deepEqual(names, ['RedisStateAdapter', 'RedisStateError'])
    assert.equal(file, join(project, 'node_modules/redis-state-adapter/index.js'))
    assert.deepEqual(report, [{ n: 1 }, ['key'], true, 'ERR_CLOSED'])
  })

  it('is one and the same in both kinds of modules', () => {
    const [same] = script(
      'both.mjs',
      `import { createRequire } from 'node:module'
       import { RedisStateAdapter } from 'redis-state-adapter'
       const required = createRequire(import.meta.url)('redis-state-adapter')
       console.log(JSON.stringify(required.RedisStateAdapter === RedisStateAdapter))`,
    )
    assert.equal(same, true)
  })

  // Each expected error also shows that the types were found: without them there would be none.
  const typed = `
    interface Order { total: number }
    export async function use(): Promise<Order | null> {
      await using state = new RedisStateAdapter({ host: 'localhost', keyPrefix: 'a:', ttl: 60, socket: { keepAlive: true } })
      const order: Order = await state.set<Order>('trace', 'order', { total: 1 })
      const keys: string[] = await state.keys('trace')
      const values: Order[] = await state.getGroup<Order>('trace')
      for (const { groupId, type } of await state.items({ filter: [{ valueKey: 'total', operation: 'gt', value: 1 }] })) {
        keys.push(groupId, type)
      }
      state.on('reconnecting', ({ retries, delay, cause }) => values.push({ total: order.total + retries + delay, ...cause }))
      state.on('error', (error) => keys.push(error.code, error.applied ?? 'none'))
      // @ts-expect-error there is no such option
      new RedisStateAdapter({ hots: 'localhost' })
      // @ts-expect-error a ttl is a number
      new RedisStateAdapter({}, { ttl: '60' })
      // @ts-expect-error there is no such operation
      await state.items({ filter: [{ valueKey: 'total', operation: 'like', value: 1 }] })
      // @ts-expect-error the value may be missing
      const certain: Order = await state.get<Order>('trace', 'order')
      const failure = new RedisStateError('ERR_CLOSED', 'closed')
      // @ts-expect-error there is no such code
      if (failure.code === 'ERR_OTHER') return certain
      return state.get<Order>('trace', 'order')
    }
    export const fromEnv: RedisStateAdapter = RedisStateAdapter.fromEnv(process.env)`

  it('type-checks strictly in both kinds of modules', () => {
    writeFileSync(
      join(project, 'esm.mts'),
      `import { RedisStateAdapter, RedisStateError } from 'redis-state-adapter'\n${typed}`,
    )
    writeFileSync(
      join(project, 'cjs.cts'),
      `import { RedisStateAdapter, RedisStateError } from 'redis-state-adapter'
       import adapter = require('redis-state-adapter')
       export const same: typeof RedisStateAdapter = adapter.RedisStateAdapter\n${typed}`,
    )
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')]
    const language = ['--target', 'es2022', '--lib', 'es2023,esnext.disposable', '--module', 'nodenext']
    runNode([compiler, '--strict', '--noEmit', ...language, ...types, 'esm.mts', 'cjs.cts'])
  })
})

/**
 * @param {string} name
 * @param {string} source
 * @returns {any[]} the lines that it printed, parsed
 */
function script(name, source) {
  writeFileSync(join(project, name), source)
  return runNode([name])
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/**
 * @param {string} cwd
 * @param {...string} args
 */
function runNpm(cwd, ...args) {
  return outputOf(npm(args, { cwd, timeout: longest }), `npm ${args[0]}`)
}

/** @param {string[]} args */
function runNode(args) {
  return outputOf(spawnSync(process.execPath, args, { cwd: project, timeout: longest }), `node ${args[0]}`)
}

/**
 * @param {import('node:child_process').SpawnSyncReturns<string | Buffer>} ended
 * @param {string} what
 */
function outputOf({ status, stdout, stderr }, what) {
  assert.equal(status, 0, `${what} failed:\n${stdout}${stderr}`)
  return String(stdout)
}
