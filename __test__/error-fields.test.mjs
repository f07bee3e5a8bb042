// @ts-check
// What an error has besides its text, and what its text never has.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { memory, partly, refused } from './support/error-causes.mjs'
import { errorOf } from './support/error-of.mjs'
import { open } from './support/open.mjs'
import { started } from './support/redis.mjs'

/** @import { RedisStateAdapter } from 'redis-state-adapter' */

describe('the fields of an error', () => {
  it('name the call, the server and the entry, and are in its JSON', async (t) => {
    const error = await errorOf(() => refused(t))
    const { code, operation, server: address, traceId, key, applied } = error
    assert.match(address ?? '', /^127\.0\.0\.1:\d+$/)
    const fields = { code, operation, server: address, traceId, key, applied }
    assert.deepEqual(fields, { ...fields, operation: 'set', traceId: 'order-1', key: 'status', applied: 'no' })
    const { cause, ...json } = JSON.parse(JSON.stringify(error))
    assert.deepEqual(json, { name: 'RedisStateError', message: error.message, ...fields })
    assert.equal(cause.code, 'ERR_CONNECTION')
    assert.match(cause.message, /^connecting to 127\.0\.0\.1:\d+ failed: connection refused\./)
  })

  it('are in the JSON of a partial failure, for each entry', async (t) => {
    const { errors } = JSON.parse(JSON.stringify(await errorOf(() => partly(t))))
    assert.deepEqual(
      errors.map((/** @type {any} */ { code, key }) => ({ code, key })),
      [{ code: 'ERR_CONFLICT', key: 'status' }],
    )
  })

  it('survive a structured clone as those of any error do: message, stack and cause, and all in their JSON', async (t) => {
    const error = await errorOf(() => refused(t))
    const clone = structuredClone(error)
    assert.ok(clone instanceof Error)
    assert.deepEqual([clone.message, clone.stack], [error.message, error.stack])
    assert.equal(/** @type {Error} */ (clone.cause).message, /** @type {Error} */ (error.cause).message)
    assert.equal(clone.code, undefined)
    assert.deepEqual(structuredClone(error.toJSON()), error.toJSON())
  })
})

describe('trace ids and keys in messages', () => {
  it('are shortened beyond 100 characters', async (t) => {
    const [traceId, key] = ['t'.repeat(101), `${'k'.repeat(99)}😀`]
    const { message } = await errorOf(() => memory(t).set(traceId, key, undefined))
    assert.ok(message.startsWith(`set("${'t'.repeat(100)}…", "${'k'.repeat(99)}…"): `), message)
  })

  it('are quoted', async (t) => {
    const { message } = await errorOf(() => memory(t).set('a"b\n', '', undefined))
    assert.ok(message.startsWith('set("a\\"b\\n", ""): '), message)
  })
})

describe('the message has the reason', () => {
  it('that a text is not JSON, with its trace id and key, in every call that reads it', async (t) => {
    const server = await started(t)
    await (await server.client()).set('motia:state:order-1:note', 'by other means')
    const state = open(t, { url: server.url })
    const notJson = 'is not JSON (14 bytes, starting with a letter). It was written by another client.'
    /** @type {[call: () => Promise<unknown>, start: string][]} */
    const calls = [
      [() => state.get('order-1', 'note'), 'get("order-1", "note"): the value'],
      [() => state.getMany('order-1', ['other', 'note']), 'getMany("order-1", "note"): the value'],
      [() => state.getGroup('order-1'), 'getGroup("order-1"): the value of key "note"'],
      [() => state.getByPrefix('order-1', 'n'), 'getByPrefix("order-1"): the value of key "note"'],
      [() => state.scan('order-1')[Symbol.asyncIterator]().next(), 'scan("order-1"): the value of key "note"'],
      [() => state.items({ groupId: 'order-1' }), 'items("order-1"): the value of key "note"'],
      [() => state.items(), 'items(): the value of key "note" of trace id "order-1"'],
      [() => state.query({}), 'query(): the value of key "note" of trace id "order-1"'],
    ]
    for (const [call, start] of calls) assert.equal((await errorOf(call)).message, `${start} ${notJson}`)
  })

  it('that a value has no JSON text', async (t) => {
    /** @type {Record<string, unknown>} */
    const cycle = {}
    cycle.self = cycle
    const throwing = {
      toJSON() {
        throw new RangeError('no price')
      },
    }
    /** @type {[value: unknown, reason: string][]} */
    const values = [
      [1n, 'it contains a BigInt'],
      [{ a: [1n] }, 'it contains a BigInt'],
      [cycle, 'it refers to itself'],
      [throwing, 'its toJSON or a getter threw RangeError: no price'],
    ]
    for (const [value, reason] of values) {
      const { message } = await errorOf(() => memory(t).set('t', 'k', value))
      assert.equal(message, `set("t", "k"): the value is not JSON-serializable: ${reason}.`)
    }
  })
})

describe('a value', () => {
  const secret = 'a-value-that-nobody-may-see'

  /** @type {Record<string, (state: RedisStateAdapter) => Promise<unknown>>} */
  const calls = {
    'that cannot be merged': (state) => state.update('t', 'k', [{ op: 'merge', value: /** @type {any} */ (secret) }]),
    'that is filtered for': (state) =>
      state.items({ filter: [{ valueKey: 'a', operation: 'eq', value: /** @type {any} */ ([secret]) }] }),
    'that is queried for': (state) => state.query({ filter: { GT: { a: /** @type {any} */ ([secret]) } } }),
    'with a cycle': (state) => {
      /** @type {Record<string, unknown>} */
      const value = {}
      value[secret] = value
      return state.set('t', 'k', value)
    },
  }
  for (const [title, call] of Object.entries(calls)) {
    it(`${title} is not in the message, nor in its JSON`, async (t) => {
      const error = await errorOf(() => call(memory(t)))
      assert.ok(!JSON.stringify(error).includes(secret), error.message)
    })
  }

  it('of another client that is not JSON is not in the message, nor in its JSON', async (t) => {
    const server = await started(t)
    await (await server.client()).set('motia:state:t:k', secret)
    const state = open(t, { url: server.url })
    for (const call of [() => state.get('t', 'k'), () => state.getGroup('t'), () => state.delete('t', 'k')]) {
      const error = await errorOf(call)
      assert.ok(!JSON.stringify(error).includes(secret), error.message)
    }
  })
})
