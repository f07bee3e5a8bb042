// @ts-check
// Measures the adapters for other libraries beside the packages that they replace.

import { readdirSync } from 'node:fs'
import { startRedis } from '../../__test__/support/redis.mjs'
import { ensureSearchServer } from '../../scripts/redis-server.mjs'
import { ensureAdapters, ownPackage, replacedVersion } from '../install.mjs'
import { Field } from './field.mjs'

/**
 * @typedef {import('../types.js').AdapterComparison} AdapterComparison
 * @typedef {import('../types.js').AdapterRow} AdapterRow
 * @typedef {import('../types.js').Candidate} Candidate
 * @typedef {import('../types.js').Side} Side
 * @typedef {import('../types.js').Settings} Settings
 * @typedef {(line: string) => void} Progress
 */

const sides = /** @type {const} */ (['ours', 'theirs'])

/** The subpaths of the package that have a comparison. */
export const adapterNames = readdirSync(new URL('../adapters/', import.meta.url))
  .filter((name) => name.endsWith('.mjs') && name !== 'load.mjs')
  .map((name) => name.slice(0, -'.mjs'.length))

/**
 * @param {string[]} names of adapters
 * @param {Settings} settings
 * @param {Progress} progress
 */
export async function measureAdapters(names, settings, progress) {
  ensureAdapters()
  /** @type {import('../types.js').AdapterResults} */
  const adapters = { compared: [], rows: [] }
  /** @type {Record<string, string>} */
  const failures = {}
  for (const adapter of names) {
    /** @type {{ comparison: AdapterComparison }} */
    const { comparison } = await import(`../adapters/${adapter}.mjs`)
    const measured = await measureAdapter({ adapter, ...comparison }, settings, progress)
    adapters.compared.push(described(adapter, comparison))
    adapters.rows.push(...measured.rows)
    Object.assign(failures, measured.failures)
  }
  return { adapters, failures }
}

/**
 * @param {AdapterComparison & { adapter: string }} comparison
 * @param {Settings} settings
 * @param {Progress} progress
 */
async function measureAdapter({ adapter, calls, ...comparison }, { rounds, adapterMs: ms }, progress) {
  /** @type {AdapterRow[]} */
  const rows = []
  const field = await Field.open(candidatesOf(adapter, comparison.replaces), serverFor(comparison))
  const cells = calls.flatMap(({ call, inFlight }) => inFlight.map((n) => ({ call, inFlight: n })))
  try {
    // A call is measured before the next one begins, because some of them fill the database.
    for (const [at, cell] of cells.entries()) {
      for (let round = 1; round <= rounds; round++) {
        await field.inTurn(round + at, async ({ candidate }, driver) => {
          const figures = await driver.run('measure', { ...cell, ms, warmMs: ms / 4 })
          rows.push({ adapter, ...cell, candidate: sideOf(candidate), round, ...figures })
        })
      }
      progress(`${adapter}: ${cell.call}, ${cell.inFlight} in flight`)
    }
  } finally {
    await field.close()
  }
  return { rows, failures: titled(field.failures, candidatesOf(adapter, comparison.replaces)) }
}

/**
 * @param {string} adapter
 * @param {string} replaces
 * @returns {Candidate[]}
 */
function candidatesOf(adapter, replaces) {
  const titles = { ours: `${ownPackage}/${adapter}`, theirs: replaces }
  return sides.map((side) => ({
    name: `${adapter}/${side}`,
    title: titles[side],
    runtime: 'node',
    script: 'adapter',
  }))
}

/** @param {Candidate} candidate */
function sideOf({ name }) {
  return /** @type {Side} */ (name.split('/')[1])
}

/** @param {Pick<AdapterComparison, 'needsSearch'>} comparison */
function serverFor({ needsSearch }) {
  const { program, args } = needsSearch ? ensureSearchServer() : {}
  return async () => {
    const server = await startRedis(args, program)
    return { urls: [server.url], stop: () => server.stop() }
  }
}

/**
 * @param {Record<string, string>} failures
 * @param {Candidate[]} candidates
 */
function titled(failures, candidates) {
  const failed = candidates.filter(({ name }) => name in failures)
  return Object.fromEntries(failed.map(({ name, title }) => [title, failures[name]]))
}

/**
 * @param {string} adapter
 * @param {AdapterComparison} comparison
 */
function described(adapter, { replaces, calls }) {
  const [, name] = /^(@[^/]+\/[^/]+|[^/]+)/.exec(replaces) ?? []
  return {
    adapter,
    replaces,
    version: replacedVersion(name ?? replaces) ?? '',
    calls: calls.map(({ call, inFlight, atLeast }) => ({ call, inFlight, atLeast })),
  }
}
