// @ts-check

// A prime, so that the sampled calls move through the places of a batch.
const sampleEvery = 17

/**
 * Keeps calls in flight: that many workers, each awaiting its call before it makes the next. Looking at the clock only
 * for every 17th call keeps the measuring small beside what is measured.
 *
 * @param {(index: number) => Promise<unknown>} call
 * @param {{ inFlight: number, ms: number, limit?: number }} bounds ends after `ms`, or after `limit` calls
 */
export async function keepInFlight(call, { inFlight, ms, limit = Number.POSITIVE_INFINITY }) {
  /** @type {number[]} */
  const latencies = []
  const start = performance.now()
  const deadline = start + ms
  let next = 0
  let over = false

  async function worker() {
    while (!over && next < limit) {
      const index = next++
      if (index % sampleEvery === 0) await sample(index)
      else await call(index)
    }
  }

  /** @param {number} index */
  async function sample(index) {
    const before = performance.now()
    await call(index)
    const after = performance.now()
    latencies.push(after - before)
    over ||= after >= deadline
  }

  await Promise.all(Array.from({ length: inFlight }, worker))
  return { calls: next, elapsedMs: performance.now() - start, latencies }
}
