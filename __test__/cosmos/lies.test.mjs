// @ts-check
// Answers that do not fit their request, as of a broken proxy: no wrong value is returned, and no call hangs.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { patientTimeout } from '../support/timing.mjs'
import { openOn } from './support/adapters.mjs'
import { readingCalls, WRITES, writingCalls } from './support/calls.mjs'
import { documents, startGateway } from './support/gateway.mjs'
import { on } from './support/gateway-replies.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { ScriptedAnswer } from './support/gateway.mjs'
 */

const skip = process.env.REDIS_STATE_DRIVER === 'thread'
const SECRET = 'secret-value'
const ITEM = { id: 'k', partitionKey: 't', value: SECRET, _etag: '"1"', _ts: 1_700_000_000 }

/** @param {TestContext} t */
async function begin(t) {
  const gateway = await startGateway(t, { defaultTtl: -1 })
  gateway.items.put({ id: 'k', partitionKey: 't', value: 1 })
  const state = openOn(t, gateway, { commandTimeout: patientTimeout })
  await state.connect({ timeout: 60_000 })
  return { gateway, state }
}

/** @type {Record<string, ScriptedAnswer>} */
const NO_JSON = {
  'HTML with status 200': { status: 200, text: `<html>${SECRET}</html>` },
  'half of the JSON': { status: 200, text: JSON.stringify(ITEM).slice(0, -20) },
  'nothing with status 200': { status: 200, text: '' },
  null: { status: 200, text: 'null' },
  'a text': { status: 200, text: `"${SECRET}"` },
  'a list': { status: 200, text: '[]' },
  'an empty object': { status: 200, text: '{}' },
  'status 204 without a body': { status: 204 },
  'status 304': { status: 304 },
}

/** @type {Record<string, ScriptedAnswer>} */
const WRONG_ITEMS = {
  'the item of another key': { status: 200, body: { ...ITEM, id: 'other' } },
  'the item of another partition': { status: 200, body: { ...ITEM, partitionKey: 'other' } },
  'an item without a partition': { status: 200, body: { ...ITEM, partitionKey: undefined } },
  'an item without an etag': { status: 200, body: { ...ITEM, _etag: undefined } },
  'an item whose etag is a number': { status: 200, body: { ...ITEM, _etag: 5 } },
  'an item without an id': { status: 200, body: { ...ITEM, id: undefined } },
}

/** @type {Record<string, unknown>} */
const WRONG_ROWS = {
  'of another key': { ...ITEM, id: 'other||k' },
  'of another partition': { ...ITEM, partitionKey: 'other' },
  null: null,
  'that are texts': SECRET,
  'without an id': { ...ITEM, id: undefined },
  'whose id is a number': { ...ITEM, id: 5 },
}

describe('an answer to a read', { skip, concurrency: true }, () => {
  for (const status of [404, 409, 412]) {
    it(`that is a page of a proxy with status ${status}, is an error, for writes too`, async (t) => {
      const { gateway, state } = await begin(t)
      const headers = { 'content-type': 'text/html' }
      gateway.script = on(['read', 'delete', 'create', 'replace'], { status, text: '<html></html>', headers })
      await assertFails(state.get('t', 'k'), 'ERR_REPLY')
      await assertFails(state.delete('t', 'k'), 'ERR_REPLY', { applied: 'no' })
      await assertFails(state.set('t', 'k', 2, { ifMatch: '"1"' }), 'ERR_REPLY', { applied: 'unknown' })
      await assertFails(state.set('t', 'k', 2, { ifAbsent: true }), 'ERR_REPLY', { applied: 'unknown' })
    })
  }

  for (const [title, answer] of Object.entries({ ...NO_JSON, ...WRONG_ITEMS })) {
    it(`that is ${title}, is an error`, async (t) => {
      const { gateway, state } = await begin(t)
      gateway.script = on(['read'], answer)
      for (const { name, last, make } of readingCalls(state)) {
        if (last === 'read') await assertReplyError(make(), name)
      }
      for (const make of [() => state.delete('t', 'k'), () => state.update('t', 'k', [{ op: 'increment', by: 1 }])]) {
        const error = await assertFails(make(), 'ERR_REPLY', { applied: 'no', traceId: 't', key: 'k' })
        assert.doesNotMatch(textOf(error), new RegExp(SECRET))
      }
      assert.deepEqual(gateway.of(...WRITES), [])
    })
  }
})

