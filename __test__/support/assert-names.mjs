// @ts-check
// Mistakes of whoever constructs an adapter.

import assert from 'node:assert/strict'
import { RedisStateError } from 'redis-state-adapter'

/**
 * The mistake is told by the path of the option, before anything else.
 *
 * @param {string} path
 * @param {() => unknown} construct
 */
export function assertNames(path, construct) {
  const error = thrownBy(construct, 'ERR_INVALID_CONFIG')
  assert.ok(error.message.startsWith(`${path}: `), error.message)
  return error
}

/**
 * @param {() => unknown} construct
 * @param {import('redis-state-adapter').RedisStateErrorCode} code
 * @returns {RedisStateError}
 */
export function thrownBy(construct, code) {
  try {
    construct()
  } catch (error) {
    assert.ok(error instanceof RedisStateError, `not a RedisStateError: ${error}`)
    assert.equal(error.code, code, error.message)
    return error
  }
  return assert.fail(`built where ${code} was expected`)
}
