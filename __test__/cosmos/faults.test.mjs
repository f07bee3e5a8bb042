// @ts-check
// An account that is away, mute, overloaded or cut off: every call settles within its time, and reads recover.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { allSettled, assertInTime, valuesOf } from '../support/settling.mjs'
import { commandTimeout, inPatientTime, patientTimeout } from '../support/timing.mjs'
import { unusedPort } from '../support/unused-port.mjs'
import { openOn } from './support/adapters.mjs'
import { READS, readingCalls, WRITES, writingCalls } from './support/calls.mjs'
import { startGateway } from './support/gateway.mjs'
import { cut, first, on, silent } from './support/gateway-replies.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { CosmosStateAdapter } from 'redis-state-adapter/cosmos'
 * @import { Gateway, GatewayOptions } from './support/gateway.mjs'
 */

const skip = process.env.REDIS_STATE_DRIVER === 'thread'
/** @type {import('./support/gateway.mjs').Kind[]} */
const ALL = ['account', 'database', 'container', 'ranges', ...READS, ...WRITES]

/** @param {CosmosStateAdapter} state */
function allCalls(state) {
  const ping = { name: 'ping', make: () => state.ping() }
  return [...readingCalls(state), ...writingCalls(state), ping]
}

/**
 * Makes every call at once; each must be rejected in time.
 *
 * @param {CosmosStateAdapter} state
 * @param {number} timeout
 * @param {string[]} codes that the errors may have
 */
async function assertAllRejected(state, timeout, codes) {
  const calls = allCalls(state)
  const outcomes = await allSettled(calls.map(({ make }) => make()))
  assertInTime(outcomes, timeout)
  for (const [index, { error }] of outcomes.entries()) assert.ok(codes.includes(error?.code ?? ''), calls[index].name)
  return outcomes
}

/** @param {TestContext} t @param {GatewayOptions & { timeout?: number }} [options] */
async function connected(t, { timeout = patientTimeout, ...options } = {}) {
  const gateway = await startGateway(t, { defaultTtl: -1, ...options })
  gateway.items.put({ id: 'k', partitionKey: 't', value: 1 })
  const state = openOn(t, gateway, { commandTimeout: timeout })
  await state.connect({ timeout: 60_000 })
  return { gateway, state }
}

for (const enableEndpointDiscovery of [false, true]) {
  describe(`an account, with endpoint discovery ${enableEndpointDiscovery}`, { skip, concurrency: true }, () => {
    const options = { commandTimeout, enableEndpointDiscovery }

    it('that refuses connections, rejects every call in time', async (t) => {
      const state = openOn(t, { url: `http://127.0.0.1:${await unusedPort()}` }, options)
      const outcomes = await assertAllRejected(state, commandTimeout, ['ERR_COMMAND_TIMEOUT', 'ERR_CONNECTION'])
      for (const { error } of outcomes) assert.notEqual(error?.applied, 'unknown')
      assert.equal(state.isReady, false)
    })

    it('whose name is unknown, rejects every call in time', async (t) => {
      const state = openOn(t, { url: 'http://nobody.invalid' }, options)
      await assertAllRejected(state, commandTimeout, ['ERR_COMMAND_TIMEOUT', 'ERR_CONNECTION'])
    })

    it('that is mute, rejects every call in time', async (t) => {
      const gateway = await startGateway(t, { script: on(ALL, silent) })
      const state = openOn(t, gateway, options)
      const outcomes = await assertAllRejected(state, commandTimeout, ['ERR_COMMAND_TIMEOUT'])
      for (const { error } of outcomes) assert.notEqual(error?.applied, 'unknown')
      assert.deepEqual(gateway.of(...WRITES), [])
    })

    it('that closes every connection, rejects every call in time', async (t) => {
      const gateway = await startGateway(t, { script: on(ALL, cut) })
      const state = openOn(t, gateway, options)
      await assertAllRejected(state, commandTimeout, ['ERR_COMMAND_TIMEOUT', 'ERR_CONNECTION'])
    })

    it('that answers with 503, rejects every call in time', async (t) => {
      const gateway = await startGateway(t, { script: on(ALL, { status: 503 }) })
      const state = openOn(t, gateway, options)
      await assertAllRejected(state, commandTimeout, ['ERR_COMMAND_TIMEOUT', 'ERR_REPLY'])
    })

    it('that is overloaded, rejects every call in time', async (t) => {
      const busy = { status: 429, headers: { 'x-ms-retry-after-ms': '50' } }
      const gateway = await startGateway(t, { script: on(ALL, busy) })
      await assertAllRejected(openOn(t, gateway, options), commandTimeout, ['ERR_COMMAND_TIMEOUT'])
    })
  })
}

