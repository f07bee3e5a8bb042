// @ts-check
// Where an error comes from: its stack begins with the line of the caller, also if the call is rejected later.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { RedisStateAdapter, RedisStateError } from 'redis-state-adapter'
import { errorOf } from './support/error-of.mjs'
import { open } from './support/open.mjs'
import { runNode } from './support/run-node.mjs'
import { unusedPort } from './support/unused-port.mjs'

/**
 * @typedef {(state: RedisStateAdapter) => unknown} Call
 */

const OWN = fileURLToPath(new URL('../lib/', import.meta.url))
/** @type {any} */
const schema = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (/** @type {unknown} */ value) => (value === 'bad' ? { issues: [{ message: 'bad' }] } : { value }),
  },
}
/** @type {any} */
const wrong = 1
/** @type {import('redis-state-adapter').LockOptions} */
const lasting = { ttl: '10s' }

/** Calls of a closed adapter, each of which is rejected. @type {Record<string, Call>} */
const CLOSED = {
  get: (state) => state.get('t', 'k'),
  'get with options': (state) => state.get('t', 'k', {}),
  set: (state) => state.set('t', 'k', 1),
  'set with options': (state) => state.set('t', 'k', 1, { ttl: 60 }),
  delete: (state) => state.delete('t', 'k'),
  getGroup: (state) => state.getGroup('t'),
  getByPrefix: (state) => state.getByPrefix('t', 'k'),
  keys: (state) => state.keys('t'),
  count: (state) => state.count('t'),
  traceIds: (state) => state.traceIds(),
  items: (state) => state.items(),
  query: (state) => state.query(),
  scan: (state) => state.scan('t')[Symbol.asyncIterator]().next(),
  clear: (state) => state.clear('t'),
  has: (state) => state.has('t', 'k'),
  getWithMetadata: (state) => state.getWithMetadata('t', 'k'),
  ttl: (state) => state.ttl('t', 'k'),
  touch: (state) => state.touch('t', 'k', 5),
  persist: (state) => state.persist('t', 'k'),
  getMany: (state) => state.getMany('t', ['k']),
  hasMany: (state) => state.hasMany('t', ['k']),
  getManyWithMetadata: (state) => state.getManyWithMetadata('t', ['k']),
  setMany: (state) => state.setMany('t', { k: 1 }),
  deleteMany: (state) => state.deleteMany('t', ['k']),
  increment: (state) => state.increment('t', 'k'),
  update: (state) => state.update('t', 'k', [{ op: 'set', value: 1 }]),
  'transaction of a list': (state) => state.transaction('t', [{ op: 'set', key: 'k', value: 1 }]),
  'transaction of a function': (state) => state.transaction('t', async (tx) => void tx.set('k', 1)),
  lock: (state) => state.lock('t', 'k', lasting),
  getOrSet: (state) => state.getOrSet('t', 'k', () => 1),
  withLock: (state) => state.withLock('t', 'k', lasting, () => {}),
  rateLimit: (state) => state.rateLimit('t', 'k', { limit: 5, window: '10s' }),
  'get of a group': (state) => state.group('t', { schema }).get('k'),
  'set of a group': (state) => state.group('t', { schema }).set('k', 1),
  'a value that does not conform': (state) => state.group('t', { schema }).set('k', 'bad'),
  'scan of a group': (state) => state.group('t', { schema }).scan()[Symbol.asyncIterator]().next(),
  'ready of a watch': (state) => state.watch('t').ready,
  'next of a watch': (state) => state.watch('t').next(),
  ping: (state) => state.ping(),
  connect: (state) => state.connect(),
}

