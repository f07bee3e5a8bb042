// @ts-check
// A value, as a tree or as JSON text.

import { element, fill, newId } from '../core/dom.mjs'
import { escapedNodes, jsonText } from '../core/text.mjs'
import { hasValue, noteOn } from './notes.mjs'
import { ValueTree } from './tree.mjs'

/** @import { Entry } from '../core/types.mjs' */

const FORMS = /** @type {const} */ (['Tree', 'JSON'])

export class ValueBody {
  element = element('div', { class: 'value-body' })
  toggle
  #tree = new ValueTree('Value')
  #note = element('p', { class: 'note', hidden: true })
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
    const note = noteOn(entry)
    this.#note.hidden = note === undefined
    this.#note.textContent = note ?? ''
    if (!hasValue(entry)) fill(this.element, this.#note, entry.text ? textBlock(textNodes(entry.text)) : null)
    else if (this.#form === 'JSON') fill(this.element, this.#note, textBlock([jsonText(entry.value)]))
    else this.#drawTree(entry)
  }

  /** The tree stays in the page, so that it keeps the focus. @param {Entry} entry */
  #drawTree({ value }) {
    this.#tree.show(value)
    const isShown = this.element.contains(this.#tree.element)
    if (!isShown) fill(this.element, this.#note, this.#tree.element)
  }
}

/** @param {string} text with line breaks @returns {(Node | string)[]} */
function textNodes(text) {
  return text.split('\n').flatMap((line, at) => [at > 0 ? '\n' : '', ...escapedNodes(line)])
}

/** @param {(Node | string)[]} content */
function textBlock(content) {
  return element('pre', { class: 'json-text', tabindex: 0, role: 'region', 'aria-label': 'JSON text' }, ...content)
}
