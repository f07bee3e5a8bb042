// @ts-check

/** @param {import('redis-state-adapter').RedisStateAdapter} state opened with `cache` */
export function hitsOf(state) {
  return state.stats().cache?.hits ?? 0
}

/**
 * Whether a call is answered from memory.
 *
 * @param {import('redis-state-adapter').RedisStateAdapter} state
 * @param {() => Promise<unknown>} call
 */
export async function isHit(state, call) {
  const before = hitsOf(state)
  await call()
  return hitsOf(state) > before
}
