// @ts-check
// Measures what concurrent misses of one entry by several processes cost: loads, and the time of the slowest call.

import { startRedis } from '../../__test__/support/redis.mjs'
import { loadingCalls, loadingLoadMs, loadingProcesses, loadingVariants } from '../plan.mjs'
import { nextMessage, startLoading } from './processes.mjs'

/**
 * @typedef {import('../types.js').LoadingRow} LoadingRow
 * @typedef {import('../types.js').LoadingVariant} LoadingVariant
 */

const WITHIN_MS = 60_000

/**
 * @param {import('../types.js').Settings} settings
 * @param {(line: string) => void} progress
 */
export async function measureLoading({ rounds }, progress) {
  /** @type {LoadingRow[]} */
  const loading = []
  /** @type {Record<string, string>} */
  const failures = {}
  for (let round = 1; round <= rounds; round++) {
    for (const variant of loadingVariants.filter(({ name }) => !(name in failures))) {
      try {
        loading.push({ candidate: variant.name, round, ...(await measureOnce(variant)) })
      } catch (error) {
        failures[variant.name] = error instanceof Error ? error.message : String(error)
        progress(`loading: ${variant.title} is left out from here on: ${failures[variant.name]}`)
      }
    }
    progress(`loading, round ${round}`)
  }
  return { loading, failures }
}

/**
 * With a server and processes of its own, which are connected before the first call.
 *
 * @param {LoadingVariant} variant
 */
async function measureOnce(variant) {
  const server = await startRedis()
  const args = [variant.client, server.url, variant.way, String(loadingCalls / loadingProcesses), String(loadingLoadMs)]
  const children = Array.from({ length: loadingProcesses }, () => startLoading(args))
  try {
    await answers(children)
    const results = answers(children)
    for (const child of children) child.send('start')
    return total(await results)
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await server.stop()
  }
}

/** @param {import('node:child_process').ChildProcess[]} children */
function answers(children) {
  return Promise.all(children.map((child) => nextMessage(child, WITHIN_MS)))
}

/** @param {{ loads: number, slowestMs: number }[]} results */
function total(results) {
  return {
    loads: results.reduce((sum, { loads }) => sum + loads, 0),
    slowestMs: Math.max(...results.map(({ slowestMs }) => slowestMs)),
  }
}
