// @ts-check
// Runs the programs of `examples/` as their comments describe.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { cachedInstall, NotInstallable } from '../scripts/cached-install.mjs'
import { ExampleProcess } from './support/example-process.mjs'
import { open } from './support/open.mjs'
import { started } from './support/redis.mjs'
import { valueIn } from './support/series.mjs'
import { until } from './support/until.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const JSON_BODY = { 'content-type': 'application/json' }

/** @typedef {import('node:test').TestContext} TestContext */

// The driver does not affect them, so one run suffices.
const skip = process.env.REDIS_STATE_DRIVER === 'thread'

describe('express', { skip }, () => {
  it('starts before Redis, prints when it is ready, keeps orders in Redis, and ends gracefully', async (t) => {
    const folder = installed(t, 'express')
    if (!folder) return
    const server = await started(t)
    await server.kill()
    const app = new ExampleProcess(t, join(folder, 'app.mjs'), { env: { REDIS_URL: server.url } })
    const url = await app.url()
    assert.equal((await fetch(`${url}/livez`)).status, 200)
    const refused = await fetch(`${url}/readyz`)
    assert.equal(refused.status, 503)
    assert.match(await refused.text(), /^ping\(\): timed out after 500 ms: .*connection refused/)

    await server.start()
    await app.line(/^Redis is ready$/)
    // Its ping has half a second, which may be too short on a busy machine.
    await until(async () => (await fetch(`${url}/readyz`)).status === 200)
    assert.equal((await fetch(`${url}/orders/o1`)).status, 404)
    const order = { item: 'book' }
    await fetch(`${url}/orders/o1`, { method: 'PUT', headers: JSON_BODY, body: JSON.stringify(order) })
    assert.deepEqual(await (await fetch(`${url}/orders/o1`)).json(), { order, views: 1 })
    assert.equal(await app.terminate(), 0)
  })
})

describe('cache-manager', { skip }, () => {
  it('loads once, whatever the number of processes', async (t) => {
    const { url } = await started(t)
    const outputs = []
    for (const _ of [1, 2]) {
      const program = new ExampleProcess(t, example('cache-manager/cache.mjs'), { env: { REDIS_URL: url } })
      await program.line(/^pen, cup, none$/)
      outputs.push(program.output.join('; '))
    }
    const shared = 'book costs 12; pen, cup, none'
    assert.deepEqual(outputs, [`loading p1; ${shared}`, shared])
  })
})

describe('worker-queue', { skip }, () => {
  it('executes each job once, on one of two workers', async (t) => {
    const { url } = await started(t)
    const state = open(t, { url })
    const done = state.watch('times-done', undefined, { configure: true })
    await done.ready
    const [before, later] = ['before', 'later'].map((name) =>
      Array.from({ length: 20 }, (_, index) => `${name}-${index}`),
    )
    await state.setMany('jobs', Object.fromEntries(before.map((id) => [id, { id }])))
    const workers = [1, 2].map(
      () => new ExampleProcess(t, example('worker-queue/worker.mjs'), { env: { REDIS_URL: url } }),
    )
    await Promise.all(workers.map((worker) => worker.line(/^waiting for jobs$/)))
    await state.setMany('jobs', Object.fromEntries(later.map((id) => [id, { id }])))
    await changesOf(done, before.length + later.length)
    assert.deepEqual(await Promise.all(workers.map((worker) => worker.terminate())), [0, 0])
    assert.deepEqual(await state.keys('jobs'), [])
    const times = await state.getMany('times-done', [...before, ...later])
    assert.deepEqual(new Set(times), new Set([1]))
  })
})

