// @ts-check
// The state that an adapter for another library opens.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'

const { openState } = createRequire(import.meta.url)('../../lib/adapters/open-state.js')

/** @param {import('node:test').TestContext} t @param {Record<string, string>} variables */
function inEnvironment(t, variables) {
  const former = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]))
  t.after(() => {
    for (const [name, value] of Object.entries(former)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })
  Object.assign(process.env, variables)
}

describe('the state that an adapter opens', () => {
  for (const connection of ['memory:', { url: 'memory:' }, undefined]) {
    it(`captures no frames, of ${JSON.stringify(connection)}`, async (t) => {
      inEnvironment(t, { REDIS_URL: 'memory:' })
      const { state, close } = openState(connection)
      await close()
      const error = await state.get('t', 'k').catch((/** @type {unknown} */ reason) => reason)
      assert.equal(error.code, 'ERR_CLOSED')
      assert.doesNotMatch(error.stack, /\n +at /)
    })
  }

  it('names the variable of an option that is wrong', (t) => {
    inEnvironment(t, { REDIS_URL: 'http://localhost' })
    const message = /^RedisStateAdapter\.fromEnv: url: .* Set by the environment: .*url by REDIS_URL/
    assert.throws(() => openState(undefined), { code: 'ERR_INVALID_CONFIG', message })
  })
})
