// @ts-check
// The process of one side of a comparison of adapters: `adapter.mjs <subpath>/<side> <url>`.

import { measured } from './measured.mjs'
import { serve } from './serve.mjs'
import { keepInFlight } from './workers.mjs'

/**
 * @typedef {import('../types.js').AdapterComparison} AdapterComparison
 * @typedef {import('../types.js').Side} Side
 */

const [name, url] = process.argv.slice(2)
const [subpath, side] = /** @type {[string, Side]} */ (name.split('/'))
/** @type {{ comparison: AdapterComparison }} */
const { comparison } = await import(`../adapters/${subpath}.mjs`)
/** Opened by the first job, whose answer has the reason if it fails. @type {any} */
let subject
/** @type {Map<string, Promise<unknown> | undefined>} */
const prepared = new Map()

serve({ measure })

/** @param {{ call: string, inFlight: number, ms: number, warmMs: number }} what */
async function measure({ call, inFlight, ms, warmMs }) {
  const { prepare, run } = /** @type {import('../types.js').AdapterCall} */ (
    comparison.calls.find((one) => one.call === call)
  )
  subject ??= await comparison[side](url)
  if (!prepared.has(call)) prepared.set(call, prepare?.(subject, url))
  await prepared.get(call)
  const once = (/** @type {number} */ at) => run(subject, at)
  await keepInFlight(once, { inFlight, ms: warmMs })
  const { opsPerSecond, jsCpuUs } = await measured(() => keepInFlight(once, { inFlight, ms }))
  return { opsPerSecond, jsCpuUs }
}
