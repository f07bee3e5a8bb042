// @ts-check
// Acquires a lock, holds it for a moment and releases it.

import { setTimeout as pause } from 'node:timers/promises'
import { outcomeOf } from './outcome.mjs'

/**
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 * @import { Random } from './random.mjs'
 * @import { Recorder } from './recorder.mjs'
 */

const TTL = 3000
/** Maximum time between acquisition and release, in milliseconds. */
const MAX_HOLD = 10

/**
 * @param {RedisStateAdapter} state
 * @param {Recorder} recorder
 * @param {string} entry
 * @param {Random} random
 */
export async function holdLock(state, recorder, entry, random) {
  const lock = await acquire(state, recorder, entry, random)
  if (lock === null) return
  await pause(random.below(MAX_HOLD))
  const id = recorder.begin({ entry, name: 'release', value: String(lock.fence) })
  try {
    await lock.release()
    recorder.end(id, { outcome: 'done' })
  } catch (error) {
    recorder.end(id, outcomeOf(error))
  }
}

/**
 * @param {RedisStateAdapter} state
 * @param {Recorder} recorder
 * @param {string} entry
 * @param {Random} random
 */
async function acquire(state, recorder, entry, random) {
  const timeout = random.of(/** @type {const} */ (['0s', '200ms']))
  const id = recorder.begin({ entry, name: 'acquire' })
  try {
    const lock = await state.lock(entry, 'entry', { ttl: `${TTL}ms`, timeout })
    recorder.end(id, { outcome: 'done', fence: lock?.fence, ttl: TTL })
    return lock
  } catch (error) {
    recorder.end(id, outcomeOf(error))
    return null
  }
}
