// @ts-check
// Checks the error that the constructor throws for a wrong option.

import assert from 'node:assert/strict'
import { RedisStateError } from 'redis-state-adapter'
import { untitled } from './untitled.mjs'

/**
 * The message must start with the path of the wrong option.
 *
 * @param {string} path
 * @param {() => unknown} construct
 */
export function assertNames(path, construct) {
  const error = thrownBy(construct, 'ERR_INVALID_CONFIG')
  assert.match(error.message, /^(new RedisStateAdapter|RedisStateAdapter\.fromEnv): /)
  assert.ok(untitled(error).startsWith(`${path}: `), error.message)
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
  return assert.fail(`expected ${code}, but nothing was thrown`)
}