describe('rate-limit', { skip }, () => {
  it('allows 5 requests per client, on two servers together', async (t) => {
    const { url } = await started(t)
    const servers = [1, 2].map(
      () => new ExampleProcess(t, example('rate-limit/server.mjs'), { env: { REDIS_URL: url } }),
    )
    const urls = await Promise.all(servers.map((server) => server.url()))
    const statuses = []
    for (let request = 0; request < 6; request++) {
      const response = await fetch(urls[request % 2], { headers: { 'x-api-key': 'ada' } })
      statuses.push(response.status)
      if (response.status === 429) assert.ok(Number(response.headers.get('retry-after')) > 0)
    }
    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429])
    assert.equal((await fetch(urls[0], { headers: { 'x-api-key': 'bob' } })).status, 200)
    assert.deepEqual(await Promise.all(servers.map((server) => server.terminate())), [0, 0])
  })
})

describe('chat', { skip }, () => {
  it('counts the messages of a thread, on two bots together', async (t) => {
    const { url } = await started(t)
    const bots = [1, 2].map(() => new ExampleProcess(t, example('chat/bot.mjs'), { env: { REDIS_URL: url } }))
    const urls = await Promise.all(bots.map((bot) => bot.url()))
    const messages = ['hello', 'count, @bot', 'a', 'b', 'c']
    for (const [id, text] of messages.entries()) {
      const body = JSON.stringify({ thread: 't', id: `${id}`, text })
      const response = await fetch(urls[id % 2], { method: 'POST', body })
      assert.equal(response.status, 200)
    }
    // A message that arrives twice is handled once.
    await fetch(urls[0], { method: 'POST', body: JSON.stringify({ thread: 't', id: '4', text: 'c' }) })
    const answers = bots.map(({ output }) => output.filter((line) => line.startsWith('http:t: ')))
    assert.deepEqual(answers, [
      ['http:t: 1', 'http:t: 3'],
      ['http:t: I count from now on.', 'http:t: 2'],
    ])
    assert.deepEqual(await Promise.all(bots.map((bot) => bot.terminate())), [0, 0])
  })
})

describe('sessions', { skip }, () => {
  it('shares a login between two servers until the logout', async (t) => {
    const { url } = await started(t)
    const servers = [1, 2].map(() => new ExampleProcess(t, example('sessions/server.mjs'), { env: { REDIS_URL: url } }))
    const [first, second] = await Promise.all(servers.map((server) => server.url()))
    const login = await fetch(`${first}/login`, { method: 'POST' })
    const [cookie] = (login.headers.get('set-cookie') ?? '').split(';')
    const me = await fetch(`${second}/me`, { headers: { cookie } })
    assert.deepEqual([me.status, await me.json()], [200, { name: 'Ada' }])
    assert.equal((await fetch(`${second}/me`, { headers: { cookie: 'sid=nonsense' } })).status, 401)
    await fetch(`${second}/logout`, { method: 'POST', headers: { cookie } })
    assert.equal((await fetch(`${first}/me`, { headers: { cookie } })).status, 401)
    assert.deepEqual(await Promise.all(servers.map((server) => server.terminate())), [0, 0])
  })
})

describe('express-sessions-limits', { skip }, () => {
  it('shares sessions and the limit between two processes, one of which is killed', async (t) => {
    const { url } = await started(t)
    const program = join(projectOf(t, 'express-sessions-limits', join(root, 'node_modules')), 'app.mjs')
    const apps = [1, 2].map(() => new ExampleProcess(t, program, { env: { REDIS_URL: url } }))
    const [first, second] = await Promise.all(apps.map((app) => app.url()))
    const login = await logIn(first)
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? ''
    assert.deepEqual(await viewsOf(first, cookie), { name: 'Ada', views: 1 })
    assert.deepEqual(await viewsOf(second, cookie), { name: 'Ada', views: 2 })
    await apps[0].kill()
    assert.deepEqual(await viewsOf(second, cookie), { name: 'Ada', views: 3 })
    assert.equal((await fetch(`${second}/readyz`)).status, 200)
    const statuses = []
    for (let attempt = 2; attempt <= 6; attempt += 1) statuses.push((await logIn(second)).status)
    assert.deepEqual(statuses, [200, 200, 200, 200, 429])
    assert.equal((await fetch(`${second}/logout`, { method: 'POST', headers: { cookie } })).status, 200)
    assert.deepEqual(await viewsOf(second, cookie), { error: 'not logged in' })
    assert.equal(await apps[1].terminate(), 0)
  })
})

