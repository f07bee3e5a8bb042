// @ts-check

import { expiryOf, showExpiry } from '../core/clock.mjs'
import { button, element, fill } from '../core/dom.mjs'
import { emptyState } from '../core/states.mjs'
import { formatBytes, nameNode } from '../core/text.mjs'
import { ListPane } from '../lists/pane.mjs'
import { createDialog } from '../writing/create.mjs'
import { backButton } from './back-button.mjs'

/** @import { App } from '../app.mjs' */
/** @import { EntryRow } from '../core/types.mjs' */

/** Also in lists.css. */
const FLASH = 1600
const COLUMNS = ['Key', 'Type', 'Size', 'Expires in']

export class EntriesPane {
  element = element('section', { class: 'pane entries-pane', 'aria-label': 'Entries' })
  #app
  #onWrite
  #pane
  #watch = element('p', { class: 'watch-state', hidden: true })
  /** @type {string | undefined} */
  #trace
  /** When each key changed last. @type {Map<string, number>} */
  #changed = new Map()

  /** @param {App} app @param {(written: object) => void} onWrite */
  constructor(app, onWrite) {
    this.#app = app
    this.#onWrite = onWrite
    this.#pane = new ListPane({
      label: 'Entries',
      filterLabel: 'Filter entries',
      role: 'grid',
      header: header(),
      draw: (row, entry) => this.#draw(row, entry),
      nameOf: ({ key }) => key,
      onOpen: ({ key }) => this.#trace !== undefined && app.go({ view: 'entries', trace: this.#trace, key }),
      none: (search) =>
        search
          ? ['No entry matches', 'The filter finds text anywhere in a key. Try a shorter text.']
          : ['No entries', 'This group has no entries, or they have expired.'],
      load: async (search, offset, limit, { signal, isFresh }) => {
        const query = { store: app.store.name, trace: this.#trace ?? '', ...(search && { search }), offset, limit }
        const page = await app.api.entries({ ...query, ...(isFresh && { fresh: 1 }) }, signal)
        const at = performance.now()
        return {
          items: page.entries.map((entry) => ({ ...entry, expiresAt: expiryOf(entry.ttl), at })),
          total: page.total,
        }
      },
    })
  }

  /** @param {string | undefined} trace */
  show(trace) {
    this.#pane.clear()
    this.#trace = trace
    this.#changed.clear()
    if (trace === undefined) {
      fill(this.element, emptyState('Choose a group', 'Its entries are shown here.'))
      return
    }
    this.showWatch('starting')
    fill(this.element, this.#head(trace), this.#pane.element)
    this.#pane.load()
  }

  async reload() {
    await this.#pane.reload()
  }

  /** @param {string | undefined} key */
  markOpen(key) {
    this.#pane.list.markOpen(key)
  }

  /** Highlights an entry that changed. @param {string} key */
  flash(key) {
    const now = performance.now()
    for (const [other, at] of this.#changed) if (now - at > FLASH) this.#changed.delete(other)
    this.#changed.set(key, now)
  }

  /** @param {'starting' | 'live' | 'off'} state @param {string} [reason] */
  showWatch(state, reason = '') {
    this.#watch.hidden = state === 'starting'
    this.#watch.className = `watch-state ${state}`
    this.#watch.textContent = state === 'live' ? 'Live' : 'Not live'
    this.#watch.title = state === 'live' ? 'Changes appear as they happen.' : reason
  }

  /** @param {string} trace */
  #head(trace) {
    const refresh = button('Refresh', () => this.#pane.load({ isFresh: true }), { class: 'button quiet' })
    const create =
      this.#app.isWritable &&
      button('New entry', () => createDialog(this.#app, trace, this.#onWrite), { class: 'button quiet' })
    return element(
      'div',
      { class: 'pane-head' },
      backButton('Groups', () => this.#app.go({ view: 'entries' })),
      element(
        'div',
        { class: 'pane-title' },
        element('h2', { class: 'data-title' }, nameNode(trace)),
        this.#pane.count,
        this.#watch,
        create || null,
        refresh,
      ),
      this.#pane.filter,
    )
  }

  /** @param {HTMLElement} row @param {EntryRow & { expiresAt: number }} entry */
  #draw(row, { key, type, size, expiresAt }) {
    const expiry = cell('number expiry')
    row.append(
      cell('key', nameNode(key)),
      cell('type', element('span', { class: `type type-${type}` }, type)),
      cell('number', formatBytes(size)),
      expiry,
    )
    showExpiry(expiry, expiresAt)
    const changed = this.#changed.get(key)
    if (changed !== undefined && performance.now() - changed < FLASH) row.classList.add('flash')
  }
}

function header() {
  const cells = COLUMNS.map((title, at) =>
    element('span', { class: at > 1 ? 'cell number' : 'cell', role: 'columnheader' }, title),
  )
  return element(
    'div',
    { class: 'list-head', role: 'rowgroup' },
    element('div', { class: 'head-row', role: 'row', 'aria-rowindex': 1 }, ...cells),
  )
}

/** @param {string} kind @param {(Node | string)[]} content */
function cell(kind, ...content) {
  return element('span', { class: `cell ${kind}`, role: 'gridcell' }, ...content)
}
