// @ts-check
// The tables of a run: a row for each runtime in docs/platforms.md, and a shorter one in the README.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../release/packages.mjs'

export const HEADER = '| runtime | contract | end of adapters and processes | smoke test |\n| --- | --- | --- | --- |'
const SHORT_HEADER = '| runtime, each on Linux x64 | contract | ends of processes |\n| --- | --- | --- |'

/**
 * Writes the rows of a run into both documents. Rows of other runtimes remain.
 *
 * @param {(string | undefined)[]} written a row for each runtime
 */
export function writeTables(written) {
  const old = rowsBelow(read('docs/platforms.md'), HEADER)
  const rows = written.map((row, index) => row ?? old[index] ?? '')
  replaceTable('docs/platforms.md', HEADER, rows)
  replaceTable('README.md', SHORT_HEADER, shortRows(rows))
}

/** @param {string} document @returns {string} its table for the README */
export function shortTable(document) {
  return [SHORT_HEADER, ...shortRows(rowsBelow(document, HEADER))].join('\n')
}

/** One row for all versions of a runtime. @param {string[]} rows */
function shortRows(rows) {
  /** @type {Record<string, { versions: string[], contract: string[], ends: string[] }>} */
  const byTitle = {}
  for (const row of rows) {
    const [, runtime, contract, ends] = row.split('|').map((cell) => cell.trim())
    const [, title, version] = /^(.*) (\S+)$/.exec(runtime) ?? []
    byTitle[title] ??= { versions: [], contract: [], ends: [] }
    byTitle[title].versions.push(version)
    byTitle[title].contract.push(contract)
    byTitle[title].ends.push(ends)
  }
  return Object.entries(byTitle).map(([title, { versions, contract, ends }]) => {
    return `| ${title} ${versions.join(', ')} | ${merged(contract)} | ${merged(ends)} |`
  })
}

/** Equal results once. @param {string[]} results */
function merged(results) {
  return [...new Set(results)].join(' or ')
}

/** @param {string} path @param {string} header @param {string[]} rows */
function replaceTable(path, header, rows) {
  const text = read(path)
  const old = [header, ...rowsBelow(text, header)].join('\n')
  writeFileSync(join(root, path), text.replace(old, [header, ...rows].join('\n')))
}

/** @param {string} text @param {string} header */
function rowsBelow(text, header) {
  const start = text.indexOf(`${header}\n`)
  if (start === -1) throw new Error(`there is no table that begins with ${header}`)
  const [rows] = /^(?:\|.*\n)*/.exec(text.slice(start + header.length + 1)) ?? ['']
  return rows.split('\n').filter(Boolean)
}

/** @param {string} path */
function read(path) {
  return readFileSync(join(root, path), 'utf8')
}
