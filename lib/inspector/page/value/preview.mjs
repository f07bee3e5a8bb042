// @ts-check
// A value in one line.

import { element } from '../core/dom.mjs'
import { counted, escapedNodes, formatCount, plainText, shortened } from '../core/text.mjs'
import { isContainer, sizeOf } from './nodes.mjs'

const MAX_STRING = 300

/** @param {unknown} value */
export function typeOf(value) {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

/** @param {object} value */
export function sizeText(value) {
  return Array.isArray(value) ? counted(value.length, 'item') : counted(sizeOf(value), 'member')
}

/** A value as plain text, for labels. @param {unknown} value */
export function previewText(value) {
  if (typeof value === 'string') return `"${plainString(value)}"`
  return isContainer(value) ? `${typeOf(value)}, ${sizeText(value)}` : `${value}`
}

/** @param {string} text */
function plainString(text) {
  return text === '' ? '' : plainText(text)
}

/**
 * A value that is not a container. A long string is shortened, with a button that shows the rest.
 *
 * @param {unknown} value
 */
export function scalarNode(value) {
  if (typeof value !== 'string') return element('span', { class: `json-${typeOf(value)}` }, `${value}`)
  const shown = element('span', { class: 'json-string' }, ...stringNodes(value, MAX_STRING))
  if (value.length <= MAX_STRING) return shown
  const whole = element('button', { type: 'button', class: 'link show-all', tabindex: -1 })
  whole.textContent = `show all ${formatCount(value.length)} characters`
  whole.addEventListener('click', (event) => {
    event.stopPropagation()
    shown.replaceChildren(...stringNodes(value, value.length))
    const item = shown.closest('[role=treeitem]')
    if (item instanceof HTMLElement) item.focus()
    whole.remove()
  })
  return element('span', {}, shown, ' ', whole)
}

/** @param {string} text @param {number} max */
function stringNodes(text, max) {
  const quote = () => element('span', { class: 'quote' }, '"')
  const end = text.length > max ? [element('span', { class: 'escape' }, '…')] : [quote()]
  return [quote(), ...escapedNodes(shortened(text, max)), ...end]
}

/** A short form of any value, for tables. @param {unknown} value */
export function inlineNode(value) {
  if (!isContainer(value)) return element('span', { class: `json-${typeOf(value)}` }, previewText(value))
  return element('span', { class: 'json-inline' }, plainText(compactText(value), 160))
}

/** The start of the JSON text of a container; does not write long parts of it first. @param {object} value */
function compactText(value) {
  const parts = Array.isArray(value) ? value.slice(0, 8) : Object.entries(value).slice(0, 8)
  const texts = parts.map((part) => (Array.isArray(value) ? brief(part) : `${part[0]}: ${brief(part[1])}`))
  const more = sizeOf(value) > parts.length ? ', …' : ''
  return Array.isArray(value) ? `[${texts.join(', ')}${more}]` : `{ ${texts.join(', ')}${more} }`
}

/** @param {unknown} value */
function brief(value) {
  if (isContainer(value)) return Array.isArray(value) ? `[${sizeOf(value)}]` : '{…}'
  return typeof value === 'string' ? `"${value.slice(0, 60)}"` : `${value}`
}
