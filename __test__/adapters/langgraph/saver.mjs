// @ts-check
// What users miss in other savers on Redis, and what the suites of LangGraph leave out.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { deserialize, serialize } from 'node:v8'
import { RedisSaver } from 'redis-state-adapter/langgraph'
import { checkpointOf, configOf, listed, metadataOf, put, stepsOf } from './checkpoints.mjs'

/** @import { Place } from './stores.mjs' */

/** Every one of them has a meaning in a key, a pattern or a hash tag. */
const AWKWARD = [
  'a:b',
  'a',
  '*',
  '?',
  'a*',
  '{a}',
  '{',
  '}',
  '{}',
  '%7B',
  '%',
  'a\0b',
  'a\x01b',
  '[a]',
  '😀',
  'index',
  ':',
]

/** @param {Place} place */
export function checkpoints({ saver: open, state: stateOf, hasScripts, isCluster }) {
  it('keeps threads apart, whatever characters their ids have', async () => {
    const saver = open()
    for (const [at, id] of AWKWARD.entries()) await put(saver, configOf(id), { at })
    for (const [at, id] of AWKWARD.entries()) {
      assert.deepEqual((await saver.get(configOf(id)))?.channel_values, { at }, JSON.stringify(id))
      assert.equal((await listed(saver, configOf(id))).length, 1)
    }
    for (const [at, id] of AWKWARD.entries()) {
      await saver.deleteThread(id)
      assert.equal((await listed(saver, {})).length, AWKWARD.length - 1 - at)
    }
  })

  it('keeps namespaces and ids apart, whatever characters they have', async () => {
    const saver = open()
    const namespaces = ['', 'b', 'b:c', ...AWKWARD]
    for (const [at, namespace] of namespaces.entries()) {
      for (const id of ['1', '1:2', '1\x002']) {
        await saver.put(configOf('t', namespace), checkpointOf({ at, id }, undefined, id), metadataOf(), {
          at: 1,
          id: 1,
        })
        await saver.putWrites(configOf('t', namespace, id), [['c', `${at} ${id}`]], 'task')
      }
    }
    for (const [at, namespace] of namespaces.entries()) {
      for (const id of ['1', '1:2', '1\x002']) {
        const tuple = await saver.getTuple(configOf('t', namespace, id))
        assert.deepEqual(tuple?.pendingWrites, [['task', 'c', `${at} ${id}`]])
        assert.deepEqual(tuple?.config, configOf('t', namespace, id))
      }
      assert.equal((await saver.getTuple(configOf('t', namespace)))?.checkpoint.id, '1:2')
      assert.equal((await listed(saver, configOf('t', namespace))).length, 3)
    }
  })

  it('finds no checkpoint of the namespace b:c in the namespace b', async () => {
    const saver = open()
    await put(saver, configOf('t', 'b:c'), { at: 1 })
    assert.equal(await saver.getTuple(configOf('t', 'b')), undefined)
    assert.deepEqual(await listed(saver, configOf('t', 'b')), [])
  })

  it('returns the values of channels that the last nodes did not write', async () => {
    const saver = open()
    let config = await put(saver, configOf('t'), { a: [1], b: 'b1' }, { versions: { a: 1, b: 1 } })
    for (let step = 2; step < 6; step++) {
      const versions = { a: 1, b: step }
      config = await put(saver, config, { a: [1], b: `b${step}` }, { versions, changed: ['b'] })
    }
    assert.deepEqual((await saver.get(config))?.channel_values, { a: [1], b: 'b5' })
    const values = (await listed(saver, configOf('t'))).map(({ checkpoint }) => checkpoint.channel_values)
    assert.deepEqual(
      values,
      [5, 4, 3, 2, 1].map((step) => ({ a: [1], b: `b${step}` })),
    )
  })

  it('returns the value __proto__ of a channel with that name', async () => {
    const saver = open()
    const values = JSON.parse('{"__proto__":{"polluted":true}}')
    await put(saver, configOf('t'), values)
    const found = (await saver.get(configOf('t')))?.channel_values
    assert.deepEqual(Object.keys(found ?? {}), ['__proto__'])
    assert.equal(Object(found).polluted, undefined)
  })

  it('replaces a checkpoint that is put again', async () => {
    const saver = open()
    const checkpoint = checkpointOf({ a: 1 })
    for (const step of [1, 2]) await saver.put(configOf('t'), checkpoint, metadataOf(step), { a: 1 })
    assert.deepEqual(stepsOf(await listed(saver, configOf('t'))), [2])
  })

  if (!hasScripts) return
  it('reads, and writes to a thread that exists, with one round trip each', async (t) => {
    const state = stateOf()
    const saver = new RedisSaver(state, { keyPrefix: t.name })
    const calls = callsTo(t, state)
    const config = await put(saver, configOf('t'), { a: 1, b: 2 })
    // In a cluster a second command for the registry of threads, which goes out with the first; a new thread is registered again.
    const unit = isCluster ? ['commands', 'command ZADD'] : ['commands']
    assert.deepEqual(calls.splice(0), isCluster ? [...unit, 'command ZADD'] : unit)
    await saver.putWrites(
      config,
      [
        ['a', 2],
        ['b', 3],
      ],
      'task',
    )
    assert.deepEqual(calls.splice(0), unit)
    await saver.getTuple(configOf('t'))
    await saver.getTuple(config)
    await listed(saver, configOf('t'), { limit: 10 })
    assert.deepEqual(calls.splice(0), ['script', 'script', 'script'])
    await listed(saver, configOf('t'), { limit: 10, filter: { step: 0 } })
    assert.deepEqual(calls.splice(0), ['script', 'script'])
  })
}

