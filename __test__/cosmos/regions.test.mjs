// @ts-check
// Accounts with several regions: reads go to the preferred one, writes to one region only, and each is sent once.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { openOn } from './support/adapters.mjs'
import { READS, readingCalls, WRITES, writingCalls } from './support/calls.mjs'
import { startGateway } from './support/gateway.mjs'
import { cut, lost, on } from './support/gateway-replies.mjs'

/** @import { TestContext } from 'node:test' */

const skip = process.env.REDIS_STATE_DRIVER === 'thread'

/**
 * An account with two regions, which share their items, and an adapter that prefers the second.
 *
 * @param {TestContext} t
 * @param {{ writes: 'first' | 'both' }} options
 */
async function twoRegions(t, { writes }) {
  /** @type {string[]} */
  const urls = []
  const account = () => {
    const [east, west] = urls.map((url, index) => ({
      name: ['East US', 'West US'][index],
      databaseAccountEndpoint: url,
    }))
    return {
      writableLocations: writes === 'both' ? [east, west] : [east],
      readableLocations: [east, west],
      enableMultipleWriteLocations: writes === 'both',
    }
  }
  const east = await startGateway(t, { defaultTtl: -1, account })
  const west = await startGateway(t, { defaultTtl: -1, account })
  west.items = east.items
  urls.push(east.url, west.url)
  const { _etag } = east.items.put({ id: 'k', partitionKey: 't', value: 1 })
  const state = openOn(t, east, { regions: ['West US', 'East US'], enableEndpointDiscovery: true })
  await state.connect()
  return { east, west, state, etag: _etag }
}

for (const writes of /** @type {const} */ (['first', 'both'])) {
  describe(`an account with two regions, with writes in ${writes}`, { skip, concurrency: true }, () => {
    it('is read in the preferred region, and written in the first', async (t) => {
      const { east, west, state, etag } = await twoRegions(t, { writes })
      for (const { make } of [...readingCalls(state), ...writingCalls(state, etag)]) await make().catch(() => {})
      assert.ok(west.of('read').length > 0 && west.of('query').length > 0)
      assert.ok(WRITES.every((kind) => east.of(kind).length > 0))
      // In two regions, two writes under one etag could both succeed.
      assert.deepEqual(west.of(...WRITES), [])
      assert.deepEqual(east.of('read', 'query'), [])
    })

    for (const [title, script, code] of /** @type {const} */ ([
      ['answered with 503', on(WRITES, { status: 503 }), 'ERR_REPLY'],
      ['answered with 500', on(WRITES, { status: 500 }), 'ERR_REPLY'],
      ['answered with 408', on(WRITES, { status: 408 }), 'ERR_REPLY'],
      ['whose answer is lost', on(WRITES, lost), 'ERR_CONNECTION'],
    ])) {
      it(`sends a write ${title}, to no other region`, async (t) => {
        const { east, west, state } = await twoRegions(t, { writes })
        for (const [index, { name, last }] of writingCalls(state).entries()) {
          for (const region of [east, west]) Object.assign(region, { requests: [], script: () => undefined })
          const { _etag } = east.items.put({ id: 'k', partitionKey: 't', value: 1 })
          for (const region of [east, west]) {
            region.script = (request, gateway) => (request.kind === last ? script(request, gateway) : undefined)
          }
          await assertFails(writingCalls(state, _etag)[index].make(), code, { applied: 'unknown' })
          assert.equal([...east.of(last), ...west.of(last)].length, 1, name)
          east.items.remove('t', 'new')
        }
      })
    }

    it('is read in the other region while the preferred one is away', async (t) => {
      const { west, state } = await twoRegions(t, { writes })
      west.script = on([...READS, 'account'], cut)
      assert.equal(await state.get('t', 'k'), 1)
    })
  })
}