/** Calls with an invalid argument. @type {Record<string, Call>} */
const INVALID = {
  get: (state) => state.get('t', wrong),
  set: (state) => state.set('t', 'k', 1n),
  getGroup: (state) => state.getGroup(wrong),
  query: (state) => state.query(wrong),
  scan: (state) => state.scan(wrong)[Symbol.asyncIterator]().next(),
  setMany: (state) => state.setMany('t', wrong),
  'an operation of update': (state) => state.update('t', 'k', wrong),
  'tx.set': (state) => state.transaction('t', (tx) => void tx.set('k', 1, wrong)),
  lock: (state) => state.lock('t', 'k', wrong),
  group: (state) => state.group(wrong, { schema }),
  'setMany of a group': (state) => state.group('t', { schema }).setMany(wrong),
  watch: (state) => state.watch(wrong),
  cleanup: (state) => state.cleanup(wrong),
}

/** Makes a call of this file; its line is that of the table. @param {Call} call @param {RedisStateAdapter} state */
async function stackOf(call, state) {
  const { stack, name, message } = await errorOf(() => call(state))
  const [header, ...frames] = (stack ?? '').split('\n')
  assert.equal(header, `${name}: ${message}`)
  return frames
}

/** @param {string[]} frames */
function assertBeginsHere(frames) {
  assert.match(frames[0] ?? 'no frame', /^ {4}at /)
  assert.ok(frames[0].includes('stack-traces.test.mjs:'), frames.join('\n'))
  assert.deepEqual(
    frames.filter((frame) => frame.includes(OWN) || frame.includes('node:internal/')),
    [],
  )
}

/** @param {RedisStateAdapter} state */
async function closed(state) {
  await state.cleanup()
  return state
}

/** The line of this file in which a function starts. @param {string} frame */
function lineOf(frame) {
  return Number(/:(\d+):\d+\)?$/.exec(frame)?.[1])
}

for (const [title, calls, prepare] of /** @type {const} */ ([
  ['a call that is rejected', CLOSED, closed],
  ['an invalid argument', INVALID, async (/** @type {RedisStateAdapter} */ state) => state],
])) {
  describe(`the stack of ${title}`, () => {
    for (const [name, call] of Object.entries(calls)) {
      it(`begins with the line of the caller: ${name}`, async (t) => {
        const state = await prepare(open(t, { url: 'memory:', stackTraces: true }))
        const frames = await stackOf(call, state)
        assertBeginsHere(frames)
        assert.ok(lineOf(frames[0]) < lineOf(new Error().stack?.split('\n')[1] ?? ''), frames[0])
      })

      it(`has no frames with stackTraces: false: ${name}`, async (t) => {
        const state = await prepare(open(t, { url: 'memory:', stackTraces: false }))
        assert.deepEqual(await stackOf(call, state), [])
      })
    }
  })
}

