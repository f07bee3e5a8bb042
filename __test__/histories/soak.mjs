// @ts-check
// `npm run soak`: records the calls of clients under faults for a given time, and judges them. See docs/testing.md.

import { parseArgs } from 'node:util'
import { ensureServer } from '../../scripts/redis-server.mjs'
import { MUTANTS } from './client/mutants.mjs'
import { Costs } from './costs.mjs'
import { TOPOLOGIES } from './nemesis/topologies.mjs'
import { describeReport, failuresOf, figuresOf } from './report.mjs'
import { runHistory } from './run.mjs'

/** @typedef {import('./run.mjs').Progress} Progress */

const usage = `npm run soak -- [--topology ${Object.keys(TOPOLOGIES).join('|')}] [--driver event-loop|thread]
                [--minutes n] [--seed n] [--clients n] [--mutant name]`

process.exitCode = await main(process.argv.slice(2))

/** @param {string[]} argv @returns {Promise<number>} the exit code */
async function main(argv) {
  let settings
  try {
    settings = settingsOf(argv)
  } catch (error) {
    console.error(`soak: ${error instanceof Error ? error.message : error}\n${usage}`)
    return 2
  }
  return await soak(settings)
}

/** @param {string[]} argv */
function settingsOf(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      topology: { type: 'string', default: 'standalone' },
      driver: { type: 'string', default: 'event-loop' },
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
      clients: { type: 'string', default: '3' },
      mutant: { type: 'string' },
    },
  })
  const { topology, driver, mutant } = values
  const [minutes, seed, clients] = [values.minutes, values.seed, values.clients].map(Number)
  if (!Object.hasOwn(TOPOLOGIES, topology)) throw new Error(`unknown topology "${topology}"`)
  if (driver !== 'event-loop' && driver !== 'thread') throw new Error(`unknown driver "${driver}"`)
  if (mutant !== undefined && !Object.hasOwn(MUTANTS, mutant)) {
    throw new Error(`unknown mutant "${mutant}", expected one of: ${Object.keys(MUTANTS).join(', ')}`)
  }
  if (!(minutes > 0)) throw new Error('minutes: expected a number above 0')
  if (![seed, clients].every(Number.isSafeInteger)) throw new Error('seed and clients: expected whole numbers')
  return { topology, driver: /** @type {'event-loop' | 'thread'} */ (driver), minutes, seed, clients, mutant }
}

/** @param {ReturnType<typeof settingsOf>} settings @returns {Promise<number>} the exit code */
async function soak({ topology, driver, minutes, seed, clients, mutant }) {
  process.env.REDIS_SERVER = ensureServer()
  console.log(`${topology}, ${driver}, ${minutes} min, seed ${seed}`)
  const costs = new Costs()
  const began = performance.now()
  const report = await runHistory({
    start: TOPOLOGIES[topology],
    seconds: minutes * 60,
    ...{ seed, driver, clients, mutant },
    onRound: (progress) => show(progress, costs, (performance.now() - began) / 1000),
  })
  const seconds = (performance.now() - began) / 1000
  const failures = failuresOf(report)
  console.log(`\n${describeReport(report)}`)
  const faults = Object.values(report.actions).reduce((sum, count) => sum + count, 0) - (report.actions.nothing ?? 0)
  const figures = [...figuresOf(report, seconds), `${faults} faults injected`, ...costs.summary]
  const again = `npm run soak -- --topology ${topology} --driver ${driver} --minutes ${minutes} --seed ${seed} --clients ${clients}`
  console.log(`\n${[`${topology}, ${driver}, ${seconds.toFixed(0)} s, seed ${seed}`, ...figures].join(' | ')}`)
  if (failures.length > 0) console.log(`\n${failures.join('\n')}\n\nTo repeat the same actions: ${again}`)
  return failures.length === 0 ? 0 : 1
}

/**
 * @param {Progress} progress
 * @param {Costs} costs
 * @param {number} seconds since the beginning
 */
function show({ round, pids, action, report }, costs, seconds) {
  const figures = [`${seconds.toFixed(0)} s`, `round ${round}`, ...figuresOf(report, seconds)]
  console.log([...figures, ...costs.measure(pids, seconds), action].join(' | '))
}
