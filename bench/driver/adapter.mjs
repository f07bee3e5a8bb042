// @ts-check
// The process of one side of a comparison of adapters: `adapter.mjs <subpath>/<side> <url>`.

import { measured } from './measured.mjs'
import { serve } from './serve.mjs'
import { keepInFlight } from './workers.mjs'

/**
 * @typedef {import('../types.js').AdapterComparison} AdapterComparison
 * @typedef {import('../types.js').Side} Side
 */

/** Until the code of a call is compiled. */
const FIRST_MS = 300

const [name, url] = process.argv.slice(2)
const [subpath, side] = /** @type {[string, Side]} */ (name.split('/'))
/** @type {{ comparison: AdapterComparison }} */
const { comparison } = await import(`../adapters/${subpath}.mjs`)
/** Opened by the first job, whose answer has the reason if it fails. @type {any} */
let subject
/** @type {Set<string>} */
const prepared = new Set()

serve({ measure })

/** @param {{ call: string, inFlight: number, ms: number, warmMs: number }} what */
async function measure({ call, inFlight, ms, warmMs }) {
  const { prepare, run } = /** @type {import('../types.js').AdapterCall} */ (
    comparison.calls.find((one) => one.call === call)
  )
  subject ??= await comparison[side](url)
  const once = (/** @type {number} */ at) => run(subject, at)
  if (!prepared.has(call)) {
    prepared.add(call)
    await prepare?.(subject, url)
    await keepInFlight(once, { inFlight, ms: FIRST_MS })
  }
  await keepInFlight(once, { inFlight, ms: warmMs })
  const { opsPerSecond, jsCpuUs } = await measured(() => keepInFlight(once, { inFlight, ms }))
  return { opsPerSecond, jsCpuUs }
}
