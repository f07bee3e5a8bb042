// @ts-check
// Queries of all partitions that the service refuses to run at once, as it may: the SDK then asks for a plan and for the ranges of
// partitions, and merges their pages.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { openOn } from './support/adapters.mjs'
import { startGateway } from './support/gateway.mjs'
import { first } from './support/gateway-replies.mjs'

/** @import { Script } from './support/gateway.mjs' */

const skip = process.env.REDIS_STATE_DRIVER === 'thread'
const REFUSED = { message: 'Cross partition query only supports', additionalErrorInfo: '{}' }

/** @type {Script} */
function refuseWhole({ kind, headers }) {
  const isOfPart = headers['x-ms-documentdb-partitionkeyrangeid'] ?? headers['x-ms-documentdb-partitionkey']
  if (kind !== 'query' || isOfPart !== undefined) return undefined
  return { status: 400, headers: { 'x-ms-substatus': '1004' }, body: REFUSED }
}

describe('queries of all partitions that the client merges', { skip, concurrency: true }, () => {
  it('find all entries', async (t) => {
    const gateway = await startGateway(t, { script: refuseWhole })
    const state = openOn(t, gateway)
    assert.deepEqual(await state.items(), [])
    for (let index = 0; index < 1500; index += 1)
      gateway.items.put({ id: `k${index}`, partitionKey: `t${index % 7}`, value: index })
    const items = await state.items()
    assert.deepEqual(new Set(items.map(({ value }) => value)).size, 1500)
    assert.equal((await state.query()).items.length, 1500)
    assert.ok(gateway.of('ranges').length > 0)
  })

  it('are not disabled by a failure to read the ranges of partitions', async (t) => {
    const script = first(1, ['ranges'], { status: 503 })
    const gateway = await startGateway(t, {
      script: (request, self) => script(request, self) ?? refuseWhole(request, self),
    })
    const state = openOn(t, gateway)
    gateway.items.put({ id: 'k', partitionKey: 't', value: 1 })
    await assertFails(state.items(), 'ERR_REPLY')
    assert.deepEqual(
      (await state.items()).map(({ value }) => value),
      [1],
    )
  })
})
