// @ts-check
// Lists, expiry, deletion and wrong arguments of the saver.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { RedisSaver } from 'redis-state-adapter/langgraph'
import { until } from '../../support/until.mjs'
import { checkpointOf, configOf, listed, metadataOf, put, stepsOf } from './checkpoints.mjs'

/** @import { Place } from './stores.mjs' */

/** @param {Place} place */
export function lists({ saver: open, openState }) {
  it('lists everything where no limit is given, the newest first', async () => {
    const saver = open()
    const steps = Array.from({ length: 130 }, (_, step) => step)
    /** @type {import('@langchain/core/runnables').RunnableConfig} */
    let config = configOf('t')
    for (const step of steps) config = await put(saver, config, { step }, { step, versions: { step } })
    const expected = steps.toReversed()
    assert.deepEqual(stepsOf(await listed(saver, configOf('t'))), expected)
    assert.deepEqual(stepsOf(await listed(saver, { configurable: { thread_id: 't' } })), expected)
    assert.deepEqual(stepsOf(await listed(saver, configOf('t'), { limit: 60 })), expected.slice(0, 60))
    assert.deepEqual(stepsOf(await listed(saver, configOf('t'), { limit: 0 })), [])
    const tuples = await listed(saver, configOf('t'), { limit: 100 })
    const before = tuples[99].config
    assert.deepEqual(stepsOf(await listed(saver, configOf('t'), { before })), expected.slice(100))
    const filter = { source: 'loop', step: 3 }
    assert.deepEqual(stepsOf(await listed(saver, configOf('t'), { before, filter })), [3])
    assert.deepEqual(stepsOf(await listed(saver, configOf('t'), { filter: { source: 'input' } })), [])
    assert.deepEqual(stepsOf(await listed(saver, configOf('t'), { filter: {}, limit: 2 })), [129, 128])
    assert.deepEqual(stepsOf(await listed(saver, before)), [30])
    assert.deepEqual(stepsOf(await listed(saver, before, { limit: 1 })), [30])
  })

  it('takes null for no options', async () => {
    const saver = open()
    await put(saver, configOf('t'), {}, { step: 1 })
    assert.deepEqual(stepsOf(await listed(saver, configOf('t'), /** @type {any} */ (null))), [1])
  })

  it('lists more threads than commands may be pending', async (t) => {
    const state = openState({ maxPendingCommands: 5_000 })
    const saver = new RedisSaver(state, { keyPrefix: t.name })
    await put(saver, configOf('t'), {}, { step: 1 })
    const names = Array.from({ length: 5_001 }, (_, at) => ['inf', `t${at}`])
    await state.command(['ZADD', `${t.name}:threads:{0}`, ...names.flat()])
    assert.deepEqual(stepsOf(await listed(saver, {})), [1])
  })

  it('lists the checkpoints of all threads and namespaces, the newest first', async () => {
    const saver = open()
    for (let step = 0; step < 60; step++) await put(saver, configOf(`t${step % 7}`, `n${step % 2}`), {}, { step })
    const expected = Array.from({ length: 60 }, (_, at) => 59 - at)
    assert.deepEqual(stepsOf(await listed(saver, {})), expected)
    assert.deepEqual(stepsOf(await listed(saver, {}, { limit: 10 })), expected.slice(0, 10))
    const inNamespace = expected.filter((step) => step % 2 === 1)
    const ofNamespace = { configurable: { checkpoint_ns: 'n1' } }
    assert.deepEqual(stepsOf(await listed(saver, ofNamespace, { limit: 12 })), inNamespace.slice(0, 12))
    const ofThread = { configurable: { thread_id: 't3' } }
    assert.deepEqual(
      stepsOf(await listed(saver, ofThread)),
      expected.filter((step) => step % 7 === 3),
    )
    await saver.deleteThread('t3')
    assert.deepEqual(
      stepsOf(await listed(saver, {})),
      expected.filter((step) => step % 7 !== 3),
    )
  })
}

