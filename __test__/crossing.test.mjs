// @ts-check
// Batches with a fake native store that settles in any order, also synchronously, and panics.

import assert from 'node:assert/strict'
import { tracingChannel } from 'node:diagnostics_channel'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { MODES, ScriptedNative } from './support/scripted-native.mjs'

const require = createRequire(import.meta.url)
const { Batcher } = require('../lib/engines/native/batcher.js')
const { encode, recordKindOf } = require('../lib/engines/native/codec.js')
const { OPERATIONS, StateCall } = require('../lib/engines/call.js')
const { Meter } = require('../lib/observability/meter.js')

const EVENTS = /** @type {const} */ (['start', 'end', 'asyncStart', 'asyncEnd'])

/** A few of them fill a chunk. Their characters have one, two and three bytes in UTF-8. */
const TEXTS = ['', 'x'.repeat(100), 'x'.repeat(5000), 'é'.repeat(2000), '文'.repeat(2000)]

/**
 * @typedef {object} Step
 * @property {'call' | 'settle' | 'turn' | 'list'} kind
 * @property {number} number
 */

const steps = fc.array(
  fc.record({ kind: fc.constantFrom('call', 'call', 'call', 'list', 'settle', 'turn'), number: fc.nat(1000) }),
  { maxLength: 40 },
)
const scripts = fc.record({
  steps,
  modes: fc.array(fc.constantFrom(...MODES), { minLength: 1, maxLength: 20 }),
  hasShares: fc.boolean(),
  /** The events on which subscribers make calls, with the number of calls. */
  reentries: fc.array(fc.record({ event: fc.constantFrom(...EVENTS), calls: steps }), { maxLength: 6 }),
  throwing: fc.boolean(),
})

/** @typedef {typeof scripts extends fc.Arbitrary<infer T> ? T : never} Script */

/** @param {Script} script */
async function play({ steps, modes, hasShares, reentries, throwing }) {
  let batch = 0
  const native = new ScriptedNative(() => modes[batch++ % modes.length], hasShares)
  const batches = new Batcher(/** @type {any} */ (native), new Meter(), {})
  native.onSettled = batches.settle.bind(batches)
  /** @type {Promise<void>[]} */
  const calls = []
  let made = 0
  const perform = (/** @type {Script['steps'][number]} */ { kind, number }) => {
    if (kind === 'settle') return native.settleOne(number)
    if (kind === 'list') return void calls.push(listed(batches, native))
    if (kind === 'turn') return
    const key = `k${made++}`
    const value = { key, text: TEXTS[number % TEXTS.length] }
    calls.push(settledWith(submit(batches, OPERATIONS.set, key, value), value))
    calls.push(settledWith(submit(batches, OPERATIONS.get, key), value))
  }
  const waiting = [...reentries]
  const listeners = /** @type {any} */ (
    Object.fromEntries(
      EVENTS.map((event) => [
        event,
        () => {
          const at = waiting.findIndex((reentry) => reentry.event === event)
          for (const { calls } of at < 0 ? [] : waiting.splice(at, 1)) calls.forEach(perform)
          const { inFlight, pendingBytes } = batches.stats()
          assert.ok(inFlight >= 0 && pendingBytes >= 0, `${inFlight} calls and ${pendingBytes} bytes`)
          if (throwing) throw new Error('a fault of a subscriber')
        },
      ]),
    )
  )
  const channel = tracingChannel('redis-state-adapter:batch')
  if (reentries.length > 0) channel.subscribe(listeners)
  try {
    for (const step of steps) {
      perform(step)
      if (step.kind === 'turn') await turn()
    }
    for (await turn(); !native.isIdle; await turn()) native.settleOne(0)
    await Promise.all(calls)
    await batches.close()
  } finally {
    channel.unsubscribe(listeners)
  }
  const { inFlight, pendingBytes, waiting: unsent } = batches.stats()
  assert.deepEqual({ inFlight, pendingBytes, unsent }, { inFlight: 0, pendingBytes: 0, unsent: 0 })
}

const LIST = { name: 'list', reads: true, writes: false }

/**
 * @param {any} batches
 * @param {import('../lib/engines/call.js').Operation} operation
 * @param {string} key
 * @param {unknown} [value]
 */
function submit(batches, operation, key, value) {
  const call = new StateCall(operation, 't', key)
  call.json = JSON.stringify(value)
  call.value = value
  return batches.add(call, encode(call, recordKindOf(call), { hashTags: false }))
}

/**
 * A call settles with its own value, or with the panic of the native store (or null, if the panic prevented the set).
 *
 * @param {Promise<any>} call
 * @param {unknown} value
 */
async function settledWith(call, value) {
  const settled = await call.catch((/** @type {any} */ error) => error)
  if (settled === null || settled.code === 'ERR_INTERNAL') return
  assert.deepEqual(settled, value)
}

/** @param {any} batches @param {ScriptedNative} native */
async function listed(batches, native) {
  const start = (/** @type {number} */ number) => native.submit(number, 1, 'G:\0')
  const values = await batches
    .list({ operation: LIST, traceId: 'trace', start, finish: (/** @type {any} */ all) => all })
    .catch((/** @type {any} */ error) => error.code)
  assert.ok(values === 'ERR_INTERNAL' || values.length === 1)
}

describe('batches into native code', () => {
  it('settle each call once with its own value and release its share of the limits, in any order', async (t) => {
    // An error of a subscriber is an uncaught exception, which node:test would report as a failure of the test.
    /** @type {unknown[]} */
    const uncaught = []
    process.setUncaughtExceptionCaptureCallback((error) => uncaught.push(error))
    t.after(() => process.setUncaughtExceptionCaptureCallback(null))
    await fc.assert(fc.asyncProperty(scripts, play), { numRuns: 500 })
    assert.deepEqual([...new Set(uncaught.map(String))], ['Error: a fault of a subscriber'])
  })

  it('keep the order of calls if a subscriber makes some, and release their bytes', async () => {
    const script = { steps: many(9), modes: [MODES[0]], hasShares: false, throwing: false }
    await play({ ...script, reentries: [{ event: 'start', calls: [...many(3), { kind: 'list', number: 0 }] }] })
  })
})

/** @param {number} count @returns {Script['steps']} calls that do not fit into one chunk */
function many(count) {
  return Array.from({ length: count }, () => ({ kind: /** @type {const} */ ('call'), number: 2 }))
}
