// @ts-check

import { button, element } from '../core/dom.mjs'
import { nameNode } from '../core/text.mjs'
import { ListPane } from '../lists/pane.mjs'
import { createDialog } from '../writing/create.mjs'

/** @import { App } from '../app.mjs' */

export class GroupsPane {
  element
  #pane
  #truncated = element('p', { class: 'note', hidden: true })

  /** @param {App} app @param {(written: { isNewGroup?: boolean }) => void} onWrite */
  constructor(app, onWrite) {
    this.#pane = new ListPane({
      label: 'Groups',
      filterLabel: 'Filter groups',
      role: 'listbox',
      draw: (row, { traceId }) => row.append(nameNode(traceId)),
      nameOf: ({ traceId }) => traceId,
      onOpen: ({ traceId }) => app.go({ view: 'entries', trace: traceId }),
      none: (search) =>
        search
          ? ['No group matches', 'The filter finds text anywhere in the name of a group. Try a shorter text.']
          : ['No groups yet', 'A group appears here when a program writes an entry to this store. Then refresh.'],
      load: async (search, offset, limit, { signal, isFresh }) => {
        const query = { store: app.store.name, ...(search && { search }), offset, limit, ...(isFresh && { fresh: 1 }) }
        const page = await app.api.groups(/** @type {any} */ (query), signal)
        this.#truncated.hidden = !page.truncated
        this.#truncated.textContent =
          'There are more groups than the inspector lists. Use the filter of the command line.'
        return { items: page.groups, total: page.total }
      },
    })
    const refresh = button('Refresh', () => this.#pane.load({ isFresh: true }), { class: 'button quiet' })
    const create =
      app.isWritable &&
      button('New entry', () => createDialog(app, undefined, () => onWrite({ isNewGroup: true })), {
        class: 'button quiet',
      })
    this.element = element(
      'section',
      { class: 'pane groups-pane', 'aria-label': 'Groups' },
      element(
        'div',
        { class: 'pane-head' },
        element('div', { class: 'pane-title' }, element('h2', {}, 'Groups'), this.#pane.count, create || null, refresh),
        this.#pane.filter,
      ),
      this.#truncated,
      this.#pane.element,
    )
  }

  /** @param {{ isFresh?: boolean }} [options] */
  load(options) {
    this.#pane.load(options)
  }

  /** Loads the list again if it is known not to have a group. @param {string} traceId */
  ensure(traceId) {
    const { isComplete, names } = this.#pane.known
    if (isComplete && !names.includes(traceId) && this.#pane.filter.value === '') this.#pane.load({ isFresh: true })
  }

  /** @param {string | undefined} traceId */
  markOpen(traceId) {
    this.#pane.list.markOpen(traceId)
  }

  clear() {
    this.#pane.clear()
  }
}
