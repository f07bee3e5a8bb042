// @ts-check
'use strict'

const { FAMILIES } = require('../metrics/families.js')
const { rowsOf } = require('./rows.js')

/**
 * @typedef {import('../metrics/families.js').Family} Family
 * @typedef {import('../metrics/families.js').HistogramFamily} HistogramFamily
 * @typedef {import('./rows.js').Row} Row
 */

/**
 * Writes metrics in the text format of Prometheus, or as OpenMetrics.
 *
 * @param {import('./rows.js').Export} exported
 * @param {{ prefix: string, isOpenMetrics: boolean }} format
 */
function textOf(exported, format) {
  const blocks = FAMILIES.map((family) => blockOf(family, rowsOf(family, [exported]), format))
  return blocks.join('') + (format.isOpenMetrics ? '# EOF\n' : '')
}

/**
 * @param {Family | HistogramFamily} family
 * @param {Row[]} rows
 * @param {{ prefix: string, isOpenMetrics: boolean }} format
 */
function blockOf(family, rows, { prefix, isOpenMetrics }) {
  if (rows.length === 0) return ''
  const { unit } = family
  const name = prefix + family.name
  const title = isOpenMetrics ? name : titleOf(family, prefix)
  const unitLine = isOpenMetrics && unit !== undefined ? `# UNIT ${title} ${unit}\n` : ''
  const head = `# HELP ${title} ${escapeText(family.help)}\n# TYPE ${title} ${family.type}\n${unitLine}`
  return head + rows.map((row) => lineOf(name, row)).join('')
}

/** The name of a metric in all but OpenMetrics. @param {Family | HistogramFamily} family @param {string} prefix */
function titleOf({ name, type }, prefix) {
  return `${prefix}${name}${type === 'counter' ? '_total' : ''}`
}

/** @param {string} name @param {Row} row */
function lineOf(name, { suffix, labels, value }) {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`)
  return `${name}${suffix}{${pairs.join(',')}} ${value}\n`
}

/** @param {string} text */
function escapeText(text) {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

/** @param {string} text */
function escapeLabel(text) {
  return escapeText(text).replaceAll('"', '\\"')
}

module.exports = { textOf, titleOf }
