// @ts-check
// No output contains the key of the account or the value of an entry, whatever fails.

import assert from 'node:assert/strict'
import { tracingChannel } from 'node:diagnostics_channel'
import { describe, it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { CosmosStateAdapter } from 'redis-state-adapter/cosmos'
import { failureOf } from '../support/leaks.mjs'
import { assertNoSecretIn, assertShowsNoSecret } from '../support/secrets.mjs'
import { commandTimeout } from '../support/timing.mjs'
import { unusedPort } from '../support/unused-port.mjs'
import { readingCalls, WRITES, writingCalls } from './support/calls.mjs'
import { startGateway } from './support/gateway.mjs'
import { cut, on, silent, truncated } from './support/gateway-replies.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { Kind, Script } from './support/gateway.mjs'
 */

const skip = process.env.REDIS_STATE_DRIVER === 'thread'
/** Base64, as keys are. */
const KEY = 'Kq7'.repeat(28)
/** Secret too, and found in output as the key is. */
const VALUE = { card: 'Kq7-4111', nested: ['Kq7'] }
const ITEM = { id: 'k', partitionKey: 't', value: VALUE, _etag: '"1"', _ts: 1_700_000_000 }
/** @type {Kind[]} */
const ITEMS = ['query', 'read', ...WRITES]
/** @type {Kind[]} */
const ALL = ['account', 'container', 'plan', ...ITEMS]

/** @type {unknown[]} */
const traced = []
for (const what of ['command', 'batch', 'connection']) {
  const trace = (/** @type {unknown} */ message) => void traced.push(message)
  const all = { start: trace, end: trace, asyncStart: trace, asyncEnd: trace, error: trace }
  tracingChannel(`redis-state-adapter:${what}`).subscribe(all)
}
process.on('warning', (warning) => traced.push(warning))

/** @type {Record<string, Script>} */
const ILLNESSES = {
  'rejects the key': on(ALL, { status: 401 }),
  'denies access to items': on(ITEMS, { status: 403 }),
  'closes connections': on(ITEMS, cut),
  'closes connections in the answer': on(ITEMS, truncated),
  'is mute': on(ITEMS, silent),
  fails: on(ITEMS, { status: 500 }),
  'answers with half of the item': on(ITEMS, { status: 200, text: JSON.stringify(ITEM).slice(0, -8) }),
  // The error of JSON.parse shows a part of it.
  'answers with what is almost JSON': on(ITEMS, { status: 200, text: '{"Documents":[{"value":Kq7}]}' }),
  'answers with the item of another key': on(ITEMS, { status: 200, body: { ...ITEM, id: 'l' } }),
  'answers with the item in place of JSON': on(ITEMS, { status: 200, text: `Kq7 ${JSON.stringify(ITEM)}` }),
  'has bytes that are no JSON': on(ITEMS, {
    status: 200,
    body: { ...ITEM, value: Buffer.from('{"card": Kq7}').toString('base64'), isBinary: true },
  }),
}

/** @type {Record<string, (url: string) => object>} */
const WAYS = {
  'as the option key': (url) => ({ url, key: KEY }),
  'in a connection string': (url) => ({ connectionString: `AccountEndpoint=${url};AccountKey=${KEY};` }),
}

/**
 * Makes every call, and checks all output of the adapter.
 *
 * @param {object} options
 */
async function assertNoLeak(options) {
  const names = { database: 'state', container: 'items' }
  const state = new CosmosStateAdapter(/** @type {any} */ ({ ...options, ...names, commandTimeout }))
  /** @type {unknown[]} */
  const outputs = []
  state.on('error', (error) => outputs.push(error))
  state.on('reconnecting', (info) => outputs.push(info, info.cause))
  await state.connect({ timeout: commandTimeout }).catch((error) => outputs.push(error))
  for (let round = 0; round < 2; round++) {
    const calls = [...readingCalls(state), ...writingCalls(state)].map(({ make }) => make())
    calls.push(state.set('t', 'k', VALUE), state.set('t', 'k', VALUE, { ifAbsent: true }), state.ping())
    for (const result of await Promise.allSettled(calls)) {
      if (result.status === 'rejected') outputs.push(result.reason)
    }
    assertShowsNoSecret(state)
    assertNoSecretIn(`${JSON.stringify([state, state.stats()])} ${state}`)
    await state.cleanup()
  }
  await nextTurn()
  assert.ok(outputs.length > 0 && traced.length > 0)
  for (const output of [...outputs, ...traced.splice(0)]) assertShowsNoSecret(output)
}

describe('no output has the key or a value', { skip }, () => {
  for (const [title, script] of Object.entries(ILLNESSES)) {
    it(`of an account that ${title}`, async (t) => {
      const gateway = await startGateway(t, { script, defaultTtl: -1 })
      gateway.items.put({ id: 'k', partitionKey: 't', value: VALUE })
      for (const way of Object.values(WAYS)) await assertNoLeak(way(gateway.url))
    })
  }

  it('of an account that is away', async () => {
    const port = await unusedPort()
    for (const way of Object.values(WAYS)) await assertNoLeak(way(`http://127.0.0.1:${port}`))
  })

  it('of options that are wrong', () => {
    const good = { url: 'http://127.0.0.1:9', key: KEY, database: 'd', container: 'c' }
    const wrong = [
      { ...good, key: [KEY] },
      { ...good, key: { KEY } },
      { ...good, url: `https://${KEY}@host` },
      { ...good, url: `https://user:${KEY}@host` },
      { ...good, url: `https://host/?key=${KEY}` },
      { ...good, url: `AccountEndpoint=https://host;AccountKey=${KEY};` },
      { ...good, url: KEY },
      { ...good, connectionString: `AccountEndpoint=https://host;AccountKey=${KEY};` },
      { ...good, key: undefined, url: undefined, connectionString: `AccountKey=${KEY}` },
      { ...good, key: undefined, url: undefined, connectionString: `AccountEndpoint=${KEY};AccountKey=${KEY}` },
      { ...good, key: undefined, credential: KEY },
      { ...good, key: undefined, tenantId: 't', clientSecret: KEY },
      { ...good, masterKey: KEY },
      { ...good, key: undefined, masterkey: KEY },
      { ...good, tls: KEY },
      { ...good, tls: { passphrase: KEY, password: KEY } },
      { ...good, ttl: KEY, keyPrefix: [KEY] },
      { ...good, database: `${KEY}/` },
      { ...good, container: undefined },
      KEY,
    ]
    for (const options of wrong) {
      const error = failureOf(() => new CosmosStateAdapter(/** @type {any} */ (options)))
      assert.ok(error instanceof Error, 'is rejected')
      assertShowsNoSecret(error)
    }
  })
})
