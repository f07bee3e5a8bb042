// @ts-check

import { percentile } from './statistics.mjs'
import { usage } from './usage.mjs'

/**
 * @param {() => ReturnType<typeof import('./workers.mjs').keepInFlight>} run
 * @returns {Promise<import('../types.js').PointFigures>}
 */
export async function measured(run) {
  const before = await usage()
  const { calls, elapsedMs, latencies } = await run()
  const after = await usage()
  return {
    opsPerSecond: (calls / elapsedMs) * 1e3,
    jsCpuUs: ((after.jsMs - before.jsMs) / calls) * 1e3,
    processCpuUs: ((after.processMs - before.processMs) / calls) * 1e3,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
  }
}
