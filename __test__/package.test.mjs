// @ts-check
// The package as users get it: packed, installed in an empty project, imported, required and type-checked there.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { declarations } from './package-declarations.mjs'
import { relativeLinks } from './support/documents.mjs'
import { PackedProject, root } from './support/packed.mjs'

const installed = new PackedProject()
const { folder: project, files: packed } = installed
/** The adapters for other libraries: each has an entry point, and a file of its own in lib/. */
const adapters = filesOf('adapters').flatMap((file) => /^adapters\/([a-z-]+)\.js$/.exec(file)?.[1] ?? [])

after(() => installed.remove())

describe('the tarball', () => {
  it('contains the files needed at runtime, and the types', () => {
    const entries = ['index', 'cosmos', ...adapters.map((name) => `adapters/${name}`)]
    const fixed = entries.flatMap((name) => ['js', 'mjs', 'd.ts', 'd.mts'].map((type) => `${name}.${type}`))
    for (const file of [...fixed, 'package.json', 'LICENSE']) assert.ok(packed.includes(file), `${file} is missing`)
    for (const file of filesOf('types')) assert.ok(packed.includes(file), `${file} is missing`)
  })

  it('has the page of the inspector, file by file', () => {
    const page = packed.filter((file) => file.startsWith('lib/inspector/page/'))
    const inSource = readdirSync(join(root, 'lib/inspector/page'), { recursive: true, withFileTypes: true })
    assert.equal(page.length, inSource.filter((entry) => entry.isFile()).length)
    assert.ok(page.includes('lib/inspector/page/index.html'))
  })

  it('contains nothing else', () => {
    const runtime =
      /^((index|cosmos|adapters\/[a-z-]+)\.(d\.)?(js|mjs|ts|mts)|bin\/redis-state-adapter\.js|lib\/(redis-state-adapter|stores|cosmos|cli|metrics)\.js|lib\/inspector\/page\/[\w./-]+|types\/([a-z-]+\/)?[a-z-]+\.d\.ts|docs\/[a-z-]+\.md|docs\/grafana\/[a-z-]+\.json|examples\/[\w./-]+|bench\/(RESULTS\.md|results\.svg))$/
    const named = ['package.json', 'LICENSE', ...pages, ...adapters.map((name) => `lib/${name}.js`)]
    const others = packed.filter((file) => !runtime.test(file) && !named.includes(file))
    assert.deepEqual(others, [])
  })

  it('has each file of lib/ in one of its files', () => {
    const texts = packed.filter(isBundle).map(readInstalled)
    for (const file of filesOf('lib')) {
      const ofFile = texts.filter((text) => text.includes(`\n// ${file.slice('lib/'.length)}\n`))
      assert.equal(ofFile.length, 1, `${file}: ${ofFile.length}`)
    }
  })

  it('keeps the names of functions and classes, for stack traces', () => {
    const names = packed.filter(isBundle).flatMap((file) => declaredIn(readInstalled(file)))
    const inSource = new Set(filesOf('lib').flatMap((file) => declaredIn(readFileSync(join(root, file), 'utf8'))))
    assert.deepEqual(
      names.filter((name) => !inSource.has(name)),
      [],
    )
    assert.ok(names.length > 400, `${names.length}`)
  })

  it('has every file that a page in it links to', () => {
    const broken = packed
      .filter((file) => file.endsWith('.md'))
      .flatMap((page) =>
        relativeLinks(page, readFileSync(join(root, page), 'utf8')).map(({ path }) => ({ page, path })),
      )
      // The pictures are only in the repository, so that the package stays small.
      .filter(({ path }) => !path.startsWith('docs/images/'))
      .filter(({ path }) => !packed.some((file) => file === path || file.startsWith(`${path}/`)))
    assert.deepEqual(broken, [])
  })
})

