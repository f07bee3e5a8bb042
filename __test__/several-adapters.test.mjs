// @ts-check
// Several adapters in one process, whose calls are made in continuations of each other's calls.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { it } from 'node:test'
import { Worker } from 'node:worker_threads'
import { next } from './support/events.mjs'
import { range } from './support/fill.mjs'
import { open } from './support/open.mjs'
import { started } from './support/redis.mjs'
import { unusedPort } from './support/unused-port.mjs'

/** Far less than all rounds use in total, so that a leak is noticed. */
const maxPendingBytes = 1024 * 1024
const ROUNDS = 1000

it('values are copied between adapters of every kind, and all shares of the limits are released', async (t) => {
  const server = await started(t)
  const redis = open(t, { url: server.url, maxPendingBytes })
  const memory = open(t, { url: 'memory:', maxPendingBytes })
  const port = await unusedPort()
  const ended = open(t, { host: '127.0.0.1', port, socket: { reconnectStrategy: false }, maxPendingBytes })
  await next(ended, 'end')
  const workerData = { url: server.url, keyPrefix: 'worker:', maxPendingBytes }
  const worker = new Worker(new URL('./fixtures/echo-worker.mjs', import.meta.url), { workerData })
  t.after(() => worker.terminate())
  const value = 'x'.repeat(20_000)
  await redis.set('t', 'k', value)
  for (const round of range(ROUNDS)) {
    const read = await redis.get('t', 'k')
    const [written, failed] = await Promise.allSettled([memory.set('t', 'k', read), ended.set('t', 'k', read)])
    assert.equal(written.status, 'fulfilled')
    assert.equal(failed.status === 'rejected' && failed.reason.code, 'ERR_CONNECTION')
    await redis.set('t', 'k', await memory.get('t', 'k'))
    if (round % 10 > 0) continue
    worker.postMessage({ key: 'k', value: read })
    assert.deepEqual(await once(worker, 'message'), [value])
  }
  worker.postMessage('stats')
  const [counters] = await once(worker, 'message')
  for (const { inFlight, pendingBytes } of [counters, redis.stats(), memory.stats(), ended.stats()]) {
    assert.deepEqual({ inFlight, pendingBytes }, { inFlight: 0, pendingBytes: 0 })
  }
})
