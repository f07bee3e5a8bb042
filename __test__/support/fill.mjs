// @ts-check

/**
 * Writes `count` entries `k0`, `k1`… with the values 0, 1…
 *
 * @param {import('redis-state-adapter').StateStore} state
 * @param {string} traceId
 * @param {number} count
 */
export async function fill(state, traceId, count) {
  await Promise.all(range(count).map((index) => state.set(traceId, `k${index}`, index)))
}

/** @param {number} count */
export function range(count) {
  return Array.from({ length: count }, (_, index) => index)
}