describe('installed in an empty project', () => {
  it('has no dependencies but the binary, and no script that an installation runs', () => {
    const names = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))
    assert.deepEqual(names, ['redis-state-adapter', installed.binaryName])
    const { scripts } = JSON.parse(readFileSync(join(project, 'node_modules/redis-state-adapter/package.json'), 'utf8'))
    assert.equal(scripts, undefined)
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

  it('can be imported by an ECMAScript module', () => {
    const output = script(
      'esm.mjs',
      `import { RedisStateAdapter, RedisStateError } from 'redis-state-adapter'
       import * as all from 'redis-state-adapter'
       console.log(JSON.stringify([Object.keys(all).sort(), import.meta.resolve('redis-state-adapter')]))
       ${use}`,
    )
    const [[names, url], report] = output
    assert.deepEqual(names, ['RedisStateAdapter', 'RedisStateError', 'StateStores'])
    assert.equal(fileURLToPath(url), join(project, 'node_modules/redis-state-adapter/index.mjs'))
    assert.deepEqual(report, [{ n: 1 }, ['key'], true, 'ERR_CLOSED'])
  })

  it('can be required by a CommonJS module', () => {
    const output = script(
      'cjs.cjs',
      `const all = require('redis-state-adapter')
       const { RedisStateAdapter, RedisStateError } = all
       console.log(JSON.stringify([Object.keys(all).sort(), require.resolve('redis-state-adapter')]))
       ${use}`,
    )
    const [[names, file], report] = output
    assert.deepEqual(names, ['RedisStateAdapter', 'RedisStateError', 'StateStores'])
    assert.equal(file, join(project, 'node_modules/redis-state-adapter/index.js'))
    assert.deepEqual(report, [{ n: 1 }, ['key'], true, 'ERR_CLOSED'])
  })

  it('has a command line', () => {
    const program = join(project, 'node_modules/.bin/redis-state-adapter')
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    assert.equal(installed.run([program, '--version']).trim(), version)
    const env = { ...process.env, REDIS_URL: 'memory:' }
    const { status, stdout } = spawnSync(process.execPath, [program, 'ls', '--json'], { cwd: project, env })
    assert.deepEqual([status, JSON.parse(String(stdout))], [0, { traceIds: [], more: 0 }])
  })

  it('is the same in both kinds of modules, and has the same errors in both entry points', () => {
    const [same] = script(
      'both.mjs',
      `import { createRequire } from 'node:module'
       import { RedisStateAdapter, RedisStateError } from 'redis-state-adapter'
       import { CosmosStateAdapter, RedisStateError as CosmosError } from 'redis-state-adapter/cosmos'
       const require = createRequire(import.meta.url)
       const [redis, cosmos] = [require('redis-state-adapter'), require('redis-state-adapter/cosmos')]
       console.log(JSON.stringify([
         redis.RedisStateAdapter === RedisStateAdapter, cosmos.CosmosStateAdapter === CosmosStateAdapter,
         CosmosError === RedisStateError, Object.getPrototypeOf(CosmosStateAdapter) === Object.getPrototypeOf(RedisStateAdapter)
       ]))`,
    )
    assert.deepEqual(same, [true, true, true, true])
  })

  it('has adapters for other libraries, in both kinds of modules', (t) => {
    linkPackage(t, 'keyv')
    const [values] = script(
      'adapters.mjs',
      `import { createRequire } from 'node:module'
       import { createKeyv, Keyv } from 'redis-state-adapter/keyv'
       import driver from 'redis-state-adapter/unstorage'
       const require = createRequire(import.meta.url)
       const [keyv, required] = [createKeyv('memory:'), require('redis-state-adapter/keyv')]
       const storage = require('redis-state-adapter/unstorage')({ state: keyv.store.client })
       await keyv.set('a', 1)
       console.log(JSON.stringify([
         keyv instanceof Keyv, required.createKeyv('memory:') instanceof required.Keyv, keyv.store instanceof required.KeyvRedis,
         await keyv.get('a'), await driver({ state: keyv.store.client }).hasItem('a'), await storage.getItem('a')
       ]))`,
    )
    assert.deepEqual(values, [true, true, true, 1, true, '{"value":1}'])
  })

  it('has the stores of Express, in both kinds of modules', (t) => {
    for (const name of ['express-session', 'express-rate-limit']) linkPackage(t, name)
    const [results] = script(
      'express-stores.mjs',
      `import { createRequire } from 'node:module'
       import { rateLimit } from 'express-rate-limit'
       import { Store } from 'express-session'
       import { RedisStateAdapter, RedisStateError } from 'redis-state-adapter'
       import LimitStore from 'redis-state-adapter/rate-limit'
       import { RedisStateError as SessionError, RedisStore } from 'redis-state-adapter/session'
       const require = createRequire(import.meta.url)
       const client = new RedisStateAdapter('memory:')
       const [sessions, limits] = [new RedisStore({ client }), new LimitStore({ client })]
       rateLimit({ store: limits, windowMs: 1000 })
       await sessions.set('a', { cookie: { originalMaxAge: null } })
       console.log(JSON.stringify([
         require('redis-state-adapter/session').RedisStore === RedisStore, sessions instanceof Store, SessionError === RedisStateError,
         require('redis-state-adapter/rate-limit').default === LimitStore, await sessions.ids(), (await limits.increment('a')).totalHits
       ]))`,
    )
    assert.deepEqual(results, [true, true, true, true, ['a'], 1])
  })

  it('has metrics for Prometheus and OpenTelemetry, which need their packages only where they are used', (t) => {
    const [results, codes] = script(
      'metrics.mjs',
      `import { createRequire } from 'node:module'
       import { RedisStateAdapter, RedisStateError } from 'redis-state-adapter'
       import { instrument, RedisStateInstrumentation } from 'redis-state-adapter/otel'
       import { metrics, register, RedisStateError as PrometheusError } from 'redis-state-adapter/prometheus'
       const require = createRequire(import.meta.url)
       const state = new RedisStateAdapter('memory:')
       metrics(state)
       await state.set('a', 'b', 1)
       const counted = /^redis_state_operation_duration_seconds_count\\{.*operation="set"\\} 1$/m.test(metrics(state))
       console.log(JSON.stringify([
         counted, require('redis-state-adapter/prometheus').metrics === metrics, require('redis-state-adapter/otel').instrument === instrument,
         PrometheusError === RedisStateError
       ]))
       const messageOf = (run) => {
         try { run() } catch (error) { return error.code + ' ' + error.message }
       }
       console.log(JSON.stringify([() => instrument(), () => new RedisStateInstrumentation(), () => register(state)].map(messageOf)))`,
    )
    assert.deepEqual(results, [true, true, true, true])
    assert.deepEqual(codes, [
      'ERR_UNSUPPORTED instrument(): the package @opentelemetry/api cannot be loaded. Install it with npm install @opentelemetry/api@1.',
      'ERR_UNSUPPORTED new RedisStateInstrumentation: the package @opentelemetry/api cannot be loaded. Install it with npm install @opentelemetry/api@1.',
      'ERR_UNSUPPORTED register(): the package prom-client cannot be loaded. Install it with npm install prom-client@15, or export the text of metrics().',
    ])
    for (const name of ['@opentelemetry/api', 'prom-client']) linkPackage(t, name)
    const [found] = script(
      'with-packages.cjs',
      `const { RedisStateAdapter } = require('redis-state-adapter')
       const stop = require('redis-state-adapter/otel').instrument()
       require('redis-state-adapter/prometheus').register(new RedisStateAdapter('memory:'))
       require('prom-client').register.metrics().then((text) => (console.log(JSON.stringify(text.includes('redis_state_calls_total'))), stop()))`,
    )
    assert.equal(found, true)
  })

  it('serves the inspector, in both kinds of modules', () => {
    const [results] = script(
      'inspector.mjs',
      `import { createRequire } from 'node:module'
       import { createServer } from 'node:http'
       import { RedisStateAdapter, RedisStateError } from 'redis-state-adapter'
       import { inspector, RedisStateError as InspectorError } from 'redis-state-adapter/inspector'
       const require = createRequire(import.meta.url)
       const state = new RedisStateAdapter('memory:')
       const server = createServer(inspector(state, { authorize: () => true })).listen(0)
       const url = 'http://localhost:' + server.address().port
       const page = await fetch(url)
       const scripts = [...(await page.text()).matchAll(/ src="(.+?)"/g)].map(([, path]) => path)
       const statuses = await Promise.all(scripts.map(async (path) => (await fetch(new URL(path, url))).status))
       const { stores } = await (await fetch(url + '/api/info')).json()
       server.close()
       await state.cleanup()
       console.log(JSON.stringify([
         require('redis-state-adapter/inspector').inspector === inspector, InspectorError === RedisStateError, page.status, [...new Set(statuses)],
         stores[0].engine
       ]))`,
    )
    assert.deepEqual(results, [true, true, 200, [200], 'memory'])
  })

  it('loads what StateStores needs when it is used, and asks for yaml only to read YAML', () => {
    const [before, found, code, message] = script(
      'stores.cjs',
      `const { StateStores } = require('redis-state-adapter')
       const { mkdtempSync, writeFileSync } = require('node:fs')
       const loaded = () => Object.keys(require.cache).map((file) => require('node:path').basename(file)).filter((name) => name.endsWith('.js'))
       const print = (value) => console.log(JSON.stringify(value))
       print(loaded())
       const folder = mkdtempSync(require('node:path').join(require('node:os').tmpdir(), 'stores-'))
       writeFileSync(folder + '/a.json', '{ "stores": { "a": { "url": "memory:" } } }')
       StateStores.load(folder)
         .then((stores) => print(stores.list().map(({ name }) => name)))
         .then(() => writeFileSync(folder + '/b.yaml', 'stores: {}'))
         .then(() => StateStores.load(folder))
         .catch(({ code, message }) => (print(code), print(message)))`,
    )
    assert.deepEqual([before, found, code], [['index.js', 'redis-state-adapter.js'], ['a'], 'ERR_UNSUPPORTED'])
    assert.match(
      message,
      /b\.yaml: YAML files need the package yaml, which cannot be loaded\. Install it with npm install yaml@2/,
    )
  })

  it('has errors of the same class from all its files, with the line of the caller', () => {
    const [errors] = script(
      'errors.cjs',
      `const { RedisStateAdapter, RedisStateError, StateStores } = require('redis-state-adapter')
       const state = new RedisStateAdapter({ url: 'memory:', stackTraces: true })
       const calls = [() => state.get(1), () => StateStores.load(1), () => new RedisStateAdapter({ prot: 1 })]
       const failed = async (call) => {
         try { await call() } catch (error) {
           return { isOurs: error instanceof RedisStateError, own: error.constructor.name, frames: error.stack.split('\\n').slice(1) }
         }
       }
       Promise.all(calls.map(failed)).then((errors) => console.log(JSON.stringify(errors)))`,
    )
    assert.equal(errors.length, 3)
    for (const { isOurs, own, frames } of errors) {
      assert.deepEqual([isOurs, own], [true, 'RedisStateError'])
      assert.match(frames[0], /errors\.cjs:3:/)
      assert.ok(!frames.some((/** @type {string} */ frame) => frame.includes('node_modules')), frames.join('\n'))
    }
  })

  declarations(installed)
})

