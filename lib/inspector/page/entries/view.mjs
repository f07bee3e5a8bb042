// @ts-check
// The view "Entries": groups, the entries of one of them, and the value of one of these.

import { announce } from '../core/announcer.mjs'
import { fill } from '../core/dom.mjs'
import { plainText } from '../core/text.mjs'
import { Throttle } from '../core/timing.mjs'
import { Feed } from '../live/feed.mjs'
import { EntriesPane } from './entries-pane.mjs'
import { GroupsPane } from './groups-pane.mjs'
import { ValuePane } from './value-pane.mjs'

/** @import { App } from '../app.mjs' */
/** @import { Route } from '../core/router.mjs' */
/** @import { Change } from '../core/types.mjs' */

export class EntriesView {
  #app
  #panel
  #groups
  #entries
  #value
  #feed
  #reload
  /** @type {string | undefined} */
  #trace
  #isStarted = false

  /** @param {App} app @param {HTMLElement} panel */
  constructor(app, panel) {
    this.#app = app
    this.#panel = panel
    const onWrite = (/** @type {{ isNewGroup?: boolean }} */ written) => this.#afterWrite(written)
    this.#groups = new GroupsPane(app, onWrite)
    this.#entries = new EntriesPane(app, onWrite)
    this.#value = new ValuePane(app, onWrite)
    this.#reload = new Throttle(() => this.#entries.reload())
    this.#feed = new Feed(app.api, {
      onChange: (change) => this.#onChange(change),
      onReady: () => this.#entries.showWatch('live'),
      onGap: () => this.#onGap(),
      onFailure: ({ message }) => this.#entries.showWatch('off', message),
    })
    fill(panel, this.#groups.element, this.#entries.element, this.#value.element)
  }

  /** @param {Route} route */
  show({ trace, key }) {
    const isFirst = !this.#isStarted
    if (isFirst) this.#groups.load()
    this.#isStarted = true
    const hadFocus = this.#panel.contains(document.activeElement)
    this.#panel.dataset.depth = trace === undefined ? 'groups' : key === undefined ? 'entries' : 'value'
    if (trace !== this.#trace || isFirst) this.#openGroup(trace)
    this.#entries.markOpen(key)
    this.#value.show(trace, key)
    if (hadFocus) this.#keepFocus()
  }

  /** On narrow screens the pane that had the focus may be hidden now. */
  #keepFocus() {
    const focused = document.activeElement
    if (focused instanceof HTMLElement && this.#panel.contains(focused) && focused.offsetParent) return
    const visible = [...this.#panel.children].find((pane) => /** @type {HTMLElement} */ (pane).offsetParent)
    const target = visible?.querySelector('.back, input')
    if (target instanceof HTMLElement) target.focus()
  }

  refresh() {
    if (!this.#isStarted) return
    this.#groups.load({ isFresh: true })
    this.#openGroup(this.#trace)
    this.#value.reload()
  }

  changeStore() {
    this.#isStarted = false
    this.#trace = undefined
    this.#feed.close()
    this.#groups.clear()
    this.#entries.show(undefined)
    this.#value.show(undefined, undefined)
  }

  /** @param {string | undefined} trace */
  #openGroup(trace) {
    this.#trace = trace
    this.#groups.markOpen(trace)
    this.#entries.show(trace)
    this.#feed.close()
    if (trace === undefined) return
    if (this.#app.store.watches) this.#feed.open({ store: this.#app.store.name, trace })
    else this.#entries.showWatch('off', 'This store reports no changes.')
  }

  /** @param {Change} change */
  #onChange({ kind, traceId, key }) {
    if (traceId !== this.#trace) return
    this.#entries.flash(key)
    this.#reload.request()
    if (kind === 'created') this.#groups.ensure(traceId)
    this.#value.onChange(kind, key)
    announce(`${plainText(key)} ${kind}`)
  }

  #onGap() {
    this.#reload.request()
    this.#value.reload()
  }

  /** @param {{ isNewGroup?: boolean }} written */
  #afterWrite({ isNewGroup = false }) {
    if (isNewGroup) this.#groups.load({ isFresh: true })
    this.#reload.request()
  }
}
