// @ts-check
// Measures the limits of this machine for any client.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import { startRedis } from '../../__test__/support/redis.mjs'
import { findServer } from '../../scripts/redis-server.mjs'
import { candidates } from '../candidates.mjs'
import { inFlights, smallSize } from '../plan.mjs'
import { Driver } from './driver.mjs'

/**
 * @param {boolean} quick
 * @param {(line: string) => void} progress
 * @returns {Promise<import('../types.js').Limits>}
 */
export async function measureLimits(quick, progress) {
  const server = await startRedis()
  try {
    const json = await jsonAlone(server.url, quick ? 300 : 2_000)
    progress(`JSON alone: ${json.stringifyUs.toFixed(2)} µs to make, ${json.parseUs.toFixed(2)} µs to read`)
    const program = findBenchmark()
    if (!program) progress('there is no redis-benchmark beside redis-server')
    return { json, server: program ? inFlights.flatMap((n) => benchmark(program, server.port, n, quick)) : undefined }
  } finally {
    await server.stop()
  }
}

/**
 * @param {string} url
 * @param {number} ms
 */
async function jsonAlone(url, ms) {
  const driver = await Driver.start(candidates[0], [url])
  try {
    return await driver.run('json', { ms })
  } finally {
    driver.stop()
  }
}

function findBenchmark() {
  const folders = [dirname(findServer() ?? ''), ...(process.env.PATH ?? '').split(delimiter)]
  const files = folders.flatMap((folder) => ['redis-benchmark', 'valkey-benchmark'].map((name) => join(folder, name)))
  return files.find((file) => existsSync(file))
}

/**
 * One connection, like every candidate uses for its point operations.
 *
 * @param {string} program
 * @param {number} port
 * @param {number} inFlight
 * @param {boolean} quick
 */
function benchmark(program, port, inFlight, quick) {
  const calls = (inFlight === 1 ? 20_000 : 300_000) * (quick ? 1 : 5)
  const what = ['-t', 'set,get', '-c', '1', '-P', String(inFlight), '-d', String(smallSize), '-n', String(calls)]
  const { stdout } = spawnSync(program, ['-p', String(port), ...what, '--csv'], { encoding: 'utf8', timeout: 120_000 })
  const command = `${basename(program)} ${what.join(' ')}`
  return [...stdout.matchAll(/^"(SET|GET)","([\d.]+)"/gm)].map(([, work, opsPerSecond]) => {
    return { command, work: work.toLowerCase(), inFlight, opsPerSecond: Number(opsPerSecond) }
  })
}
