// @ts-check
// Listings by an index while entries are written, deleted with and without the index, expire, connections are lost, and members
// without an entry are removed.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { INDEX, MARKER, membersOf, openIndexed } from '../support/indexed.mjs'
import { killOtherClients } from '../support/kill-clients.mjs'
import { startRedis } from '../support/redis.mjs'
import { until } from '../support/until.mjs'

/**
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 * @import { Client, RedisServer } from '../support/redis.mjs'
 *
 * @typedef {{ state: RedisStateAdapter, other: RedisStateAdapter, client: Client, traceId: string, stable: string[] }} World
 * @typedef {{ name: string, run: (world: World) => Promise<unknown> }} Action
 */

const entryOf = (/** @type {World} */ { traceId }, /** @type {string} */ key) => `motia:state:${traceId}:${key}`

/** Keys that come and go, between those that stay. */
const changing = fc.constantFrom(...Array.from({ length: 12 }, (_, index) => `k${index}!`))

/** @param {string} name @param {(world: World, key: string) => Promise<unknown>} run */
function onKey(name, run) {
  return changing.map((key) => ({ name: `${name} ${key}`, run: (/** @type {World} */ world) => run(world, key) }))
}

/** A write that is lost with its connection may or may not be applied. @param {Promise<unknown>} write */
const tried = (write) =>
  write.catch(({ code }) => assert.ok(['ERR_CONNECTION', 'ERR_COMMAND_TIMEOUT'].includes(code), code))

/** @type {Record<string, (world: World, pageSize: number) => Promise<string[]>>} */
const LISTINGS = {
  keys: ({ state, traceId }) => state.keys(traceId),
  getGroup: ({ state, traceId }) => state.getGroup(traceId),
  items: async ({ other, traceId }) => (await other.items({ groupId: traceId })).map(({ key }) => key),
  getByPrefix: async ({ state, traceId }) => (await state.getByPrefix(traceId, 'k')).map(({ key }) => key),
  query: async ({ other, traceId }) => (await other.query({ groupId: traceId })).items.map(({ key }) => key),
  scan: async ({ state, traceId }, pageSize) => {
    const keys = []
    for await (const { key } of state.scan(traceId, { pageSize })) keys.push(key)
    return keys
  },
}

/** @param {World} world @param {string[]} listed @param {string} name */
function check({ stable }, listed, name) {
  const found = new Set(listed)
  assert.equal(found.size, listed.length, `${name}: a key is returned twice`)
  const missed = stable.filter((key) => !found.has(key))
  assert.deepEqual(missed, [], `${name}: entries that stay are missing`)
}

const listing = fc
  .tuple(fc.constantFrom(...Object.keys(LISTINGS)), fc.integer({ min: 1, max: 40 }))
  .map(([name, pageSize]) => ({
    name: `${name} ${pageSize}`,
    run: async (/** @type {World} */ world) => check(world, await LISTINGS[name](world, pageSize), name),
  }))

const counting = fc.constant({
  name: 'count',
  run: async (/** @type {World} */ { state, traceId, stable }) => {
    const count = await state.count(traceId)
    assert.ok(count >= stable.length && count <= stable.length + 12, `count: ${count} of ${stable.length}`)
  },
})

/** @type {fc.Arbitrary<Action>} */
const action = fc.oneof(
  { weight: 6, arbitrary: listing },
  { weight: 1, arbitrary: counting },
  { weight: 5, arbitrary: onKey('set', ({ state, traceId }, key) => tried(state.set(traceId, key, key))) },
  { weight: 3, arbitrary: onKey('set by other', ({ other, traceId }, key) => tried(other.set(traceId, key, key))) },
  { weight: 3, arbitrary: onKey('delete', ({ state, traceId }, key) => tried(state.delete(traceId, key))) },
  { weight: 3, arbitrary: onKey('delete without index', (world, key) => world.client.unlink(entryOf(world, key))) },
  { weight: 3, arbitrary: onKey('expire', (world, key) => world.client.pExpire(entryOf(world, key), 1)) },
  {
    weight: 1,
    arbitrary: fc.constant({ name: 'kill', run: (/** @type {World} */ { client }) => killOtherClients(client) }),
  },
)

describe('listings by an index, beside other clients', () => {
  /** @type {RedisServer} */
  let server
  /** @type {Client} */
  let client
  before(async () => {
    server = await startRedis()
    client = await server.client()
    await client.set(MARKER, 'ready')
  })
  after(() => server.stop())

  it('miss no entry that stays, return none twice, and leave the index complete', async (t) => {
    const options = { url: server.url, commandTimeout: 20_000, socket: { reconnectStrategy: 1 } }
    const [state, other] = [openIndexed(t, options), openIndexed(t, options)]
    let traces = 0
    const bursts = fc.array(fc.array(action, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 8 })
    const run = async (/** @type {Action[][]} */ ofRun, /** @type {number} */ count) => {
      const stable = Array.from({ length: count }, (_, index) => `k${index}`)
      const world = { state, other, client, traceId: `t${++traces}`, stable }
      await state.setMany(world.traceId, Object.fromEntries(stable.map((key) => [key, key])))
      for (const burst of ofRun) await Promise.all(burst.map(({ run }) => run(world)))
      await assertComplete(world)
    }
    await fc.assert(fc.asyncProperty(bursts, fc.integer({ min: 0, max: 600 }), run), {
      numRuns: 60,
      endOnFailure: true,
    })
  })
})

/** Each entry is a member, and listings remove all members without an entry. @param {World} world */
async function assertComplete(world) {
  const { client, state, traceId } = world
  const entries = async () => {
    const names = await client.keys(entryOf(world, '*'))
    const found = await Promise.all(names.map(async (name) => ((await client.exists(name)) === 1 ? name : '')))
    return found.filter(Boolean).map((name) => name.slice(entryOf(world, '').length))
  }
  const members = new Set(await membersOf(client, traceId))
  assert.deepEqual(
    (await entries()).filter((key) => !members.has(key)),
    [],
    'entries are not indexed',
  )
  await until(async () => {
    await state.keys(traceId)
    return (await client.zCard(INDEX + traceId)) === (await entries()).length
  })
}
