// @ts-check
// `npm run demo`: every scene checks what it shows.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { started } from './support/redis.mjs'
import { runNode } from './support/run-node.mjs'

const SEES_CHANGE = /checkout {3}sees: \{"type":"created"/

describe('the demo', { skip: process.env.REDIS_STATE_DRIVER === 'thread' }, () => {
  it('plays in one process on the embedded store', async () => {
    assert.match(await play('memory:'), SEES_CHANGE)
  })

  it('plays in two processes on a server', async (t) => {
    const { url } = await started(t, ['--notify-keyspace-events', 'Kg$xe'])
    assert.match(await play(url), SEES_CHANGE)
  })

  it('changes no settings of a server that it did not start', async (t) => {
    const server = await started(t)
    assert.match(await play(server.url), /not shown: keyspace notifications are off/)
    const client = await server.client()
    assert.deepEqual(Object(await client.configGet('notify-keyspace-events'))['notify-keyspace-events'], '')
  })
})

/** @param {string} url */
async function play(url) {
  const { code, stdout, stderr } = await runNode('demo.mjs', [], { flags: ['--no-warnings'], env: { REDIS_URL: url } })
  assert.equal(code, 0, stdout + stderr)
  assert.match(stdout, /^Done: /m)
  return stdout
}