/** @param {Place} place */
export function expiry({ saver: open, state: stateOf }) {
  const MINUTE = 60_000

  it('lets a thread expire as a whole, from its last write on', async (t) => {
    const saver = open({ defaultTTL: 0.5, keyPrefix: t.name })
    const config = await put(saver, configOf('t'), { a: 1 })
    await saver.putWrites(config, [['a', 1]], 'task')
    const left = await timesLeft(t.name)
    assert.equal(left.length, 2)
    assert.ok(left.every((ms) => ms > 0 && ms <= MINUTE / 2))
    const longer = open({ defaultTTL: 10, keyPrefix: t.name })
    await longer.putWrites(config, [['b', 1]], 'task2')
    assert.ok((await timesLeft(t.name)).every((ms) => ms > 9 * MINUTE))
  })

  it('keeps threads without defaultTTL', async (t) => {
    await put(open({ keyPrefix: t.name }), configOf('t'), { a: 1 })
    assert.deepEqual(await timesLeft(t.name), [-1, -1])
  })

  it('keeps a thread that is written without defaultTTL, whatever expiry it has', async (t) => {
    const [expiring, lasting] = [open({ defaultTTL: 1, keyPrefix: t.name }), open({ keyPrefix: t.name })]
    const config = await put(expiring, configOf('t'), { a: 1 })
    await put(lasting, config, { a: 2 })
    assert.deepEqual(await timesLeft(t.name), [-1, -1])
    await expiring.putWrites(config, [['a', 1]], 'task')
    assert.ok((await timesLeft(t.name)).every((ms) => ms > 0))
    await lasting.putWrites(config, [['a', 2]], 'other')
    assert.deepEqual(await timesLeft(t.name), [-1, -1])
  })

  it('starts the expiry again with refreshOnRead only', async (t) => {
    const config = await put(open({ defaultTTL: 1, keyPrefix: t.name }), configOf('t'), { a: 1 })
    const [plain, refreshing] = [false, true].map((refreshOnRead) =>
      open({ defaultTTL: 10, keyPrefix: t.name, refreshOnRead }),
    )
    await plain.getTuple(config)
    assert.ok((await timesLeft(t.name)).every((ms) => ms <= MINUTE))
    assert.deepEqual((await refreshing.get(config))?.channel_values, { a: 1 })
    assert.ok((await timesLeft(t.name)).every((ms) => ms > 9 * MINUTE))
  })

  it('forgets a thread that has expired', async () => {
    const saver = open({ defaultTTL: 1 / MINUTE })
    const config = await put(saver, configOf('t'), { a: 1 })
    await until(async () => (await saver.getTuple(config)) === undefined)
    assert.deepEqual(await listed(saver, {}), [])
  })

  /** @param {string} prefix @returns {Promise<number[]>} milliseconds */
  async function timesLeft(prefix) {
    const state = stateOf()
    const keys = ['index', 'data'].map((name) => `${prefix}:{t}:${name}`)
    const left = await Promise.all(keys.map((key) => state.command(['PTTL', key])))
    return left.map(Number)
  }
}

/** @param {Place} place */
export function limits({ saver: open, state: stateOf }) {
  it('leaves no key of a thread that was deleted', async (t) => {
    const saver = open({ keyPrefix: t.name })
    for (const namespace of ['', 'b']) {
      const config = await put(saver, configOf('t', namespace), { a: 1 })
      await saver.putWrites(config, [['a', 1]], 'task')
    }
    await saver.deleteThread('t')
    const state = stateOf()
    assert.equal(await state.command(['EXISTS', `${t.name}:{t}:index`, `${t.name}:{t}:data`]), 0)
    assert.deepEqual(await listed(saver, {}), [])
  })

  it('rejects ids that are no texts, and names them', async () => {
    const saver = open()
    const error = (/** @type {RegExp} */ message) => ({
      name: 'RedisStateError',
      code: 'ERR_INVALID_ARGUMENT',
      message,
    })
    const bad = /** @type {any} */ ([undefined, '', true, '\ud800'])
    for (const id of bad) {
      const put_ = saver.put(configOf(id), checkpointOf({}), metadataOf(), {})
      await assert.rejects(put_, error(/^put\(\): config\.configurable\.thread_id: /))
      const write = saver.putWrites(configOf(id, '', '1'), [['a', 1]], 'task')
      await assert.rejects(write, error(/^putWrites\(\): config\.configurable\.thread_id: /))
      await assert.rejects(saver.deleteThread(id), error(/^deleteThread\(\): threadId: /))
    }
    await assert.rejects(
      saver.getTuple(configOf(bad[2])),
      error(/thread_id: expected a text that is not empty, got true/),
    )
    await assert.rejects(listed(saver, configOf(bad[2])), error(/^list\(\): config\.configurable\.thread_id: /))
    await assert.rejects(saver.putWrites(configOf('t', '', '1'), [['a', 1]], ''), error(/^putWrites\(\): taskId: /))
  })

  it('takes a number for an id as its text', async () => {
    const saver = open()
    await put(saver, configOf(/** @type {any} */ (7)), { a: 1 })
    assert.deepEqual((await saver.getTuple(configOf('7')))?.checkpoint.channel_values, { a: 1 })
    assert.ok(await saver.getTuple(configOf(/** @type {any} */ (7))))
  })

  it('leaves an adapter open that it was given', async (t) => {
    const state = stateOf()
    const saver = new RedisSaver(state, { keyPrefix: t.name })
    await put(saver, configOf('t'), { a: 1 })
    await saver.end()
    assert.equal(await state.command(['EXISTS', `${t.name}:{t}:index`]), 1)
  })
}