describe('server-sent-events', { skip }, () => {
  it('sends the present entries, then the changes of another process', async (t) => {
    const { url } = await started(t)
    const state = open(t, { url })
    await state.set('order-1', 'status', 'open')
    const server = new ExampleProcess(t, example('server-sent-events/server.mjs'), { env: { REDIS_URL: url } })
    // The default limit of a response is five minutes.
    const response = await fetch(`${await server.url()}/order-1`, { signal: AbortSignal.timeout(120_000) })
    const events = eventsOf(response)
    assert.deepEqual(await events.next(), { done: false, value: ['all', { status: 'open' }] })
    await state.set('order-1', 'status', 'paid')
    assert.deepEqual(await events.next(), { done: false, value: ['updated', { key: 'status', value: 'paid' }] })
    assert.equal(await server.terminate(), 0)
  })
})

describe('observability', { skip }, () => {
  it('has metrics, spans and a probe', async (t) => {
    const { url } = await started(t)
    const folder = projectOf(t, 'observability', join(root, 'node_modules'))
    const app = new ExampleProcess(t, join(folder, 'app.mjs'), { env: { REDIS_URL: url } })
    const address = await app.url()
    const { status, role } = Object(await (await fetch(`${address}/readyz`)).json())
    assert.deepEqual([status, role], ['ok', 'primary'])
    await fetch(`${address}/metrics`)
    assert.deepEqual(await (await fetch(`${address}/orders/o1`)).json(), { views: 1 })
    const text = await (await fetch(`${address}/metrics`)).text()
    assert.equal(valueIn(text, 'redis_state_operation_duration_seconds_count', { operation: 'increment' }), 1)
    await app.line(/name: 'increment 0'/)
    assert.equal(await app.terminate(), 0)
  })
})

describe('stores', { skip }, () => {
  const PUT = { method: 'PUT', headers: JSON_BODY, body: '{"model":"x"}' }
  const statestores = ['agents', 'cache', 'workflows'].map((name) => `statestore-${name}`)

  it('has three stores on Redis in production (conformance 21, 24)', async (t) => {
    const { url } = await started(t)
    const env = { NODE_ENV: 'production', REDIS_HOST: new URL(url).host }
    const server = new ExampleProcess(t, example('stores/server.mjs'), { env })
    const address = await server.url()
    assert.deepEqual(await (await fetch(`${address}/agents/gpt4`, PUT)).json(), { model: 'x' })
    const health = await fetch(`${address}/health`)
    const states = Object(await health.json()).map((/** @type {any} */ { name, status }) => `${name} ${status}`)
    assert.deepEqual([health.status, states], [200, statestores.map((name) => `${name} ok`)])
    const counts = await (await fetch(`${address}/counts`)).json()
    assert.deepEqual(counts, { 'statestore-agents': 1, 'statestore-cache': 0, 'statestore-workflows': 0 })
    assert.equal(await server.terminate(), 0)
  })

  it('has one in memory in development, whose stores on Redis lack their variable (conformance 22)', async (t) => {
    const server = new ExampleProcess(t, example('stores/server.mjs'), { env: { NODE_ENV: '', REDIS_HOST: '' } })
    const address = await server.url()
    await fetch(`${address}/agents/gpt4`, PUT)
    assert.deepEqual(await (await fetch(`${address}/agents/gpt4`)).json(), { model: 'x' })
    assert.equal((await fetch(`${address}/health`)).status, 200)
    const list = Object(await (await fetch(`${address}/`)).json())
    const problems = list.map(
      (/** @type {any} */ store) => `${store.name} ${store.roles.length} ${store.problems.length}`,
    )
    assert.deepEqual(problems, [...statestores.map((name) => `${name} 0 1`), 'statestore 3 0'])
    assert.equal(await server.terminate(), 0)
  })
})

