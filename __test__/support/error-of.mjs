// @ts-check

import assert from 'node:assert/strict'
import { RedisStateError } from 'redis-state-adapter'

/** @param {() => unknown} run @returns {Promise<RedisStateError>} */
export async function errorOf(run) {
  try {
    await run()
  } catch (error) {
    assert.ok(error instanceof RedisStateError, String(error))
    return error
  }
  return assert.fail('it did not fail')
}
