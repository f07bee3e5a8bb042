// @ts-check
// The JavaScript thread is busy while the connection to a master is made, and while the sentinels fail over to another.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { Worker } from 'node:worker_threads'
import { range } from '../support/fill.mjs'
import { open } from '../support/open.mjs'
import { startedSentinels } from '../support/sentinel.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisServer } from '../support/redis.mjs'
 * @import { SentinelSet } from '../support/sentinel.mjs'
 */

const KEYS = ['a', 'b', 'c', 'd']
const UNCHANGED = ['b', 'c', 'd']

describe('a connection that is lost before the event loop adopts it', () => {
  it('gets no calls, and no reply of the next one settles the wrong call', async (t) => {
    const set = await startedSentinels(t)
    const old = await set.master()
    await fillAll(old)
    // A sentinel that does not answer slows down the search for the master.
    await set.allowFailover()
    set.sentinels[2].signal('SIGSTOP')
    const wake = await freezing(set, old)

    const state = open(t, set.options)
    /** @type {Promise<unknown>[]} */
    const more = []
    state.on('ready', () => more.push(...UNCHANGED.map((key) => state.get('t', key).catch(codeOf))))
    wake()
    const wrote = state.set('t', 'a', 'new').then(
      () => true,
      () => false,
    )
    const reads = KEYS.map((key) => state.get('t', key).catch(codeOf))
    const [isWritten, ...values] = await Promise.all([wrote, ...reads])
    assert.deepEqual(values.slice(1), UNCHANGED)
    assert.deepEqual(
      await Promise.all(more),
      more.map((_, index) => UNCHANGED[index % UNCHANGED.length]),
    )
    const master = await set.master()
    assert.notEqual(master, old)
    const client = await master.client()
    const stored = await client.get('motia:state:t:a')
    if (isWritten) assert.deepEqual([stored, values[0]], ['"new"', 'new'])

    for (const round of range(20)) {
      const written = await Promise.all(KEYS.map((key) => state.set('later', key, `${key}${round}`)))
      assert.deepEqual(await Promise.all(KEYS.map((key) => state.get('later', key))), written)
    }
    assert.equal(state.stats().inFlight, 0)
    for (const frozen of [set.sentinels[2], old]) frozen.signal('SIGCONT')
  })
})

/** @param {RedisServer} server */
async function fillAll(server) {
  const client = await server.client()
  for (const key of KEYS) await client.set(`motia:state:t:${key}`, JSON.stringify(key))
  assert.equal(await client.sendCommand(['WAIT', '2', '60000']), 2)
  client.destroy()
}

/**
 * @param {SentinelSet} set
 * @param {RedisServer} master frozen once the adapter has connected to it
 * @returns {Promise<() => void>} blocks the thread until the sentinels have failed over
 */
async function freezing(set, master) {
  const awake = new Int32Array(new SharedArrayBuffer(4))
  const sentinels = set.sentinels.slice(0, 2).map(({ port }) => port)
  const workerData = { master: { pid: master.pid, port: master.port }, sentinels, awake }
  const worker = new Worker(new URL('../fixtures/freeze-master.mjs', import.meta.url), { workerData })
  await once(worker, 'online')
  return () => assert.notEqual(Atomics.wait(awake, 0, 0, 60_000), 'timed-out')
}

/** @param {{ code: string }} error */
function codeOf({ code }) {
  return code
}