describe('motia', { skip }, () => {
  it('shares orders between two instances', async (t) => {
    const { url } = await started(t)
    const state = open(t, { url })
    const changes = state.watch(undefined, undefined, { values: true, configure: true })
    await changes.ready
    const app = projectOf(t, 'motia', join(root, 'node_modules'))
    const fixture = fileURLToPath(new URL('fixtures/motia-server.mjs', import.meta.url))
    const start = () => new ExampleProcess(t, fixture, { args: [app, url], env: { REDIS_URL: url } })
    const [first, second] = await Promise.all([start(), start()].map((instance) => instance.url()))
    const body = JSON.stringify({ item: 'book', quantity: 2 })
    const taken = await fetch(`${first}/orders`, { method: 'POST', headers: JSON_BODY, body })
    assert.equal(taken.status, 202)
    const { traceId } = Object(await taken.json())
    for await (const change of changes) {
      if (change.type === 'updated' && Object(change.value).status === 'processed') break
    }
    const { order } = Object(await (await fetch(`${second}/orders/${traceId}`)).json())
    assert.deepEqual([order.item, order.status], ['book', 'processed'])
  })
})

describe('vitest', { skip }, () => {
  it('passes its tests', (t) => {
    const folder = installed(t, 'vitest')
    if (!folder) return
    const vitest = join(folder, 'node_modules/vitest/vitest.mjs')
    // The default limits are 5 and 10 seconds, which a busy machine may need.
    const limits = ['--testTimeout=120000', '--hookTimeout=120000']
    const args = [vitest, 'run', ...limits]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
    assert.equal(status, 0, stdout + stderr)
  })
})

/** Waits until changes of so many keys were delivered. @param {import('redis-state-adapter').StateWatch} changes @param {number} count */
async function changesOf(changes, count) {
  const keys = new Set()
  for await (const change of changes) {
    if (change.type !== 'gap') keys.add(change.key)
    if (keys.size === count) return
  }
}

/** @param {string} url */
function logIn(url) {
  return fetch(`${url}/login`, { method: 'POST', headers: JSON_BODY, body: '{"name":"Ada"}' })
}

/** @param {string} url @param {string} cookie */
async function viewsOf(url, cookie) {
  return (await fetch(`${url}/me`, { headers: { cookie } })).json()
}

/** @param {string} file */
function example(file) {
  return join(root, 'examples', file)
}

/**
 * A copy of an example with the packages that its package.json names.
 *
 * @param {TestContext} t skipped if they cannot be installed
 * @param {string} name
 */
function installed(t, name) {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(example(`${name}/package.json`), 'utf8'))
  const { 'redis-state-adapter': _, ...others } = { ...dependencies, ...devDependencies }
  try {
    return projectOf(t, name, join(cachedInstall(`example-${name}`, others), 'node_modules'))
  } catch (error) {
    if (!(error instanceof NotInstallable)) throw error
    t.skip(error.message)
  }
}

/**
 * A copy of an example that finds this package and those in a folder.
 *
 * @param {TestContext} t
 * @param {string} name
 * @param {string} modules
 */
function projectOf(t, name, modules) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `example-${name}-`)))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  cpSync(example(name), folder, { recursive: true })
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  for (const dependency of Object.keys({ ...dependencies, ...devDependencies })) {
    const link = join(folder, 'node_modules', dependency)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(dependency === 'redis-state-adapter' ? root : join(modules, dependency), link, 'junction')
  }
  return folder
}

/** @param {Response} response @returns {AsyncGenerator<[event: string, data: unknown]>} */
async function* eventsOf({ body }) {
  let text = ''
  for await (const piece of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(text.slice(0, end)) ?? []
      text = text.slice(end + 2)
      yield [event, JSON.parse(data)]
    }
  }
}
