// @ts-check
// Texts that are safe to look at: characters that are invisible, or that reorder the text around them, are shown escaped.

import { element } from './dom.mjs'

/** Keeps the joiners that emoji and some scripts need, and the plain space. */
const HIDDEN = /(?!\u200c|\u200d| )[\p{Cc}\p{Cf}\p{Cs}\p{Z}\u115f\u1160\u3164\uffa0]/gu
/** In names, also spaces that begin or end them. */
const HIDDEN_IN_NAMES = new RegExp(`^ +| +$|${HIDDEN.source}`, 'gu')
const SHORT_ESCAPES = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])
/** Names longer than this are shortened. */
const MAX_NAME = 200

/** @param {string} hidden a character, or several spaces @returns {string} its escape in JSON */
function escapeOf(hidden) {
  const short = SHORT_ESCAPES.get(hidden)
  return short ?? Array.from({ length: hidden.length }, (_, at) => unitEscape(hidden.charCodeAt(at))).join('')
}

/** @param {number} unit */
function unitEscape(unit) {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}

/** @param {string} text @param {number} max UTF-16 units @returns {string} does not cut a character in two */
export function shortened(text, max) {
  if (text.length <= max) return text
  const cutsPair = /[\ud800-\udbff]/.test(text.charAt(max - 1)) && /[\udc00-\udfff]/.test(text.charAt(max))
  return text.slice(0, cutsPair ? max - 1 : max)
}

/**
 * A text as plain text, for labels and titles.
 *
 * @param {string} text
 * @param {number} [max]
 */
export function plainText(text, max = MAX_NAME) {
  const start = shortened(text, max).replace(HIDDEN_IN_NAMES, escapeOf)
  return start === '' ? '(empty)' : `${start}${text.length > max ? '…' : ''}`
}

/**
 * A text as nodes, in which escapes look different from the text.
 *
 * @param {string} text
 * @param {RegExp} [hidden] what is escaped
 * @returns {(Node | string)[]}
 */
export function escapedNodes(text, hidden = HIDDEN) {
  /** @type {(Node | string)[]} */
  const nodes = []
  let end = 0
  for (const match of text.matchAll(hidden)) {
    if (match.index > end) nodes.push(text.slice(end, match.index))
    nodes.push(element('span', { class: 'escape' }, escapeOf(match[0])))
    end = match.index + match[0].length
  }
  if (end < text.length) nodes.push(text.slice(end))
  return nodes
}

/**
 * A name: a trace id, a key, a member of an object. `bdi` keeps its direction to itself.
 *
 * @param {string} text
 * @param {number} [max]
 */
export function nameNode(text, max = MAX_NAME) {
  if (text === '') return element('bdi', { class: 'name' }, element('span', { class: 'escape' }, '(empty)'))
  const rest = text.length > max && element('span', { class: 'escape' }, `… (${formatCount(text.length)} characters)`)
  return element(
    'bdi',
    { class: 'name', title: plainText(text, 1000) },
    ...escapedNodes(shortened(text, max), HIDDEN_IN_NAMES),
    rest,
  )
}

/**
 * The JSON text of a value. Hidden characters are escaped, which JSON permits in strings, and nowhere else are there any.
 *
 * @param {unknown} value
 * @param {number} [indent]
 */
export function jsonText(value, indent = 2) {
  const text = JSON.stringify(value, null, indent)
  return text.replace(HIDDEN, (character) => (character === '\n' ? character : escapeOf(character)))
}

/** @param {number} count */
export function formatCount(count) {
  return count.toLocaleString('en')
}

/** @param {number} count @param {string} one @param {string} [many] */
export function counted(count, one, many = `${one}s`) {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

/** @param {number} bytes */
export function formatBytes(bytes) {
  if (bytes < 1000) return `${Math.round(bytes)} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), units.length)
  const scaled = bytes / 1000 ** power
  return `${scaled < 10 ? scaled.toFixed(1) : Math.round(scaled)} ${units[power - 1]}`
}

/**
 * Seconds until an entry expires.
 *
 * @param {number} seconds
 */
export function formatRemaining(seconds) {
  const whole = Math.ceil(seconds)
  if (whole <= 0) return 'expired'
  if (whole < 60) return `${whole} s`
  const [days, hours] = [Math.floor(whole / 86_400), Math.floor(whole / 3600) % 24]
  if (days > 0) return `${formatCount(days)} d ${hours} h`
  const minutes = Math.floor(whole / 60) % 60
  const padded = (/** @type {number} */ part) => `${part}`.padStart(2, '0')
  return hours > 0 ? `${hours}:${padded(minutes)}:${padded(whole % 60)}` : `${minutes}:${padded(whole % 60)}`
}

/** @param {number} milliseconds */
export function formatLatency(milliseconds) {
  if (milliseconds < 10) return `${milliseconds.toFixed(2)} ms`
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`
}

/** @param {Date} time */
export function formatTime(time) {
  const milliseconds = `${time.getMilliseconds()}`.padStart(3, '0')
  return `${time.toTimeString().slice(0, 8)}.${milliseconds}`
}
