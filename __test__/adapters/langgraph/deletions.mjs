// @ts-check
// Deletions of a thread beside writes of another process: what exists is listed.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { RedisSaver } from 'redis-state-adapter/langgraph'
import { configOf, listed, put } from './checkpoints.mjs'

/**
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 * @import { Place } from './stores.mjs'
 */

/** @param {Place} place */
export function deletions({ openState }) {
  it('lists a thread that is written while it is deleted', async (t) => {
    const { deleter, deleting, writing } = open(t.name)
    await put(writing, configOf('t'), { a: 1 })
    before(deleter, 'ZREM', () => put(writing, configOf('t'), { a: 2 }))
    await deleting.deleteThread('t')
    await assertListed(writing)
  })

  it('lists a thread that is deleted while it is written', async (t) => {
    const { writer, deleting, writing } = open(t.name)
    await put(writing, configOf('t'), { a: 1 })
    before(writer, 'HSET', () => deleting.deleteThread('t'))
    await put(writing, configOf('t'), { a: 2 })
    assert.deepEqual((await writing.get(configOf('t')))?.channel_values, { a: 2 })
    await assertListed(writing)
  })

  it('lists no thread that was deleted', async (t) => {
    const { deleting, writing } = open(t.name)
    await put(writing, configOf('t'), { a: 1 })
    await deleting.deleteThread('t')
    assert.deepEqual(await listed(writing, {}), [])
    assert.equal(await writing.getTuple(configOf('t')), undefined)
  })

  /** @param {string} keyPrefix */
  function open(keyPrefix) {
    const [deleter, writer] = [openState(), openState()]
    const [deleting, writing] = [deleter, writer].map((state) => new RedisSaver(state, { keyPrefix }))
    return { deleter, writer, deleting, writing }
  }
}

/**
 * Runs something before the first call of a state that sends a command with this name.
 *
 * @param {RedisStateAdapter} state
 * @param {string} name
 * @param {() => Promise<unknown>} run
 */
function before(state, name, run) {
  let isDone = false
  for (const method of /** @type {const} */ (['command', 'commands'])) {
    const call = /** @type {any} */ (state[method]).bind(state)
    state[method] = async (/** @type {any} */ sent, /** @type {any} */ ...options) => {
      const isFirst = !isDone && sent.flat().includes(name)
      if (isFirst) isDone = true
      if (isFirst) await run()
      return call(sent, ...options)
    }
  }
}

/** @param {RedisSaver} saver */
async function assertListed(saver) {
  const exists = (await saver.getTuple(configOf('t'))) !== undefined
  assert.equal((await listed(saver, {})).length > 0, exists)
}
