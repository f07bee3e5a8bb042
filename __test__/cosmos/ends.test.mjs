// @ts-check
// What a closed store leaves behind: no request, no timer and no socket that would keep the process alive.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runFixture } from '../support/run-fixture.mjs'
import { unusedPort } from '../support/unused-port.mjs'
import { startGateway } from './support/gateway.mjs'
import { appliedThenSilent, cut, on, silent } from './support/gateway-replies.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { Kind, Script } from './support/gateway.mjs'
 */

const skip = process.env.REDIS_STATE_DRIVER === 'thread'
/** Of two minutes that calls, and an hour that pauses could take. */
const SOON_MS = 10_000
/** @type {Kind[]} */
const ITEMS = ['query', 'plan', 'create', 'upsert', 'read', 'replace', 'patch', 'delete', 'batch']
/** @type {Kind[]} */
const ALL = ['account', 'database', 'container', 'ranges', ...ITEMS]

/** @type {Record<string, (t: TestContext) => Promise<string>>} url of an account that is ill */
const ACCOUNTS = {
  'that is well': (t) => gatewayWith(t),
  'that is mute': (t) => gatewayWith(t, on(ALL, silent)),
  'that closes every connection': (t) => gatewayWith(t, on(ALL, cut)),
  'that answers with 503': (t) => gatewayWith(t, on(ALL, { status: 503 })),
  'that asks for a pause of an hour': (t) => gatewayWith(t, on(ALL, busy)),
  'that falls mute after it was read': (t) => gatewayWith(t, on(ITEMS, appliedThenSilent)),
  'that asks for a pause of an hour after it was read': (t) => gatewayWith(t, on(ITEMS, busy)),
  'that closes every connection after it was read': (t) => gatewayWith(t, on(ITEMS, cut)),
  'that refuses connections': async () => `http://127.0.0.1:${await unusedPort()}`,
  'whose name is unknown': async () => 'http://nobody.invalid',
}
/** How a store ends, and whether it reads where the regions of the account are. */
const ENDS = [
  ['closed at once', 'true'],
  ['closed while it opens', 'true'],
  ['closed with calls', 'true'],
  ['closed with calls', 'false'],
  ['aborted calls', 'true'],
]
const busy = { status: 429, headers: { 'x-ms-retry-after-ms': '3600000' } }

/** @param {TestContext} t @param {Script} [script] */
async function gatewayWith(t, script) {
  return (await startGateway(t, { script })).url
}

describe('a process ends when its store is', { skip, concurrency: 4 }, () => {
  for (const [account, urlOf] of Object.entries(ACCOUNTS)) {
    for (const [what, discovery] of ENDS) {
      it(`${what}, on an account ${account}, with endpoint discovery ${discovery}`, async (t) => {
        const ending = await runFixture('cosmos-end.mjs', [await urlOf(t), discovery, what])
        assert.deepEqual([ending.code, ending.stderr, ending.lines.at(-1)], [0, '', 'done'])
        assert.ok(ending.sinceLastLine < SOON_MS, `ended after ${ending.sinceLastLine} ms`)
      })
    }
  }

  it('not closed, but idle', async (t) => {
    const ending = await runFixture('cosmos-end.mjs', [await gatewayWith(t), 'true', 'idle'])
    assert.deepEqual([ending.code, ending.stderr, ending.lines], [0, '', ['done']])
    assert.ok(ending.sinceLastLine < SOON_MS, `ended after ${ending.sinceLastLine} ms`)
  })
})
