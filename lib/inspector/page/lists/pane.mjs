// @ts-check
// A pane with a filter, a count, and a list of items that a server pages: the groups of a store, the entries of a group.

import { element, fill, newId } from '../core/dom.mjs'
import { emptyState, errorState, loadingState } from '../core/states.mjs'
import { formatCount } from '../core/text.mjs'
import { debounced } from '../core/timing.mjs'
import { PagedSource } from './paged-source.mjs'
import { VirtualList } from './virtual-list.mjs'

/**
 * @template T
 * @typedef {import('./virtual-list.mjs').ListOptions<T> & {
 *   filterLabel: string,
 *   load(search: string, offset: number, limit: number, options: { signal: AbortSignal, isFresh: boolean }): Promise<import('./paged-source.mjs').Page<T>>,
 *   none(search: string): [title: string, advice: string],
 * }} PaneOptions
 */

/** @template T */
export class ListPane {
  list
  filter
  count = element('span', { class: 'count' })
  #options
  #body
  /** @type {PagedSource<T> | undefined} */
  #source
  #isFresh = false

  /** @param {PaneOptions<T>} options */
  constructor(options) {
    this.#options = options
    this.list = new VirtualList(options)
    const id = newId('filter')
    this.filter = element('input', { type: 'search', id, placeholder: options.filterLabel, spellcheck: 'false' })
    this.filter.setAttribute('aria-label', options.filterLabel)
    this.filter.autocomplete = 'off'
    this.filter.addEventListener(
      'input',
      debounced(() => this.load(), 200),
    )
    this.#body = element('div', { class: 'pane-body' })
  }

  get element() {
    return this.#body
  }

  /** Loads the list from its start. @param {{ isFresh?: boolean }} [options] */
  load({ isFresh = false } = {}) {
    this.#isFresh = isFresh
    this.#source?.close()
    const search = this.filter.value
    const source = new PagedSource(
      (offset, limit, signal) => this.#options.load(search, offset, limit, { signal, isFresh: this.#takeFresh() }),
      { onChange: () => this.#draw(source, search), onError: (error) => this.#fail(source, error) },
    )
    this.#source = source
    this.#body.setAttribute('aria-busy', 'true')
    if (!this.#body.contains(this.list.element)) fill(this.#body, loadingState())
    source.start()
  }

  /** Loads what is in view again, and keeps the place. */
  async reload() {
    const source = this.#source
    if (!source?.isLoaded) return
    this.#isFresh = true
    const [first, last] = this.list.view
    await source.reload(first, Math.max(first, last))
  }

  /** The names that are loaded, and whether these are all. */
  get known() {
    const names = [...(this.#source?.loaded() ?? [])].map(([, item]) => this.#options.nameOf(item))
    return { names, isComplete: this.#source?.isLoaded === true && names.length === this.#source.total }
  }

  clear() {
    this.#source?.close()
    this.#source = undefined
    this.filter.value = ''
    this.count.textContent = ''
    fill(this.#body)
  }

  #takeFresh() {
    const isFresh = this.#isFresh
    this.#isFresh = false
    return isFresh
  }

  /** @param {PagedSource<T>} source @param {string} search */
  #draw(source, search) {
    if (source !== this.#source) return
    this.#body.setAttribute('aria-busy', 'false')
    this.count.textContent = formatCount(source.total)
    if (source.total === 0) {
      fill(this.#body, emptyState(...this.#options.none(search)))
      return
    }
    if (!this.#body.contains(this.list.element)) fill(this.#body, this.list.element)
    if (this.#shown === source) this.list.refresh()
    else this.list.show(source)
    this.#shown = source
  }

  /** @type {PagedSource<T> | undefined} the source whose items the list shows */
  #shown

  /** @param {PagedSource<T>} source @param {unknown} error */
  #fail(source, error) {
    if (source !== this.#source) return
    this.#body.setAttribute('aria-busy', 'false')
    this.count.textContent = ''
    fill(
      this.#body,
      errorState(error, () => this.load({ isFresh: true })),
    )
  }
}
