// @ts-check
// The adapter in processes of its users.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as ofModules from 'redis-state-adapter/langgraph'
import { RedisSaver, RedisStore } from 'redis-state-adapter/langgraph'
import { ExampleProcess } from '../../support/example-process.mjs'
import { started } from '../../support/redis.mjs'
import { unusedPort } from '../../support/unused-port.mjs'
import { configOf, put } from './checkpoints.mjs'

const require = createRequire(import.meta.url)
const root = fileURLToPath(new URL('../../..', import.meta.url))
const agent = `${root}/examples/langgraph/agent.mjs`

describe('the example', () => {
  it('goes on after SIGKILL in another process, asks, and publishes with the answer', async (t) => {
    const { url } = await started(t)
    const env = { REDIS_URL: url }
    const killed = new ExampleProcess(t, agent, { args: ['tea'], env })
    await killed.line(/^research begins$/)
    await killed.kill()
    assert.deepEqual(killed.output.filter(isStep), ['plan begins', 'research begins'])

    const second = new ExampleProcess(t, agent, { args: ['tea'], env })
    await second.line(/^published: nothing$/)
    assert.equal(await second.ended(), 0)
    assert.deepEqual(second.output.filter(isStep), ['research begins', 'draft begins'])
    assert.ok(second.output.some((line) => line.startsWith('__interrupt__')))

    const third = new ExampleProcess(t, agent, { args: ['tea', 'yes'], env })
    await third.line(/^published: tea$/)
    assert.equal(await third.ended(), 0)
    assert.deepEqual(third.output.filter(isStep), ['publish begins'])
  })
})

describe('a process', () => {
  it('ends by itself, with a saver and a store that are open', async (t) => {
    const { url } = await started(t)
    const program = `
      import { RedisSaver, RedisStore } from 'redis-state-adapter/langgraph'
      const saver = await RedisSaver.fromUrl(${JSON.stringify(url)})
      const store = new RedisStore(${JSON.stringify(url)})
      await store.put(['a'], 'k', { n: 1 })
      const tuple = await saver.getTuple({ configurable: { thread_id: 't' } })
      console.log(tuple, (await store.get(['a'], 'k')).value.n)`
    const args = ['--no-warnings', '--input-type=module', '-e', program]
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 120_000 })
    assert.deepEqual([status, stdout], [0, 'undefined 1\n'])
  })

  it('loads the adapter with import and with require, each with the base classes of its module system', async () => {
    const modules = await import('@langchain/langgraph-checkpoint')
    const [required, base] = [require('redis-state-adapter/langgraph'), require('@langchain/langgraph-checkpoint')]
    assert.deepEqual(Object.keys(required).sort(), Object.keys(ofModules).sort())
    assert.ok(new RedisSaver('memory:') instanceof modules.BaseCheckpointSaver)
    assert.ok(new RedisStore('memory:') instanceof modules.BaseStore)
    assert.ok(new required.RedisSaver('memory:') instanceof base.BaseCheckpointSaver)
    assert.ok(new required.RedisStore('memory:') instanceof base.BaseStore)
    assert.equal(required.RedisStateError, ofModules.RedisStateError)
  })

  it('has the same types for both module systems', () => {
    const [ofRequire, ofImport] = ['ts', 'mts'].map((type) =>
      readFileSync(`${root}/adapters/langgraph.d.${type}`, 'utf8'),
    )
    assert.equal(ofRequire, ofImport)
  })
})