describe('the stack of a later rejection begins with the line of the caller', () => {
  it('after a timeout of the connection', async (t) => {
    const state = open(t, { port: await unusedPort(), commandTimeout: 50, stackTraces: true })
    const calls = [state.get('t', 'k'), state.set('t', 'k', 1), state.keys('t'), state.lock('t', 'k', lasting)]
    for (const frames of await Promise.all(calls.map((call) => stackOf(() => call, state)))) assertBeginsHere(frames)
  })

  it('of connect()', async (t) => {
    const url = `redis://127.0.0.1:${await unusedPort()}`
    const connecting = () => RedisStateAdapter.connect({ url, stackTraces: true }, { timeout: 50 })
    assertBeginsHere(await stackOf(connecting, open(t, 'memory:')))
  })

  it('after an abort', async (t) => {
    const state = open(t, { port: await unusedPort(), stackTraces: true })
    const controller = new AbortController()
    const { signal } = controller
    const calls = [state.get('t', 'k', { signal }), state.getMany('t', ['k'], { signal }), state.keys('t', { signal })]
    controller.abort()
    for (const frames of await Promise.all(calls.map((call) => stackOf(() => call, state)))) assertBeginsHere(frames)
  })

  it('from native code', async (t) => {
    const state = open(t, { url: 'memory:', stackTraces: true })
    await state.set('t', 'k', 'text')
    assertBeginsHere(await stackOf(() => state.increment('t', 'k'), state))
    const { errors } = await errorOf(() => state.setMany('t', [{ key: 'k', value: 1, ifAbsent: true }]))
    assert.equal(errors?.length, 1)
  })

  it('of a lock', async (t) => {
    const state = open(t, { url: 'memory:', stackTraces: true })
    const lock = await state.lock('t', 'k', lasting)
    await state.cleanup()
    assertBeginsHere(await stackOf(() => lock?.extend(), state))
    assertBeginsHere(await stackOf(() => lock?.release(), state))
  })

  it('of a watch that is closed', async (t) => {
    const state = open(t, { port: await unusedPort(), stackTraces: true })
    const watch = state.watch('t')
    await state.cleanup()
    assertBeginsHere(await stackOf(() => watch.ready, state))
  })

  it('of an await, with the callers that await it', async (t) => {
    const state = await closed(open(t, { url: 'memory:', stackTraces: true }))
    const inner = async () => {
      await null
      return await state.get('t', 'k')
    }
    const frames = await stackOf(async () => await inner(), state)
    assert.match(frames[0], /at inner .*stack-traces\.test\.mjs/)
    assert.match(frames[1], /at async .*stack-traces\.test\.mjs/)
  })
})

describe('the stack of an error', () => {
  it('of the constructor begins with the line of the caller', async (t) => {
    const state = open(t, 'memory:')
    assertBeginsHere(await stackOf(() => new RedisStateAdapter({ port: wrong - 1 }), state))
    assertBeginsHere(await stackOf(() => RedisStateAdapter.fromEnv({ REDIS_URL: 'nonsense' }), state))
  })

  it('that a function of the caller throws is its own', async (t) => {
    const state = open(t, { url: 'memory:', stackTraces: true })
    const thrown = new RedisStateError('ERR_CONFLICT', 'mine')
    const { stack } = thrown
    const error = await errorOf(() =>
      state.transaction('t', () => {
        throw thrown
      }),
    )
    assert.equal(error, thrown)
    assert.equal(error.stack, stack)
  })

  it('is that of the inner call, if a transaction fails because of one', async (t) => {
    const state = open(t, { url: 'memory:', stackTraces: true })
    const inner = async () => void (await state.get('t', wrong))
    const frames = await stackOf(() => state.transaction('t', inner), state)
    assert.match(frames[0], /at inner /)
  })

  it('is made while Error.prepareStackTrace throws', async (t) => {
    const state = open(t, { url: 'memory:', stackTraces: true })
    t.after(() => Reflect.set(Error, 'prepareStackTrace', undefined))
    Error.prepareStackTrace = () => {
      throw new Error('prepareStackTrace')
    }
    const error = await state.get('t', wrong).catch((reason) => reason)
    assert.equal(error.code, 'ERR_INVALID_ARGUMENT')
  })
})

describe('an unhandled rejection', () => {
  for (const fixture of ['unhandled.mjs', 'unhandled.cjs']) {
    it(`names the line of the caller: ${fixture}`, async () => {
      const { code, stderr } = await runNode(fixture, [], { env: { NODE_ENV: 'development' } })
      assert.equal(code, 1)
      assert.match(
        stderr,
        new RegExp(`RedisStateError: get\\("t"\\): .*\n    at readStatus \\(.*${fixture}:\\d+:\\d+\\)`),
      )
      assert.ok(!stderr.includes(OWN), stderr)
    })

    it(`names none if NODE_ENV is production: ${fixture}`, async () => {
      const { code, stderr } = await runNode(fixture, [], { env: { NODE_ENV: 'production' } })
      assert.equal(code, 1)
      assert.match(stderr, /RedisStateError: get\("t"\): /)
      assert.ok(!stderr.includes('readStatus'), stderr)
    })
  }
})
