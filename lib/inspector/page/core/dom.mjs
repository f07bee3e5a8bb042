// @ts-check
// Creates elements. Texts become text nodes, so that no name and no value is ever parsed as HTML.

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} [attributes] functions are listeners;
 *   `true` sets an empty attribute; `false`, `null` and `undefined` set none
 * @param {Child[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value)
    else if (value !== false && value !== null && value !== undefined)
      made.setAttribute(name, value === true ? '' : `${value}`)
  }
  append(made, children)
  return made
}

/**
 * @param {Element} parent
 * @param {Child[]} children
 */
export function append(parent, children) {
  parent.append(.../** @type {(Node | string)[]} */ (children.filter((child) => child || child === '')))
}

/**
 * Replaces what an element contains.
 *
 * @param {Element} parent
 * @param {Child[]} children
 */
export function fill(parent, ...children) {
  parent.replaceChildren()
  append(parent, children)
}

/** @param {string} id @returns {HTMLElement} an element of index.html */
export function byId(id) {
  const found = document.getElementById(id)
  if (!found) throw new Error(`index.html has no #${id}`)
  return found
}

/**
 * A button that has a text.
 *
 * @param {string} text
 * @param {(event: MouseEvent) => void} click
 * @param {Parameters<typeof element>[1]} [attributes]
 */
export function button(text, click, attributes = {}) {
  return element('button', { type: 'button', class: 'button', ...attributes, click }, text)
}

let ids = 0

/** @param {string} prefix @returns an id that no other element has */
export function newId(prefix) {
  ids += 1
  return `${prefix}-${ids}`
}
