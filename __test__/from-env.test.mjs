// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RedisStateAdapter } from 'redis-state-adapter'
import { assertNames } from './support/assert-names.mjs'
import { closedAfter } from './support/open.mjs'

describe('fromEnv', () => {
  /** @type {[name: string, ...values: string[]][]} */
  const NO_NUMBERS = [
    ['REDIS_PORT', 'x', '1.5', '-1', '6379x', '0x10', ' '],
    ['REDIS_DATABASE', 'x', '-1', '1.5', '1e1'],
    ['STATE_TTL', 'x', '-1', '1.5', 'NaN', 'Infinity', '60 s', '60x'],
  ]
  for (const [name, ...values] of NO_NUMBERS) {
    it(`names ${name} if it is not a number`, (t) => {
      for (const value of values) assertNames(name, () => buildFromEnv(t, { [name]: value }))
    })
  }

  /** @type {[path: string, name: string, value: string][]} */
  const OUT_OF_BOUNDS = [
    ['port', 'REDIS_PORT', '0'],
    ['port', 'REDIS_PORT', '70000'],
    ['database', 'REDIS_DATABASE', '2147483648'],
    ['ttl', 'STATE_TTL', '4294967296'],
    ['ttl', 'STATE_TTL', '0.5ms'],
    ['url', 'REDIS_URL', 'http://localhost'],
  ]
  for (const [path, name, value] of OUT_OF_BOUNDS) {
    it(`names ${name} and its option if it is ${value}`, (t) => {
      const { message } = assertNames(path, () => buildFromEnv(t, { [name]: value }))
      assert.ok(message.includes(`${path} by ${name}`), message)
    })
  }

  it('takes an expiry in seconds, or with its unit', async (t) => {
    for (const [text, seconds] of /** @type {const} */ ([
      ['60', 60],
      ['1.5m', 90],
    ])) {
      const state = buildFromEnv(t, { REDIS_URL: 'memory:', STATE_TTL: text })
      await state.set('t', 'k', 1)
      assert.equal(Math.ceil(Number(await state.ttl('t', 'k'))), seconds)
    }
  })

  it('makes an adapter of the class that it is called on', (t) => {
    class AppState extends RedisStateAdapter {}
    const env = { REDIS_URL: 'memory:' }
    assert.ok(closedAfter(t, AppState.fromEnv(env)) instanceof AppState)
    const { fromEnv } = RedisStateAdapter
    assert.equal(closedAfter(t, fromEnv(env)).constructor, RedisStateAdapter)
  })

  it('treats unset and empty variables as omitted', (t) => {
    const names = ['URL', 'HOST', 'PORT', 'USERNAME', 'PASSWORD', 'DATABASE'].map((name) => `REDIS_${name}`)
    for (const none of ['', undefined]) {
      const all = [...names, 'STATE_KEY_PREFIX', 'STATE_TTL']
      assert.ok(buildFromEnv(t, Object.fromEntries(all.map((name) => [name, none]))) instanceof RedisStateAdapter)
    }
  })
})

/**
 * @param {import('node:test').TestContext} t
 * @param {Record<string, string | undefined>} env
 */
function buildFromEnv(t, env) {
  return closedAfter(t, RedisStateAdapter.fromEnv(env))
}
