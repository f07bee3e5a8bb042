// @ts-check
'use strict'

/** @typedef {import('./command.js').Io} Io */

/** @type {Record<string, [on: number, off: number]>} */
const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] }

/** Control characters, which could move the cursor or rename the window, and marks that reverse the direction of text. */
const UNPRINTABLE = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/u
/** Those of them that JSON can have. */
const BEYOND_ASCII = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g
const DEFAULT_WIDTH = 80

/** @typedef {'bold' | 'dim' | 'red' | 'green' | 'yellow'} Style */

/** Whether a stream shows colours. @param {Io['stdout']} stream @param {Io['env']} env */
function hasColours(stream, env) {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
}

/**
 * @param {string} text
 * @param {Style} style
 */
function styled(text, style) {
  const [on, off] = CODES[style]
  return `\u001b[${on}m${text}\u001b[${off}m`
}

/** A name or a text as it may be printed; quoted if it has characters that a terminal would obey. @param {string} text */
function printable(text) {
  if (!UNPRINTABLE.test(text)) return text
  return jsonText(text)
}

/**
 * JSON without characters that a terminal would obey: JSON.stringify leaves those beyond ASCII as they are.
 *
 * @param {unknown} value
 * @param {number} [indentation]
 */
function jsonText(value, indentation) {
  return JSON.stringify(value, null, indentation).replace(BEYOND_ASCII, escaped)
}

/** @param {string} character */
function escaped(character) {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/**
 * Lays out rows in columns. The last column is cut to the width of a terminal.
 *
 * @param {string[]} headings
 * @param {string[][]} rows
 * @param {{ isTTY?: boolean, columns?: number }} stream
 */
function table(headings, rows, stream) {
  const cells = [headings, ...rows.map((row) => row.map(printable))]
  const widths = headings.map((_, column) => cells.reduce((width, row) => Math.max(width, row[column].length), 0))
  const last = headings.length - 1
  const room = (stream.columns ?? DEFAULT_WIDTH) - widths.slice(0, last).reduce((sum, width) => sum + width + 2, 0)
  return cells.map((row) => {
    const padded = row.slice(0, last).map((cell, column) => cell.padEnd(widths[column]))
    return [...padded, stream.isTTY ? cut(row[last], Math.max(room, 10)) : row[last]].join('  ').trimEnd()
  })
}

/** @param {string} text @param {number} width */
function cut(text, width) {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}

module.exports = { hasColours, jsonText, printable, styled, table }
