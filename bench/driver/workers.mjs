// @ts-check

// A prime, so that the sampled calls have varying positions in a batch.
const sampleEvery = 17

/**
 * Keeps a number of calls in flight, with as many workers that make sequential calls. Only every 17th call is timed, so
 * that the measurement costs little compared to the calls.
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
