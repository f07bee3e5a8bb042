// @ts-check
// The view "Query": finds entries by their values.

import { announce } from '../core/announcer.mjs'
import { isAborted, messageOf } from '../core/api.mjs'
import { button, element, fill } from '../core/dom.mjs'
import { emptyState, loadingState } from '../core/states.mjs'
import { counted } from '../core/text.mjs'
import { field, jsonField } from '../writing/fields.mjs'
import { EXAMPLES, FILTER_HINT, SORT_HINT } from './examples.mjs'
import { resultTable } from './results.mjs'

/** @import { App } from '../app.mjs' */
/** @import { Query, QueryPage } from '../core/types.mjs' */

const LIMIT = 50

export class QueryView {
  #app
  #panel
  #group = field('Group', textInput('All groups'), 'Exact trace id. Empty: all groups of the store.')
  #filter = jsonField('Filter (JSON)', '', { rows: 6, isOptional: true, hint: FILTER_HINT })
  #sort = jsonField('Sort (JSON)', '', { rows: 2, isOptional: true, hint: SORT_HINT })
  #limit = field('Entries on a page', limitInput())
  #error = element('p', { class: 'form-error', role: 'alert' })
  #results = element('section', { class: 'query-results', 'aria-label': 'Results', tabindex: -1 })
  /** @type {Query | undefined} the query whose pages are shown */
  #query
  /** Tokens of the pages up to the one that is shown; the first page has none. @type {(string | undefined)[]} */
  #tokens = []
  #abort = new AbortController()

  /** @param {App} app @param {HTMLElement} panel */
  constructor(app, panel) {
    this.#app = app
    this.#panel = panel
  }

  show() {
    if (this.#panel.hasChildNodes()) return
    if (!this.#app.store.queries) {
      fill(
        this.#panel,
        emptyState('This store has no queries', `The engine ${this.#app.store.engine} cannot run them.`),
      )
      return
    }
    this.#showIdle()
    fill(this.#panel, this.#form(), this.#results)
  }

  changeStore() {
    this.#abort.abort()
    this.#query = undefined
    fill(this.#panel)
  }

  #showIdle() {
    const advice =
      'Write a filter, or choose an example, then run the query. It reads all values of the group on the server.'
    fill(this.#results, emptyState('Find entries by their values', advice))
  }

  #form() {
    const examples = EXAMPLES.map((example) =>
      button(example.title, () => this.#useExample(example), { class: 'button chip' }),
    )
    const form = element(
      'form',
      { class: 'query-form', 'aria-label': 'Query' },
      element('div', { class: 'examples' }, element('span', { class: 'hint' }, 'Examples'), ...examples),
      this.#filter.box,
      this.#sort.box,
      element('div', { class: 'field-pair' }, this.#group.box, this.#limit.box),
      this.#error,
      element('div', {}, element('button', { type: 'submit', class: 'button primary' }, 'Run query')),
    )
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      this.#run()
    })
    form.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.#run()
    })
    return form
  }

  /** @param {import('./examples.mjs').Example} example */
  #useExample({ filter, sort }) {
    this.#filter.control.value = filter
    this.#sort.control.value = sort
    this.#filter.setError('')
    this.#sort.setError('')
    this.#filter.control.focus()
  }

  #run() {
    this.#error.textContent = ''
    try {
      this.#query = this.#read()
    } catch (error) {
      this.#error.textContent = messageOf(error)
      return
    }
    this.#tokens = [undefined]
    this.#load()
  }

  /** @returns {Query} */
  #read() {
    const [filter, sort, trace] = [this.#filter.value(), this.#sort.value(), this.#group.control.value]
    return {
      store: this.#app.store.name,
      limit: Math.min(Math.max(1, Math.floor(Number(this.#limit.control.value)) || LIMIT), 1000),
      ...(trace && { trace }),
      ...(filter !== undefined && { filter }),
      ...(sort !== undefined && { sort }),
    }
  }

  async #load() {
    const query = this.#query
    if (!query) return
    this.#abort.abort()
    this.#abort = new AbortController()
    const { signal } = this.#abort
    fill(this.#results, loadingState('Searching…'))
    try {
      const token = this.#tokens.at(-1)
      const page = await this.#app.api.query({ ...query, ...(token !== undefined && { token }) }, signal)
      this.#draw(page)
    } catch (error) {
      if (isAborted(error) || signal.aborted) return
      this.#error.textContent = messageOf(error)
      this.#showIdle()
    }
  }

  /** @param {QueryPage} page */
  #draw({ items, token }) {
    const isFirst = this.#tokens.length === 1
    if (items.length === 0 && isFirst) {
      fill(this.#results, emptyState('No entry matches', 'Types are never converted: "1" and 1 are different.'))
      return
    }
    const title = `Page ${this.#tokens.length}, ${counted(items.length, 'entry', 'entries')}`
    announce(title)
    const previous = button('Previous page', () => this.#turn(-1), { disabled: isFirst })
    const next = button('Next page', () => this.#turn(token), { disabled: token === null })
    fill(
      this.#results,
      element('div', { class: 'results-head' }, element('h2', {}, title), previous, next),
      resultTable(this.#app, items),
    )
  }

  /** @param {string | null | -1} token of the next page, -1: the previous page */
  #turn(token) {
    if (token === -1) this.#tokens.pop()
    else if (token !== null) this.#tokens.push(token)
    this.#load()
    this.#results.focus()
  }
}

/** @param {string} placeholder */
function textInput(placeholder) {
  return element('input', {
    type: 'text',
    placeholder,
    spellcheck: 'false',
    autocomplete: 'off',
    autocapitalize: 'off',
  })
}

function limitInput() {
  return element('input', { type: 'number', min: 1, max: 1000, value: LIMIT, inputmode: 'numeric' })
}
