// @ts-check
// Tokens of Entra ID: a credential that hangs or fails once does not disable an adapter.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CosmosStateAdapter } from 'redis-state-adapter/cosmos'
import { assertFails } from '../support/assert-fails.mjs'
import { Authority } from '../support/certificates.mjs'
import { startVercelServer } from './support/vercel-server.mjs'

/** @import { TestContext } from 'node:test' */

const skip = process.env.REDIS_STATE_DRIVER === 'thread'
const names = { database: 'state', container: 'items' }
/** @returns {Promise<any>} */
const token = async () => ({ token: 'token', expiresOnTimestamp: Date.now() + 3_600_000 })

/**
 * A store whose credential does something else the first time.
 *
 * @param {TestContext} t
 * @param {() => Promise<any>} firstToken
 * @param {number} commandTimeout
 */
async function begin(t, firstToken, commandTimeout) {
  const authority = await Authority.create('cosmos')
  const server = await startVercelServer(await authority.issue())
  t.after(() => server.stop())
  let tokens = 0
  const credential = { getToken: () => (++tokens === 1 ? firstToken() : token()) }
  const options = { ...names, createIfMissing: true, tls: { ca: authority.pem }, enableEndpointDiscovery: false }
  const state = new CosmosStateAdapter({ ...options, url: server.url, credential, commandTimeout })
  state.on('error', () => {})
  t.after(() => state.cleanup())
  return state
}

describe('a credential', { skip, concurrency: true }, () => {
  it('that never gives its first token, is asked for another one', async (t) => {
    const state = await begin(t, () => new Promise(() => {}), 5000)
    await assertFails(state.get('t', 'k'), 'ERR_COMMAND_TIMEOUT')
    await state.connect({ timeout: 60_000 })
    assert.equal(await state.set('t', 'k', 1), 1)
  })

  for (const [title, first] of /** @type {[string, () => Promise<any>][]} */ ([
    ['rejects', () => Promise.reject(new Error('away'))],
    ['gives null', async () => null],
    ['gives an object without a token', async () => ({})],
  ])) {
    it(`that ${title}, is named by the error, and is asked again`, async (t) => {
      const state = await begin(t, first, 30_000)
      const error = await assertFails(state.set('t', 'k', 1), 'ERR_AUTH', { applied: 'no' })
      assert.match(error.message, /the credential gave no token/)
      assert.equal(await state.set('t', 'k', 1), 1)
    })
  }

  it('is rejected for http:, by which no token is sent', () => {
    const options = { ...names, url: 'http://127.0.0.1:9' }
    const error = { code: 'ERR_INVALID_CONFIG', message: / url: expected https:/ }
    assert.throws(() => new CosmosStateAdapter({ ...options, credential: { getToken: token } }), error)
  })
})