describe('an answer to a query', { skip, concurrency: true }, () => {
  for (const [title, answer] of Object.entries({ ...NO_JSON, 'no list': { status: 200, body: { Documents: 5 } } })) {
    it(`that is ${title}, is an error`, async (t) => {
      const { gateway, state } = await begin(t)
      gateway.script = on(['query'], answer)
      for (const { name, last, make } of readingCalls(state)) {
        if (last === 'query') await assertReplyError(make(), name)
      }
    })
  }

  for (const [title, row] of Object.entries(WRONG_ROWS)) {
    it(`with items ${title}, is an error`, async (t) => {
      const { gateway } = await begin(t)
      const state = openOn(t, gateway, { keyPrefix: 'app', commandTimeout: patientTimeout })
      gateway.script = on(['query'], { status: 200, body: documents([row]) })
      for (const method of /** @type {const} */ (['getGroup', 'keys']))
        await assertReplyError(state[method]('t'), method)
      await assertFails(state.clear('t'), 'ERR_REPLY', { applied: 'no', traceId: 't' })
    })
  }

  it('with a count that is no number, is an error', async (t) => {
    const { gateway, state } = await begin(t)
    for (const row of [null, 'x', -1, 0.5, { count: 1 }]) {
      gateway.script = on(['query'], { status: 200, body: documents([row]) })
      await assertReplyError(state.count('t'), `count ${row}`)
    }
  })
})

describe('an answer to a write', { skip, concurrency: true }, () => {
  for (const [title, answer] of Object.entries(NO_JSON)) {
    it(`that is ${title}, is an error or a success, and the write is sent once`, async (t) => {
      const { gateway, state } = await begin(t)
      const etag = String(gateway.items.find('t', 'k')?._etag)
      for (const { name, last, make } of writingCalls(state, etag)) {
        gateway.requests = []
        gateway.script = on([last], answer)
        const error = await make().catch((reason) => reason)
        if (error instanceof Error) {
          const { code, applied } = /** @type {any} */ (error)
          assert.deepEqual({ code, applied }, { code: 'ERR_REPLY', applied: 'unknown' }, `${name}: ${error}`)
          assert.doesNotMatch(textOf(error), new RegExp(SECRET))
        }
        assert.equal(gateway.of(last).length, 1, name)
      }
    })
  }

  it('of a batch with another number of results, says that its effect is unknown', async (t) => {
    const { gateway, state } = await begin(t)
    for (const body of [[], [{ statusCode: 201 }], [{}, {}], [null, null], 'x']) {
      gateway.script = on(['batch'], { status: 200, body })
      const call = state.transaction('t', (tx) => tx.set('a', 1).set('b', 1))
      await assertFails(call, 'ERR_REPLY', { applied: 'unknown', traceId: 't' })
    }
  })

  it('of an increment without a number, says that its effect is unknown', async (t) => {
    const { gateway, state } = await begin(t)
    for (const value of [undefined, 'x', null]) {
      gateway.script = on(['patch'], { status: 200, body: { ...ITEM, value } })
      await assertFails(state.increment('t', 'k'), 'ERR_REPLY', { applied: 'unknown', traceId: 't', key: 'k' })
    }
  })
})

describe('an answer to the read of the container', { skip, concurrency: true }, () => {
  for (const [title, answer] of Object.entries(NO_JSON)) {
    it(`that is ${title}, is an error`, async (t) => {
      const gateway = await startGateway(t, { script: on(['account', 'container'], answer) })
      const state = openOn(t, gateway, { commandTimeout: patientTimeout })
      const error = await state.get('t', 'k').catch((reason) => reason)
      assert.ok(['ERR_REPLY', 'ERR_INVALID_CONFIG', 'ERR_COMMAND_TIMEOUT'].includes(error.code), textOf(error))
      assert.doesNotMatch(textOf(error), new RegExp(SECRET))
    })
  }
})

/** @param {Promise<unknown>} call @param {string} name */
async function assertReplyError(call, name) {
  const error = await call.then(
    (value) => assert.fail(`${name} resolved to ${JSON.stringify(value)}`),
    (reason) => reason,
  )
  assert.equal(error.code, 'ERR_REPLY', `${name}: ${textOf(error)}`)
  assert.doesNotMatch(textOf(error), new RegExp(SECRET))
}

/** @param {any} error */
function textOf(error) {
  return `${error} ${JSON.stringify(error)} ${error.stack} ${error.cause} ${error.cause?.stack}`
}

describe('an etag that would match every entry', { skip }, () => {
  it('is rejected, and nothing is sent', async (t) => {
    const { gateway, state } = await begin(t)
    await assertFails(state.set('t', 'k', 2, { ifMatch: '*' }), 'ERR_INVALID_ARGUMENT', { applied: 'no' })
    assert.deepEqual(gateway.of(...WRITES), [])
  })
})