/**
 * Notes each call of a state.
 *
 * @param {import('node:test').TestContext} t
 * @param {import('redis-state-adapter').RedisStateAdapter} state
 */
function callsTo(t, state) {
  /** @type {string[]} */
  const calls = []
  const noting = (/** @type {'command' | 'commands' | 'script'} */ method) => {
    const original = /** @type {(...args: unknown[]) => Promise<any>} */ (state[method])
    t.mock.method(state, method, (/** @type {unknown[]} */ ...args) => {
      calls.push(method === 'command' ? `command ${Object(args[0])[0]}` : method)
      return original.apply(state, args)
    })
  }
  noting('command')
  noting('commands')
  noting('script')
  return calls
}

/** @param {Place} place */
export function values({ saver: open }) {
  it('returns bytes as bytes', async () => {
    const saver = open()
    const bytes = new Uint8Array([0, 255, 10, 13])
    const config = await put(saver, configOf('t'), { bytes, nested: { bytes } })
    await saver.putWrites(config, [['bytes', bytes]], 'task')
    const tuple = await saver.getTuple(config)
    assert.deepStrictEqual(tuple?.checkpoint.channel_values, { bytes, nested: { bytes } })
    assert.deepStrictEqual(tuple?.pendingWrites, [['task', 'bytes', bytes]])
  })

  it('gives a serializer the type and the bytes that it made', async () => {
    /** @type {[string, Uint8Array][]} */
    const dumped = []
    const serde = {
      async dumpsTyped(/** @type {unknown} */ value) {
        /** @type {[string, Uint8Array]} */
        const typed = [`type ${dumped.length}`, serialize(value)]
        dumped.push(typed)
        return typed
      },
      async loadsTyped(/** @type {string} */ type, /** @type {Uint8Array | string} */ data) {
        assert.ok(dumped.some(([one, bytes]) => one === type && isDeepStrictEqual(bytes, Buffer.from(data))))
        return deserialize(Buffer.from(data))
      },
    }
    const saver = open({ serde })
    const value = { when: new Date(0), map: new Map([[1, new Set([2])]]), big: 12n ** 20n }
    const config = await put(saver, configOf('t'), value)
    await saver.putWrites(config, [['c', value]], 'task')
    const tuple = await saver.getTuple(config)
    assert.deepStrictEqual([tuple?.checkpoint.channel_values, tuple?.pendingWrites], [value, [['task', 'c', value]]])
  })

  it('returns large values', async () => {
    const saver = open()
    const text = 'm'.repeat(3_000_000)
    const config = await put(saver, configOf('t'), { text })
    assert.equal((await saver.get(config))?.channel_values.text, text)
  })
}

/** @param {Place} place */
export function writes({ saver: open }) {
  it('keeps writes that precede the checkpoint, and those of an earlier put', async () => {
    const saver = open()
    const checkpoint = checkpointOf({ a: 1 })
    const config = configOf('t', '', checkpoint.id)
    await saver.putWrites(config, [['__interrupt__', 'before']], 'task')
    assert.equal(await saver.getTuple(config), undefined)
    for (const step of [1, 2]) {
      await saver.put(configOf('t'), checkpoint, metadataOf(step), { a: 1 })
      assert.deepEqual((await saver.getTuple(config))?.pendingWrites, [['task', '__interrupt__', 'before']])
    }
  })

  it('keeps the first write of a task, and the last one of its errors and interrupts', async () => {
    const saver = open()
    const config = await put(saver, configOf('t'), {})
    for (const text of ['first', 'second']) {
      await saver.putWrites(
        config,
        [
          ['a', text],
          ['b', text],
          ['__error__', text],
          ['__interrupt__', text],
        ],
        'task',
      )
    }
    const found = (await saver.getTuple(config))?.pendingWrites
    assert.deepEqual(found, [
      ['task', '__interrupt__', 'second'],
      ['task', '__error__', 'second'],
      ['task', 'a', 'first'],
      ['task', 'b', 'first'],
    ])
  })

  it('orders writes by task path, task and number', async () => {
    const saver = open()
    const config = await put(saver, configOf('t'), {})
    const many = Array.from({ length: 12 }, (_, at) => /** @type {[string, number]} */ (['c', at]))
    await saver.putWrites(config, [['c', 'x']], 'a', '~2')
    await saver.putWrites(config, many, 'b', '~1')
    await saver.putWrites(config, [['c', 'y']], 'z')
    // By code point: the first path is greater as UTF-16.
    await saver.putWrites(config, [['c', 'u']], 'u', '\uffff')
    await saver.putWrites(config, [['c', 'v']], 'd', '\u{1f600}')
    const found = (await saver.getTuple(config))?.pendingWrites ?? []
    assert.deepEqual(
      found.map(([task, , value]) => [task, value]),
      [['z', 'y'], ...many.map(([, at]) => ['b', at]), ['a', 'x'], ['u', 'u'], ['d', 'v']],
    )
    const [tuple] = await listed(saver, configOf('t'))
    assert.deepEqual(tuple.pendingWrites, found)
  })

  it('stores more writes than a transaction has commands', async () => {
    const saver = open()
    const config = await put(saver, configOf('t'), {})
    const many = Array.from({ length: 2500 }, (_, at) => /** @type {[string, number]} */ (['c', at]))
    await saver.putWrites(config, many, 'task')
    const found = (await saver.getTuple(config))?.pendingWrites ?? []
    assert.deepEqual(
      found.map(([, , value]) => value),
      many.map(([, at]) => at),
    )
  })

  it('writes nothing for no writes', async () => {
    const saver = open()
    await saver.putWrites(configOf('t', '', '1'), [], 'task')
    assert.equal(await saver.getTuple(configOf('t')), undefined)
  })
}
