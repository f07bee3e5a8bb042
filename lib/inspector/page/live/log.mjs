// @ts-check
// The list of changes, the newest first. Many changes are drawn together, once for each frame.

import { element, fill } from '../core/dom.mjs'
import { formatRoute } from '../core/router.mjs'
import { formatTime, nameNode } from '../core/text.mjs'

/** @import { App } from '../app.mjs' */
/** @import { Change } from '../core/types.mjs' */

const MAX_ROWS = 500
const SIGNS = { created: '+', updated: '~', deleted: '−', expired: '⏱' }

export class ChangeLog {
  #rows = element('tbody')
  element
  #app
  /** @type {HTMLElement[]} rows that are not drawn yet, the oldest first */
  #waiting = []
  #isScheduled = false
  isEmpty = true

  /** @param {App} app */
  constructor(app) {
    this.#app = app
    const heads = ['Time', 'Change', 'Group', 'Key'].map((title) => element('th', { scope: 'col' }, title))
    this.element = element(
      'div',
      { class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': 'Changes' },
      element('table', { class: 'changes' }, element('thead', {}, element('tr', {}, ...heads)), this.#rows),
    )
  }

  /** @param {Change} change */
  add({ kind, traceId, key, time }) {
    const href = formatRoute({ view: 'entries', store: this.#app.store.name, trace: traceId, key })
    this.#put(
      element(
        'tr',
        { class: 'flash' },
        element('td', { class: 'time' }, formatTime(new Date(time))),
        element('td', {}, element('span', { class: `kind kind-${kind}` }, `${SIGNS[kind] ?? ''} ${kind}`)),
        element('td', {}, nameNode(traceId, 60)),
        element('td', {}, element('a', { href }, nameNode(key, 60))),
      ),
    )
  }

  /** @param {string} kind @param {string} text */
  note(kind, text) {
    const time = element('td', { class: 'time' }, formatTime(new Date()))
    const about = element('td', {}, element('span', { class: `kind kind-${kind}` }, kind))
    this.#put(element('tr', { class: `row-${kind}` }, time, about, element('td', { colspan: 2 }, text)))
  }

  clear() {
    this.#waiting = []
    fill(this.#rows)
    this.isEmpty = true
  }

  /** @param {HTMLElement} row */
  #put(row) {
    this.isEmpty = false
    this.#waiting.push(row)
    if (this.#waiting.length > MAX_ROWS) this.#waiting.shift()
    if (this.#isScheduled) return
    this.#isScheduled = true
    // Not a frame: hidden pages have none, and the rows would wait.
    setTimeout(() => this.#draw(), 50)
  }

  #draw() {
    this.#isScheduled = false
    this.#rows.prepend(...this.#waiting.reverse())
    this.#waiting = []
    while (this.#rows.childElementCount > MAX_ROWS) this.#rows.lastElementChild?.remove()
  }
}
