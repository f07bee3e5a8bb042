// @ts-check
// `npm run bench`: compares this adapter with other clients. `npm run bench -- --help` lists the options.

import { loadavg } from 'node:os'
import { ensureServer } from '../scripts/redis-server.mjs'
import { help, readArguments, sections } from './arguments.mjs'
import { candidates } from './candidates.mjs'
import { ensureInstalled } from './install.mjs'
import { describeMachine, describeVersions } from './machine.mjs'
import { adapterNames, measureAdapters } from './measure/adapters.mjs'
import { measureCluster } from './measure/cluster.mjs'
import { Field } from './measure/field.mjs'
import { measureLimits } from './measure/limits.mjs'
import { measureListings } from './measure/listings.mjs'
import { measureLoading } from './measure/loading.mjs'
import { measurePoints } from './measure/points.mjs'
import { measureCold, measureMemory, measureSize } from './measure/process-costs.mjs'
import { measureCache, measureIndex } from './measure/variants.mjs'
import { withOthers } from './merge.mjs'
import { pointCells, settingsOf } from './plan.mjs'
import { adapterTables } from './report/adapter-tables.mjs'
import { adapterFigures } from './report/figures.mjs'
import { hasResults, loadResults, saveResults, updateSummaryPage, writeReports } from './report/write.mjs'

/**
 * @typedef {import('./types.js').Results} Results
 * @typedef {ReturnType<typeof readArguments>} Arguments
 */

const started = performance.now()

try {
  await main(readArguments(process.argv.slice(2)))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

/** @param {Arguments} args */
async function main(args) {
  if (args.help) return console.log(help)
  if (args.report) return report(loadResults())
  ensureInstalled()
  ensureServer()
  warnIfBusy()
  if (args.adapters) return console.log(await tablesOf(args.adapters, settingsOf(args.quick, args.rounds)))
  // Read first, so that an unreadable file does not cost a measurement.
  const stored = args.only.length < sections.length && hasResults() ? loadResults() : undefined
  const measured = await measure(args)
  const results = stored ? withOthers(measured, { stored, only: args.only }) : measured
  saveResults(results)
  report(results)
}

/** @param {Results} results */
function report(results) {
  console.log(`\n${writeReports(results)}`)
  const readme = updateSummaryPage()
    ? 'docs/benchmarks.md has the summary'
    : 'docs/benchmarks.md has no <!-- bench:start --> and <!-- bench:end -->'
  progress(`bench/RESULTS.md, bench/results.svg, bench/summary.md written; ${readme}`)
}

function warnIfBusy() {
  const load = loadavg()[0]
  if (load > 0.5)
    progress(`this machine is busy with something else (load ${load.toFixed(1)}): the figures will suffer`)
}

/**
 * Adds the rows of a section with servers of its own.
 *
 * @param {Results} results
 * @param {Partial<Results> & { failures: Record<string, string> }} measured
 */
function add(results, { failures, ...rows }) {
  Object.assign(results, rows)
  Object.assign(results.failures, failures)
}

/**
 * @param {string[]} names of adapters
 * @param {import('./types.js').Settings} settings
 */
async function tablesOf(names, settings) {
  const { adapters, failures } = await measureAdapters(names, settings, progress)
  const left = Object.entries(failures).map(([name, reason]) => `${name} is left out: ${reason}`)
  return [adapterTables(adapters, adapterFigures(adapters.rows)), ...left].join('\n\n')
}

/** @param {Arguments} args */
async function measure(args) {
  const chosen = candidates.filter(({ name }) => args.candidates.includes(name))
  const results = emptyResults(args)
  // Separate, so that its many servers do not affect other sections.
  if (args.only.includes('cluster')) add(results, await measureCluster(chosen, results.settings, progress))
  if (args.only.includes('index')) add(results, await measureIndex(results.settings, progress))
  if (args.only.includes('cache')) add(results, await measureCache(results.settings, progress))
  if (args.only.includes('loading')) add(results, await measureLoading(results.settings, progress))
  if (args.only.includes('adapters')) add(results, await measureAdapters(adapterNames, results.settings, progress))
  const field = await Field.open(chosen)
  try {
    await measureAll(field, { args, results })
  } finally {
    await field.close()
  }
  Object.assign(results.failures, field.failures)
  return results
}

/**
 * @param {Arguments} args
 * @returns {Results}
 */
function emptyResults(args) {
  return {
    date: new Date().toISOString(),
    command: ['npm run bench', ...process.argv.slice(2)].join(' ').replace('bench --', 'bench -- --'),
    machine: describeMachine(),
    versions: describeVersions(args.candidates),
    settings: settingsOf(args.quick, args.rounds),
    failures: {},
    point: [],
    cluster: [],
    listings: [],
    index: { points: [], listings: [] },
    cache: [],
    loading: [],
    adapters: { compared: [], rows: [] },
    limits: {},
    cold: [],
    memory: [],
    size: [],
  }
}

/**
 * @param {Field} field
 * @param {{ args: Arguments, results: Results }} what
 */
async function measureAll(field, { args: { only, quick }, results }) {
  const { settings } = results
  if (only.includes('size')) results.size = measureSize(field, progress)
  if (only.includes('limits')) results.limits = await measureLimits(quick, progress)
  if (only.includes('cold')) results.cold = await measureCold(field, settings, progress)
  if (only.includes('point')) results.point = await measurePoints(field, { cells: pointCells, settings }, progress)
  if (only.includes('listings')) results.listings = await measureListings(field, settings, progress)
  // Other processes would use memory, but no time.
  field.stopDrivers()
  if (only.includes('memory')) results.memory = await measureMemory(field, settings, progress)
}

/** @param {string} line */
function progress(line) {
  const seconds = Math.round((performance.now() - started) / 1e3)
  console.log(`${String(seconds).padStart(5)} s  ${line}`)
}
