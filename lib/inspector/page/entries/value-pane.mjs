// @ts-check
// The entry that is open: its value, and what is known about it.

import { isAborted } from '../core/api.mjs'
import { copy } from '../core/clipboard.mjs'
import { expiryOf, showExpiry } from '../core/clock.mjs'
import { button, element, fill } from '../core/dom.mjs'
import { emptyState, errorState, loadingState } from '../core/states.mjs'
import { formatBytes, formatTime, jsonText, nameNode } from '../core/text.mjs'
import { typeOf } from '../value/preview.mjs'
import { ValueBody } from '../value/value-body.mjs'
import { deleteDialog } from '../writing/delete.mjs'
import { editDialog } from '../writing/edit.mjs'
import { ttlDialog } from '../writing/ttl.mjs'
import { backButton } from './back-button.mjs'

/** @import { App } from '../app.mjs' */
/** @import { Change, Entry } from '../core/types.mjs' */

export class ValuePane {
  element = element('section', { class: 'pane value-pane', 'aria-label': 'Value' })
  #app
  #onWrite
  /** @type {string | undefined} */
  #trace
  /** @type {string | undefined} */
  #key
  /** @type {Entry | undefined} */
  #entry
  #body = new ValueBody()
  #facts = element('dl', { class: 'facts' })
  #notice = element('p', { class: 'notice', role: 'status' })
  #actions = element('div', { class: 'actions' })
  #abort = new AbortController()

  /** @param {App} app @param {(written: object) => void} onWrite */
  constructor(app, onWrite) {
    this.#app = app
    this.#onWrite = onWrite
  }

  /** @param {string | undefined} trace @param {string | undefined} key */
  show(trace, key) {
    if (trace === this.#trace && key === this.#key && key !== undefined) return
    this.#abort.abort()
    this.#trace = trace
    this.#key = key
    this.#entry = undefined
    if (trace === undefined || key === undefined) {
      fill(this.element, trace !== undefined && emptyState('Choose an entry', 'Its value is shown here.'))
      return
    }
    this.#body = new ValueBody()
    this.#notice.textContent = ''
    fill(this.element, this.#head(trace, key), loadingState())
    this.reload()
  }

  async reload() {
    const [trace, key] = [this.#trace, this.#key]
    if (trace === undefined || key === undefined) return
    this.#abort.abort()
    this.#abort = new AbortController()
    const { signal } = this.#abort
    try {
      const entry = await this.#app.api.entry({ store: this.#app.store.name, trace, key }, signal)
      this.#draw(trace, key, entry)
    } catch (error) {
      if (!isAborted(error) && !signal.aborted) this.#fail(trace, key, error)
    }
  }

  /** @param {Change['kind']} kind @param {string} key */
  onChange(kind, key) {
    if (key !== this.#key) return
    if (kind === 'deleted' || kind === 'expired') this.#showGone(kind)
    else this.reload().then(() => this.#flash())
  }

  /** @param {string} trace @param {string} key @param {Entry} entry */
  #draw(trace, key, entry) {
    this.#entry = entry
    this.element.classList.remove('gone')
    this.#notice.textContent = ''
    this.#drawFacts(entry)
    this.#drawActions(entry)
    this.#body.show(entry)
    if (this.element.contains(this.#body.element)) return
    fill(this.element, this.#head(trace, key), this.#body.element)
  }

  /** @param {string} trace @param {string} key @param {any} error */
  #fail(trace, key, error) {
    if (error?.status === 404) {
      if (this.#entry) this.#showGone('deleted')
      else {
        const advice = 'It was deleted or has expired, or the address names another entry.'
        fill(this.element, this.#head(trace, key), emptyState('This entry does not exist', advice))
      }
      return
    }
    fill(
      this.element,
      this.#head(trace, key),
      errorState(error, () => this.reload()),
    )
  }

  /** Keeps the last value visible. @param {'deleted' | 'expired'} kind */
  #showGone(kind) {
    this.element.classList.add('gone')
    const how = kind === 'expired' ? 'has expired' : 'was deleted'
    this.#notice.textContent = `This entry ${how} at ${formatTime(new Date()).slice(0, 8)}. This is its last value.`
    fill(this.#actions)
  }

  #flash() {
    this.element.classList.remove('flash')
    // Starts the animation again.
    void this.element.offsetWidth
    this.element.classList.add('flash')
  }

  /** @param {string} trace @param {string} key */
  #head(trace, key) {
    return element(
      'div',
      { class: 'pane-head' },
      backButton('Entries', () => this.#app.go({ view: 'entries', trace })),
      element('h2', { class: 'data-title' }, nameNode(key)),
      this.#facts,
      this.#notice,
      this.#actions,
    )
  }

  /** @param {Entry} entry */
  #drawFacts({ value, size, ttl, etag, truncated }) {
    const expiry = element('dd', { class: 'expiry' })
    showExpiry(expiry, expiryOf(ttl))
    if (ttl < 0) expiry.textContent = 'never'
    const short = etag && element('dd', { class: 'etag', title: etag }, etag.slice(0, 10))
    fill(
      this.#facts,
      ...(truncated ? [] : [element('dt', {}, 'Type'), element('dd', {}, typeOf(value))]),
      element('dt', {}, 'Size'),
      element('dd', {}, formatBytes(size)),
      element('dt', {}, 'Expires in'),
      expiry,
      ...(short ? [element('dt', {}, 'Etag'), short] : []),
    )
  }

  /** @param {Entry} entry */
  #drawActions(entry) {
    const [app, done] = [this.#app, () => this.#afterWrite()]
    const name = { store: app.store.name, trace: entry.traceId, key: entry.key }
    const text = () => (entry.truncated ? (entry.text ?? '') : jsonText(entry.value))
    const writes = app.isWritable
      ? [
          !entry.truncated && button('Edit', () => editDialog(app, name, entry, done)),
          button('Expiry', () => ttlDialog(app, name, entry, done)),
          button('Delete', () => deleteDialog(app, name, entry, (isDeleted) => this.#afterDelete(isDeleted)), {
            class: 'button danger',
          }),
        ]
      : []
    fill(
      this.#actions,
      !entry.truncated && this.#body.toggle,
      element('span', { class: 'spacer' }),
      button('Copy', ({ currentTarget }) => this.#copy(text(), currentTarget), { class: 'button' }),
      ...writes,
    )
  }

  /** @param {string} text @param {EventTarget | null} target */
  async #copy(text, target) {
    const isCopied = await copy(text, 'Value')
    if (!(target instanceof HTMLElement)) return
    target.textContent = isCopied ? 'Copied' : 'Not copied'
    setTimeout(() => {
      target.textContent = 'Copy'
    }, 1500)
  }

  /** @param {boolean} isDeleted */
  #afterDelete(isDeleted) {
    if (!isDeleted) return this.#afterWrite()
    this.#showGone('deleted')
    this.#onWrite({})
  }

  #afterWrite() {
    this.reload()
    this.#onWrite({})
  }
}