describe('an account that falls ill after it was read', { skip, concurrency: true }, () => {
  it('and is mute, rejects every call when its time is over', async (t) => {
    const { gateway, state } = await connected(t)
    gateway.script = on(ALL, silent)
    await assertAllRejected(state, patientTimeout, ['ERR_COMMAND_TIMEOUT'])
    gateway.script = () => undefined
    assert.deepEqual(await state.get('t', 'another'), null)
  })

  it('and is overloaded for longer than the call may take, rejects it as not applied', async (t) => {
    const { gateway, state } = await connected(t)
    let refusals = 0
    gateway.script = on(ALL, () => {
      // The call is in a pause when its time is over.
      const pause = ++refusals < 8 ? '20' : '3600000'
      return { status: 429, headers: { 'x-ms-retry-after-ms': pause } }
    })
    const write = assertFails(state.set('t', 'k', 2), 'ERR_COMMAND_TIMEOUT', { applied: 'no', ...inPatientTime })
    const read = assertFails(state.get('t', 'k'), 'ERR_COMMAND_TIMEOUT', inPatientTime)
    await Promise.all([write, read])
    assert.ok(gateway.of('upsert').length > 1)
    assert.equal(gateway.items.find('t', 'k')?.value, 1)
  })
})

describe('a refusal for now', { skip, concurrency: true }, () => {
  for (const status of [429, 449]) {
    it(`with ${status}, is no failure: the request is repeated after the pause that the server asks for`, async (t) => {
      const { gateway, state } = await connected(t, { timeout: 60_000 })
      gateway.script = first(5, [...READS, ...WRITES], { status, headers: { 'x-ms-retry-after-ms': '30' } })
      assert.equal(await state.increment('t', 'k'), 2)
      assert.equal(gateway.of('patch').length, 6)
      gateway.script = first(5, [...READS, ...WRITES], { status, headers: { 'x-ms-retry-after-ms': '0' } })
      assert.deepEqual(await state.getGroup('t'), [2])
      gateway.script = first(3, WRITES, { status })
      assert.equal(await state.set('t', 'k', 5), 5)
      assert.equal(gateway.items.writes, 3, 'the one of the test, and each write once')
    })

    it(`with ${status}, in the middle of many calls, loses and doubles none`, async (t) => {
      const { gateway, state } = await connected(t, { timeout: 60_000 })
      let requests = 0
      gateway.script = on([...READS, ...WRITES], () =>
        ++requests % 3 === 0 ? undefined : { status, headers: { 'x-ms-retry-after-ms': '1' } },
      )
      const sums = valuesOf(await allSettled(Array.from({ length: 50 }, () => state.increment('t', 'k'))))
      assert.deepEqual(
        sums.toSorted((a, b) => a - b),
        Array.from({ length: 50 }, (_, index) => index + 2),
      )
    })
  }

  it('of a batch leaves it whole', async (t) => {
    const { gateway, state } = await connected(t, { timeout: 60_000 })
    gateway.script = first(2, ['batch'], { status: 429, headers: { 'x-ms-retry-after-ms': '10' } })
    await state.transaction('t', (tx) => tx.set('a', 1).set('b', 2))
    assert.deepEqual(await state.getMany('t', ['a', 'b']).then(() => gateway.items.writes), 3)
  })
})

describe('a read whose connection fails', { skip, concurrency: true }, () => {
  for (const [title, script] of /** @type {const} */ ([
    ['is closed', cut],
    ['is closed in the answer', truncatedRead],
  ])) {
    it(`that ${title} once, does not fail`, async (t) => {
      const { gateway, state } = await connected(t, { timeout: 60_000 })
      for (const { last, make } of readingCalls(state)) {
        gateway.script = first(1, [last], script)
        await make()
      }
    })
  }
})

/** @param {import('./support/gateway.mjs').GatewayRequest} request @param {Gateway} gateway */
function truncatedRead(request, gateway) {
  const answer = gateway.answer(request)
  return (/** @type {import('node:http').ServerResponse} */ response) => {
    response.writeHead(answer.status, { ...gateway.headOf(answer), 'content-length': 1000 })
    response.write('{"id"', () => response.socket?.destroy())
  }
}

describe('an account that is there late', { skip }, () => {
  it('serves the calls that waited for it', async (t) => {
    const gateway = await startGateway(t, { script: first(3, ['account', 'container'], cut) })
    const state = openOn(t, gateway)
    await state.set('t', 'k', 1)
    assert.equal(await state.get('t', 'k'), 1)
    assert.equal(gateway.items.writes, 1)
  })

  it('becomes ready by itself', async (t) => {
    const gateway = await startGateway(t, { script: first(1, ['container'], { status: 503 }) })
    const state = openOn(t, gateway)
    await state.connect({ timeout: 60_000 })
    assert.equal(state.isReady, true)
  })
})
