// @ts-check
// A list of which only the rows in view exist in the document, so that its length costs nothing.

import { element, newId } from '../core/dom.mjs'
import { placeFor } from './list-keys.mjs'

/** Also in lists.css. */
const ROW_HEIGHT = 34
/** Rows beyond both ends of the view, for fast scrolling. */
const OVERSCAN = 8

/**
 * @template T
 * @typedef {{ total: number, at(index: number): T | undefined, want(first: number, last: number): void,
 *   isKnown(index: number): boolean, loaded(): Iterable<[number, T]> }} Source
 */

/**
 * @template T
 * @typedef {{
 *   label: string, role: 'listbox' | 'grid', header?: HTMLElement,
 *   draw(row: HTMLElement, item: T): void, nameOf(item: T): string, onOpen(item: T): void,
 * }} ListOptions
 */

/** @template T */
export class VirtualList {
  /** @type {HTMLElement} */
  element
  #options
  #rows
  /** @type {Source<T> | undefined} */
  #source
  /** @type {Map<number, HTMLElement>} */
  #shown = new Map()
  #active = 0
  /** @type {string | undefined} the name of the item that is open */
  #open
  #typed = { text: '', at: 0 }
  #id = newId('list')

  /** @param {ListOptions<T>} options */
  constructor(options) {
    this.#options = options
    const { role, label, header } = options
    this.#rows = element('div', { class: 'rows', role: role === 'grid' ? 'rowgroup' : 'presentation' })
    this.element = element('div', { class: 'list', role, tabindex: 0, 'aria-label': label }, header ?? null, this.#rows)
    this.element.addEventListener('scroll', () => this.#render(), { passive: true })
    this.element.addEventListener('keydown', (event) => this.#onKey(event))
    this.element.addEventListener('click', (event) => this.#onClick(event))
    new ResizeObserver(() => this.#render()).observe(this.element)
  }

  /** Shows the items of another source, from the top. @param {Source<T>} source */
  show(source) {
    this.#source = source
    this.#active = 0
    this.element.scrollTop = 0
    this.refresh()
  }

  /** Draws all rows again. */
  refresh() {
    for (const row of this.#shown.values()) row.remove()
    this.#shown.clear()
    this.#active = Math.max(0, Math.min(this.#active, this.#total - 1))
    if (this.#options.role === 'grid') this.element.setAttribute('aria-rowcount', `${this.#total + 1}`)
    this.#rows.style.setProperty('height', `${this.#total * ROW_HEIGHT}px`)
    this.#render()
  }

  /** Marks the item that is open. @param {string | undefined} name */
  markOpen(name) {
    this.#open = name
    for (const [index, row] of this.#shown) this.#mark(row, index)
  }

  /** The first and the last row in view. @returns {[number, number]} */
  get view() {
    const { scrollTop, clientHeight } = this.element
    const first = Math.max(0, Math.floor(scrollTop / ROW_HEIGHT) - OVERSCAN)
    return [first, Math.min(this.#total - 1, Math.ceil((scrollTop + clientHeight) / ROW_HEIGHT) + OVERSCAN)]
  }

  get #total() {
    return this.#source?.total ?? 0
  }

  #render() {
    const [first, last] = this.view
    if (last >= first) this.#source?.want(first, last)
    for (const [index, row] of this.#shown) {
      if (index >= first && index <= last) continue
      row.remove()
      this.#shown.delete(index)
    }
    for (let index = first; index <= last; index += 1) if (!this.#shown.has(index)) this.#add(index)
    this.#markActive()
  }

  /** @param {number} index */
  #add(index) {
    const { role, draw } = this.#options
    const row = element('div', { class: 'row', role: role === 'grid' ? 'row' : 'option', id: `${this.#id}-${index}` })
    row.style.setProperty('top', `${index * ROW_HEIGHT}px`)
    if (role === 'grid') row.setAttribute('aria-rowindex', `${index + 2}`)
    else {
      row.setAttribute('aria-setsize', `${this.#total}`)
      row.setAttribute('aria-posinset', `${index + 1}`)
    }
    row.dataset.index = `${index}`
    const item = this.#source?.at(index)
    if (item === undefined) drawText(row, role, this.#source?.isKnown(index) ? 'expired or deleted' : 'Loading…')
    else draw(row, item)
    this.#mark(row, index)
    this.#shown.set(index, row)
    this.#rows.append(row)
  }

  /** @param {HTMLElement} row @param {number} index */
  #mark(row, index) {
    const item = this.#source?.at(index)
    const isOpen = item !== undefined && this.#open !== undefined && this.#options.nameOf(item) === this.#open
    row.setAttribute('aria-selected', `${isOpen}`)
  }

  #markActive() {
    for (const [index, row] of this.#shown) row.classList.toggle('active', index === this.#active)
    const row = this.#shown.get(this.#active)
    if (row) this.element.setAttribute('aria-activedescendant', row.id)
    else this.element.removeAttribute('aria-activedescendant')
  }

  /** @param {number} index */
  #activate(index) {
    this.#active = Math.max(0, Math.min(index, this.#total - 1))
    const { scrollTop, clientHeight } = this.element
    const [top, height] = [this.#active * ROW_HEIGHT, clientHeight - this.#rows.offsetTop]
    if (top < scrollTop) this.element.scrollTop = top
    else if (top + ROW_HEIGHT > scrollTop + height) this.element.scrollTop = top + ROW_HEIGHT - height
    this.#render()
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.target !== this.element || event.ctrlKey || event.metaKey || event.altKey) return
    const page = Math.max(1, Math.floor(this.element.clientHeight / ROW_HEIGHT) - 1)
    const place = placeFor(event.key, { at: this.#active, last: this.#total - 1, page })
    if (place !== undefined) this.#activate(place)
    else if (event.key === 'Enter' || (event.key === ' ' && !this.#isTyping())) this.#openAt(this.#active)
    else if (event.key.length === 1) this.#typeAhead(event.key)
    else return
    event.preventDefault()
  }

  #isTyping() {
    return performance.now() - this.#typed.at < 800
  }

  /** Goes to the next loaded item whose name starts with what was typed. @param {string} character */
  #typeAhead(character) {
    const text = (this.#isTyping() ? this.#typed.text : '') + character.toLowerCase()
    this.#typed = { text, at: performance.now() }
    const matching = [...(this.#source?.loaded() ?? [])].filter(([, item]) =>
      this.#options.nameOf(item).toLowerCase().startsWith(text),
    )
    const from = text.length === 1 ? this.#active + 1 : this.#active
    const found = matching.find(([index]) => index >= from) ?? matching[0]
    if (found) this.#activate(found[0])
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const row = event.target instanceof Element ? event.target.closest('.row[data-index]') : null
    if (!(row instanceof HTMLElement)) return
    this.#active = Number(row.dataset.index)
    this.#markActive()
    this.#openAt(this.#active)
  }

  /** @param {number} index */
  #openAt(index) {
    const item = this.#source?.at(index)
    if (item !== undefined) this.#options.onOpen(item)
  }
}

/** @param {HTMLElement} row @param {'listbox' | 'grid'} role @param {string} text in place of an item */
function drawText(row, role, text) {
  row.classList.add('pending')
  row.append(element('span', { class: 'cell', ...(role === 'grid' && { role: 'gridcell' }) }, text))
}
