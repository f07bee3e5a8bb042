// @ts-check
// The jobs that measure/driver.mjs sends to a process, which ends with the connection to it.

/**
 * @typedef {{ id: number, job: string, args: any }} Order
 * @typedef {Record<string, (args: any) => unknown>} Jobs
 */

/** @param {Jobs} jobs */
export function serve(jobs) {
  process.on('message', (order) => void answer(jobs, /** @type {Order} */ (order)))
  process.on('disconnect', () => process.exit())
  process.send?.({ ready: true })
}

/**
 * @param {Jobs} jobs
 * @param {Order} order
 */
async function answer(jobs, { id, job, args }) {
  try {
    process.send?.({ id, result: await jobs[job](args) })
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? error.message : String(error) })
  }
}