describe('a saver', () => {
  it('connects with fromUrl, and rejects if it cannot', async () => {
    const options = { url: `redis://localhost:${await unusedPort()}`, commandTimeout: 300 }
    const opened = [RedisSaver.fromUrl(options), RedisStore.fromUrl(options)]
    for (const one of opened) await assert.rejects(one, { name: 'RedisStateError' })
  })

  it('rejects calls within commandTimeout when Redis is away, and works again when it is back', async (t) => {
    const server = await started(t)
    const saver = await RedisSaver.fromUrl({ url: server.url, commandTimeout: 300 })
    t.after(() => saver.end())
    await put(saver, configOf('t'), { a: 1 })
    await server.kill()
    await assert.rejects(saver.getTuple(configOf('t')), { name: 'RedisStateError' })
    await server.start()
    const patient = await RedisSaver.fromUrl({ url: server.url })
    await put(patient, configOf('t'), { a: 2 })
    assert.deepEqual((await patient.get(configOf('t')))?.channel_values, { a: 2 })
    await patient.end()
  })

  it('sends its scripts again after a restart of the server', async (t) => {
    const server = await started(t)
    const saver = await RedisSaver.fromUrl(server.url)
    t.after(() => saver.end())
    const config = await put(saver, configOf('t'), { a: 1 })
    await saver.getTuple(config)
    const client = await server.client()
    await client.sendCommand(['SCRIPT', 'FLUSH'])
    assert.deepEqual((await saver.get(config))?.channel_values, { a: 1 })
  })

  it('opens a connection of its own with the options of a node-redis client', async (t) => {
    const server = await started(t)
    const client = await server.client()
    const saver = new RedisSaver(client)
    const config = await put(saver, configOf('t'), { a: 1 })
    assert.deepEqual((await saver.get(config))?.channel_values, { a: 1 })
    await saver.end()
    assert.equal(await client.exists('langgraph:{t}:data'), 1)
  })

  it('uses no command that walks the database', async (t) => {
    const server = await started(t)
    const saver = await RedisSaver.fromUrl(server.url)
    t.after(() => saver.end())
    const config = await put(saver, configOf('t'), { a: 1 })
    await saver.putWrites(config, [['a', 1]], 'task')
    await saver.getTuple(configOf('t'))
    for await (const _ of saver.list({})) break
    await saver.deleteThread('t')
    const client = await server.client()
    const stats = String(await client.sendCommand(['INFO', 'commandstats']))
    assert.match(stats, /cmdstat_zrevrangebylex/)
    assert.doesNotMatch(stats, /cmdstat_(keys|scan|smembers|hgetall)\b/)
  })

  it('needs the rights that docs/langgraph.md grants, and no others', async (t) => {
    const page = readFileSync(`${root}/docs/langgraph.md`, 'utf8')
    const rules = [...page.matchAll(/^ACL SETUSER app (.*)$/gm)].flatMap(([, line]) => line.split(' '))
    const server = await started(t)
    const client = await server.client()
    for (const left of [undefined, ...rules.filter((rule) => /^\+(?!mget|ping|select|client)/.test(rule))]) {
      const granted = rules.filter((rule) => rule !== left)
      await client.sendCommand(['ACL', 'SETUSER', 'app', 'reset', ...granted])
      await client.sendCommand(['SCRIPT', 'FLUSH'])
      const options = { url: server.url, username: 'app', password: 'password' }
      const work = useAll(options)
      if (left === undefined) await work
      else await assert.rejects(work, { name: 'RedisStateError' }, left)
    }
  })

  it('names options that are wrong', () => {
    const wrong = /** @type {[any, RegExp][]} */ ([
      [
        { defaultTTL: 0 },
        /^new RedisSaver: defaultTTL: expected minutes greater than 0 and at most \d+, got the number 0/,
      ],
      [{ defaultTTL: '5' }, /^new RedisSaver: defaultTTL: /],
      [{ refreshOnRead: 1 }, /^new RedisSaver: refreshOnRead: expected true or false/],
      [{ keyPrefix: '' }, /^new RedisSaver: keyPrefix: /],
      [
        { ttl: 5 },
        /^new RedisSaver: ttl: unknown option\. The options are defaultTTL, refreshOnRead, serde, keyPrefix/,
      ],
      [5, /^new RedisSaver: options: expected an object, got a number/],
    ])
    for (const [options, message] of wrong) {
      assert.throws(() => new RedisSaver('memory:', options), { code: 'ERR_INVALID_CONFIG', message })
    }
    const index = /** @type {any} */ ({ dims: 3 })
    const message = /^new RedisStore: index\.embeddings: expected Embeddings of LangChain/
    assert.throws(() => new RedisStore('memory:', { index }), { code: 'ERR_INVALID_CONFIG', message })
  })
})

/** Calls every method, in each of its ways. @param {import('redis-state-adapter').RedisStateAdapterOptions} options */
async function useAll(options) {
  const saver = new RedisSaver(options, { defaultTTL: 1, refreshOnRead: true })
  const store = new RedisStore(options, { defaultTTL: 1, refreshOnRead: true })
  const lasting = new RedisStore(options)
  try {
    const config = await put(saver, configOf('t'), { a: 1 })
    await saver.putWrites(
      config,
      [
        ['a', 1],
        ['__error__', 1],
      ],
      'task',
    )
    await saver.getTuple(config)
    for await (const _ of saver.list({ configurable: { thread_id: 't' } }, { filter: { step: 0 } })) break
    for await (const _ of saver.list({})) break
    await saver.getDeltaChannelHistory({ config: await put(saver, config, { a: 1 }), channels: ['a'] })
    await saver.deleteThread('t')
    for (const one of [store, lasting]) await one.put(['a'], 'k', {})
    await store.search([])
    await store.get(['a'], 'k')
    await store.listNamespaces()
    await store.delete(['a'], 'k')
  } finally {
    await Promise.all([saver, store, lasting].map((one) => one.end()))
  }
}

/** @param {string} line */
function isStep(line) {
  return line.endsWith(' begins')
}