/** The pages beside `docs/`. */
const pages = ['README.md', 'CHANGELOG.md', 'SECURITY.md']

/** Whether it was made of files of `lib/`; the page of the inspector was not. @param {string} file */
function isBundle(file) {
  return file.startsWith('lib/') && !file.startsWith('lib/inspector/page/')
}

/** @param {string} file @returns its text in the installed package */
function readInstalled(file) {
  return readFileSync(join(project, 'node_modules/redis-state-adapter', file), 'utf8')
}

/** The names of the functions and classes that a text declares. @param {string} text */
function declaredIn(text) {
  const declarations =
    /^ *(?:async )?(?:function\*?|class) (\w+)|^ *(?:var|const|let) (\w+) = class (?:(?!extends)(\w+))?/gm
  return [...text.matchAll(declarations)].map(([, one, variable, own]) => one ?? own ?? variable)
}

/** Makes a package of this repository available to the project until a test ends. @param {import('node:test').TestContext} t @param {string} name */
function linkPackage(t, name) {
  const link = join(project, 'node_modules', name)
  mkdirSync(dirname(link), { recursive: true })
  symlinkSync(join(root, 'node_modules', name), link, 'junction')
  t.after(() => unlinkSync(link))
}

/** @param {string} folder of code or declarations */
function filesOf(folder) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.js$|\.d\.ts$/.test(file))
    .map((file) => `${folder}/${file.replaceAll(sep, '/')}`)
}

/**
 * @param {string} name
 * @param {string} source
 * @returns {any[]} the lines that it printed, parsed
 */
function script(name, source) {
  writeFileSync(join(project, name), source)
  return installed
    .run([name])
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}
