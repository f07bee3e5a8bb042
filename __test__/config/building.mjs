// @ts-check
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { inspect } from 'node:util'
import { RedisStateAdapter, RedisStateError } from 'redis-state-adapter'

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisStateErrorCode } from 'redis-state-adapter'
 */

/** @param {TestContext} t @param {...unknown} args */
export function build(t, ...args) {
  return closedAfter(t, new RedisStateAdapter(.../** @type {any} */ (args)))
}

/** @param {TestContext} t @param {Record<string, string | undefined>} [env] */
export function buildFromEnv(t, env) {
  return closedAfter(t, RedisStateAdapter.fromEnv(env))
}

/** @param {TestContext} t @param {RedisStateAdapter} adapter */
function closedAfter(t, adapter) {
  t.after(() => adapter.cleanup())
  return adapter
}

/** @param {() => unknown} construct @param {RedisStateErrorCode} [code] @returns {RedisStateError} */
export function thrownBy(construct, code = 'ERR_INVALID_CONFIG') {
  try {
    construct()
  } catch (error) {
    assert.ok(error instanceof RedisStateError, `not a RedisStateError: ${error}`)
    assert.equal(error.code, code, error.message)
    return error
  }
  return assert.fail(`built where ${code} was expected`)
}

/** @param {() => unknown} act @returns {Promise<string[]>} the process warnings that it brings */
export async function warningsOf(act) {
  /** @type {string[]} */
  const warnings = []
  const listener = (/** @type {Error} */ { message }) => warnings.push(message)
  process.on('warning', listener)
  act()
  await nextTurn()
  process.off('warning', listener)
  return warnings
}

export async function closedPort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  server.close()
  await once(server, 'close')
  return port
}

/** @param {unknown} value */
export function shown(value) {
  return inspect(value, { depth: 5, breakLength: Infinity })
}
