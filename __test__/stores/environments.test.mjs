// @ts-check
// Environments: which store has which role.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { StateStores } from 'redis-state-adapter'
import { errorOf } from '../support/error-of.mjs'
import { loadedStores } from '../support/stores-folder.mjs'
import { collectWarnings } from '../support/warnings.mjs'

describe('an environment', () => {
  const stores = { redis: { host: 'h' }, cache: { host: 'h' }, memory: { url: 'memory:' } }
  const environments = {
    production: { workflows: 'redis', agents: 'redis', fallback: 'memory' },
    test: { workflows: 'redis', cache: 'cache', fallback: 'memory' },
    default: 'memory',
  }
  /** @param {import('node:test').TestContext} t @param {object} options */
  const load = async (t, options) => {
    collectWarnings(t)
    return loadedStores(t, { stores }, { environments, ...options })
  }
  /** @param {StateStores} loaded @param {string} name */
  const rolesOf = (loaded, name) => loaded.list().find((store) => store.name === name)?.roles

  it('is that of NODE_ENV, which selects the store of each role (conformance 22)', async (t) => {
    const loaded = await load(t, { env: { NODE_ENV: 'production' } })
    assert.equal(loaded.environment, 'production')
    assert.deepEqual(rolesOf(loaded, 'redis'), ['workflows', 'agents'])
    assert.equal(loaded.get('agents'), loaded.get('redis'))
  })

  it('has its fallback for roles that only other environments list (conformance 22)', async (t) => {
    const loaded = await load(t, { environment: 'test', env: {} })
    assert.equal(loaded.get('agents'), loaded.get('memory'))
    assert.equal(loaded.get('fallback'), loaded.get('memory'))
    await errorOf(() => loaded.get('agent'))
  })

  it('without an entry is the default: one store for every role (conformance 22)', async (t) => {
    const loaded = await load(t, { env: {} })
    assert.equal(loaded.environment, 'development')
    for (const role of ['workflows', 'agents', 'cache']) assert.equal(loaded.get(role), loaded.get('memory'))
  })

  it('never replaces a store that fails by its fallback (conformance 22)', async (t) => {
    const production = { main: 'redis', fallback: 'memory' }
    const source = { stores: { redis: { url: '{env:REDIS_URL}' }, memory: { url: 'memory:' } } }
    const options = { environments: { production }, environment: 'production', env: {} }
    const loaded = await loadedStores(t, source, options)
    const { code, message } = await errorOf(() => loaded.get('main'))
    assert.equal(code, 'ERR_INVALID_CONFIG')
    assert.match(message, /the store redis cannot be used: url: the environment variable REDIS_URL is not set/)
  })
})
