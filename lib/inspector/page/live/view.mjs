// @ts-check
// The view "Live": the changes of a store as they happen.

import { announce } from '../core/announcer.mjs'
import { button, byId, element, fill } from '../core/dom.mjs'
import { emptyState } from '../core/states.mjs'
import { counted, formatCount, plainText } from '../core/text.mjs'
import { field } from '../writing/fields.mjs'
import { Feed } from './feed.mjs'
import { ChangeLog } from './log.mjs'

/** @import { App } from '../app.mjs' */
/** @import { Change } from '../core/types.mjs' */

export class LiveView {
  #app
  #panel
  #feed
  #log
  #group = field('Group', groupInput(), 'Exact trace id. Empty: all groups.')
  #status = element('p', { class: 'live-status', role: 'status' })
  #toggle = button('Start', () => (this.#isRunning ? this.#stop() : this.#start()), { class: 'button primary' })
  #body = element('div', { class: 'live-body' })
  #isRunning = false
  #isShown = false
  /** Changes that came while another view was shown. */
  #unseen = 0

  /** @param {App} app @param {HTMLElement} panel */
  constructor(app, panel) {
    this.#app = app
    this.#panel = panel
    this.#log = new ChangeLog(app)
    this.#feed = new Feed(app.api, {
      onChange: (change) => this.#onChange(change),
      onReady: () => this.#setStatus('live', 'Watching. Changes appear here as they happen.'),
      onGap: () => this.#log.note('gap', 'Changes may be missing here: the server could not deliver all of them.'),
      onFailure: (failure, isFinal) => this.#onFailure(failure, isFinal),
    })
  }

  show() {
    this.#isShown = true
    this.#unseen = 0
    this.#drawCount()
    if (!this.#panel.hasChildNodes()) this.#drawPanel()
  }

  hide() {
    this.#isShown = false
  }

  changeStore() {
    this.#stop()
    this.#log.clear()
    fill(this.#panel)
  }

  #drawPanel() {
    if (!this.#app.store.watches) {
      fill(this.#panel, emptyState('This store reports no changes', 'Other clients of its server cannot be watched.'))
      return
    }
    const form = element('form', { class: 'live-form', 'aria-label': 'Watch' }, this.#group.box, this.#toggle)
    form.append(button('Clear', () => this.#clear()))
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      if (!this.#isRunning) this.#start()
    })
    this.#setStatus('idle', '')
    fill(this.#panel, form, this.#status, this.#body)
    this.#clear()
  }

  #clear() {
    this.#log.clear()
    const advice = this.#isRunning
      ? 'Entries that are created, updated or deleted, or that expire, are listed here.'
      : 'Start to list entries as they are created, updated or deleted, or expire. The server first lists the keys that are watched.'
    fill(this.#body, emptyState(this.#isRunning ? 'No changes yet' : 'Watch the store', advice))
  }

  #start() {
    const trace = this.#group.control.value
    this.#isRunning = true
    this.#toggle.textContent = 'Pause'
    this.#setStatus('starting', 'Starting…')
    if (this.#log.isEmpty) this.#clear()
    this.#feed.open({ store: this.#app.store.name, ...(trace && { trace }) })
  }

  #stop() {
    this.#feed.close()
    if (this.#isRunning) this.#setStatus('paused', 'Paused. Changes from now on are not listed.')
    this.#isRunning = false
    this.#toggle.textContent = this.#log.isEmpty ? 'Start' : 'Resume'
    if (this.#log.isEmpty && this.#panel.hasChildNodes()) this.#clear()
  }

  /** @param {Change} change */
  #onChange(change) {
    this.#log.add(change)
    if (!this.#body.contains(this.#log.element)) fill(this.#body, this.#log.element)
    if (!this.#isShown) this.#unseen += 1
    else announce(`${plainText(change.traceId)} ${plainText(change.key)} ${change.kind}`)
    this.#drawCount()
  }

  /** @param {import('./feed.mjs').Failure} failure @param {boolean} isFinal */
  #onFailure({ code, message }, isFinal) {
    const text = `${message} (${code})`
    if (isFinal) this.#stop()
    this.#setStatus('failed', isFinal ? text : `${text} The page connects again in a few seconds.`)
  }

  /** @param {string} kind @param {string} text */
  #setStatus(kind, text) {
    this.#status.className = `live-status ${kind}`
    this.#status.textContent = text
  }

  #drawCount() {
    const badge = byId('live-count')
    badge.hidden = this.#unseen === 0
    badge.textContent = this.#unseen > 999 ? '999+' : formatCount(this.#unseen)
    badge.title = counted(this.#unseen, 'new change')
  }
}

function groupInput() {
  return element('input', { type: 'text', placeholder: 'All groups', spellcheck: 'false', autocomplete: 'off' })
}
