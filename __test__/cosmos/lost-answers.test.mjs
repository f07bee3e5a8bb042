// @ts-check
// Writes whose answers are lost: each is sent once, and the error says that its effect is unknown.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { range } from '../support/fill.mjs'
import { openOn } from './support/adapters.mjs'
import { WRITES, writingCalls } from './support/calls.mjs'
import { startGateway } from './support/gateway.mjs'
import { appliedThenSilent, cut, lost, on, silent, truncated } from './support/gateway-replies.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { Script } from './support/gateway.mjs'
 */

const skip = process.env.REDIS_STATE_DRIVER === 'thread'
const NAMES = writingCalls(/** @type {any} */ (undefined)).map(({ name }) => name)

/**
 * A gateway that has the entry, a connected adapter, and a call.
 *
 * @param {TestContext} t
 * @param {string} name
 * @param {number} [commandTimeout]
 */
async function begin(t, name, commandTimeout) {
  const gateway = await startGateway(t, { defaultTtl: -1 })
  const { _etag } = gateway.items.put({ id: 'k', partitionKey: 't', value: 1 })
  const state = openOn(t, gateway, commandTimeout === undefined ? {} : { commandTimeout })
  await state.connect()
  const call = writingCalls(state, _etag).find((one) => one.name === name)
  assert.ok(call)
  return { gateway, state, call }
}

/** @type {Record<string, { script: Script, code: 'ERR_CONNECTION' | 'ERR_COMMAND_TIMEOUT' | 'ERR_REPLY', runs: boolean, isSlow?: boolean }>} */
const LOSSES = {
  'is run, and the connection closed': { script: lost, code: 'ERR_CONNECTION', runs: true },
  'is run, and the connection closed in its answer': { script: truncated, code: 'ERR_CONNECTION', runs: true },
  'is not run, and the connection closed': { script: cut, code: 'ERR_CONNECTION', runs: false },
  'is run, and not answered': { script: appliedThenSilent, code: 'ERR_COMMAND_TIMEOUT', runs: true, isSlow: true },
  'is not run, and not answered': { script: silent, code: 'ERR_COMMAND_TIMEOUT', runs: false, isSlow: true },
  'is answered with 408': { script: () => ({ status: 408 }), code: 'ERR_REPLY', runs: false },
  'is answered with 410': { script: () => ({ status: 410 }), code: 'ERR_REPLY', runs: false },
  'is answered with 500': { script: () => ({ status: 500 }), code: 'ERR_REPLY', runs: false },
  'is answered with 503': { script: () => ({ status: 503 }), code: 'ERR_REPLY', runs: false },
  'is answered with 502 by a proxy': {
    script: () => ({ status: 502, text: '<html>Bad Gateway</html>', headers: { 'content-type': 'text/html' } }),
    code: 'ERR_REPLY',
    runs: false,
  },
}

for (const [title, { script, code, runs, isSlow }] of Object.entries(LOSSES)) {
  describe(`a write that ${title}, is sent once and its effect unknown`, { skip, concurrency: isSlow }, () => {
    for (const name of NAMES) {
      it(name, async (t) => {
        // Long enough for the requests before the last one on a busy machine.
        const { gateway, call } = await begin(t, name, isSlow ? 3000 : undefined)
        gateway.script = on([call.last], script)
        const before = gateway.items.writes
        await assertFails(call.make(), code, { applied: 'unknown' })
        assert.equal(gateway.of(...WRITES).filter(({ kind }) => kind === call.last).length, 1)
        assert.equal(gateway.items.writes > before, runs)
      })
    }
  })
}

describe('a write that was refused, is sent once and not applied', { skip }, () => {
  for (const status of [400, 401, 403, 413]) {
    it(`with ${status}`, async (t) => {
      const { gateway, call } = await begin(t, 'set')
      gateway.script = on(WRITES, { status })
      await assert.rejects(call.make(), { applied: 'no', reply: String(status) })
      assert.equal(gateway.of(...WRITES).length, 1)
    })
  }
})

describe('a call of several writes', { skip }, () => {
  it('that fails after one of them says that its effect is unknown, and sends no more', async (t) => {
    const { gateway, state } = await begin(t, 'clear')
    for (const number of range(200)) gateway.items.put({ id: `k${number}`, partitionKey: 't', value: 1 })
    let deletions = 0
    gateway.script = on(['delete'], () => (++deletions === 50 ? { status: 403 } : undefined))
    await assertFails(state.clear('t'), 'ERR_AUTH', { applied: 'unknown', traceId: 't' })
    const sent = gateway.of('delete').length
    // Time enough for all other deletions.
    for (const number of range(20)) await state.set('t', 'later', number)
    assert.ok(gateway.of('delete').length <= sent + 32, 'only those that were under way')
    assert.ok(gateway.items.all('t').length > 50)
  })

  it('of which one answer is lost says that its effect is unknown, also if the others wrote nothing', async (t) => {
    const { gateway, state } = await begin(t, 'clear')
    gateway.items.put({ id: 'l', partitionKey: 't', value: 1 })
    /** @type {(() => void)[]} */
    const cuts = []
    gateway.script = on(['delete'], (request) => (response) => {
      if (request.id === 'k') return void cuts.push(() => response.socket?.destroy())
      gateway.send(response, { status: 404 })
      response.once('finish', () => setImmediate(() => cuts.forEach((close) => void close())))
    })
    const call = state.clear('t')
    await assertFails(call, 'ERR_CONNECTION', { applied: 'unknown', traceId: 't' })
  })
})
