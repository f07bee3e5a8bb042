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
 * @param {import('../metrics/collect.js').Collected[]} collected
 * @param {{ prefix: string, isOpenMetrics: boolean }} format
 */
function textOf(collected, format) {
  const blocks = FAMILIES.map((family) => blockOf(family, rowsOf(family, collected), format))
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
  const textOfLabels = labelTexts()
  return head + rows.map((row) => lineOf(name, row, textOfLabels(row.labels))).join('')
}

/** The name of a metric in all but OpenMetrics. @param {Family | HistogramFamily} family @param {string} prefix */
function titleOf({ name, type }, prefix) {
  return `${prefix}${name}${type === 'counter' ? '_total' : ''}`
}

/** @param {string} name @param {Row} row @param {string} labels */
function lineOf(name, { suffix, le, value }, labels) {
  return `${name}${suffix}{${labels}${le === undefined ? '' : `,le="${le}"`}} ${value}\n`
}

/** Returns a function that makes the text of labels, once for all rows that share them. */
function labelTexts() {
  /** @type {Row['labels'] | undefined} */
  let last
  let text = ''
  return (/** @type {Row['labels']} */ labels) => {
    if (labels !== last)
      text = Object.entries(labels)
        .map(([label, value]) => `${label}="${escapeLabel(value)}"`)
        .join(',')
    last = labels
    return text
  }
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
