// @ts-check
// A value, as a tree or as JSON text.

import { element, fill, newId } from '../core/dom.mjs'
import { escapedNodes, formatBytes, jsonText } from '../core/text.mjs'
import { ValueTree } from './tree.mjs'

/** @import { Entry } from '../core/types.mjs' */

const FORMS = /** @type {const} */ (['Tree', 'JSON'])

export class ValueBody {
  element = element('div', { class: 'value-body' })
  toggle
  #tree = new ValueTree('Value')
  /** @type {typeof FORMS[number]} */
  #form = 'Tree'
  /** @type {Entry | undefined} */
  #entry

  constructor() {
    const name = newId('form')
    this.toggle = element('fieldset', { class: 'segments' }, element('legend', { class: 'visually-hidden' }, 'Show as'))
    for (const form of FORMS) {
      const radio = element('input', { type: 'radio', name, value: form, checked: form === this.#form })
      radio.addEventListener('change', () => {
        this.#form = form
        this.#draw()
      })
      this.toggle.append(element('label', {}, radio, element('span', {}, form)))
    }
  }

  /** @param {Entry} entry */
  show(entry) {
    this.#entry = entry
    this.#draw()
  }

  #draw() {
    const entry = this.#entry
    if (!entry) return
    if (entry.truncated) fill(this.element, truncatedNote(entry), textBlock(escapedNodes(entry.text ?? '')))
    else if (this.#form === 'JSON') fill(this.element, textBlock([jsonText(entry.value)]))
    else {
      this.#tree.show(entry.value)
      if (!this.element.contains(this.#tree.element)) fill(this.element, this.#tree.element)
    }
  }
}

/** @param {Entry} entry */
function truncatedNote({ size, text = '' }) {
  const note = `The value has ${formatBytes(size)}. Only the start of its text is shown, and it cannot be edited here.`
  return element(
    'p',
    { class: 'note' },
    text === '' ? `The value has ${formatBytes(size)}: too large to be shown.` : note,
  )
}

/** @param {(Node | string)[]} content */
function textBlock(content) {
  return element('pre', { class: 'json-text', tabindex: 0, role: 'region', 'aria-label': 'JSON text' }, ...content)
}
