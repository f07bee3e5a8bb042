// @ts-check

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { candidates } from '../candidates.mjs'
import { originOf, originsOf } from '../merge.mjs'
import { figuresOf } from './figures.mjs'
import { pageOf } from './page.mjs'
import { pictureOf } from './picture.mjs'
import { summaryOf } from './summary.mjs'

/** @typedef {import('../types.js').Results} Results */

const rawFile = inBench('results.json')
const summaryPage = inBench('../docs/benchmarks.md')
const marked = /(<!-- bench:start -->\n)[\s\S]*?(<!-- bench:end -->)/

/** @param {string} name */
function inBench(name) {
  return fileURLToPath(new URL(`../${name}`, import.meta.url))
}

/** @param {Results} results */
export function saveResults(results) {
  // One line per row, so that the file is short and diffs are readable.
  const rows = /** @param {string} _key @param {any} value */ (_key, value) =>
    Array.isArray(value) && typeof value[0] === 'object' ? value.map((row) => JSON.stringify(row)) : value
  const text = JSON.stringify(results, rows, 2).replace(/^( +)("\{.*\}")(,?)$/gm, (_, indent, row, comma) => {
    return `${indent}${JSON.parse(row)}${comma}`
  })
  writeFileSync(rawFile, `${text}\n`)
}

export function hasResults() {
  return existsSync(rawFile)
}

/** @returns {Results} */
export function loadResults() {
  if (!hasResults()) throw new Error('There is no bench/results.json yet: run `npm run bench`')
  return JSON.parse(readFileSync(rawFile, 'utf8'))
}

/**
 * @param {Results} results
 * @returns {string} the page with all tables
 */
export function writeReports(results) {
  const figures = figuresOf(results)
  const origins = originsOf(results)
  const names = candidates.map(({ name }) => name).filter((name) => origins.some(({ versions }) => name in versions))
  const page = pageOf(results, { figures, names })
  const summary = summaryOf(results, { figures, names })
  writeFileSync(inBench('RESULTS.md'), page)
  writeFileSync(inBench('summary.md'), `${summary}\n`)
  const { processor, cores, node, server } = originOf(results, 'point').machine
  const caption = `180-byte objects; ${processor}, ${cores} cores, ${node}, ${server}`
  writeFileSync(inBench('results.svg'), pictureOf(figures.point, { names, caption }))
  return page
}

/**
 * Puts the summary between the markers of docs/benchmarks.md.
 *
 * @returns {boolean} whether it has them
 */
export function updateSummaryPage() {
  const text = readFileSync(summaryPage, 'utf8')
  if (!marked.test(text)) return false
  const summary = readFileSync(inBench('summary.md'), 'utf8')
  writeFileSync(
    summaryPage,
    text.replace(marked, (_, start, end) => `${start}${summary}${end}`),
  )
  return true
}
