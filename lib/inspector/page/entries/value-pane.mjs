// @ts-check
// The entry that is open: its value, and what is known about it.

import { isAborted } from '../core/api.mjs'
import { copy } from '../core/clipboard.mjs'
import { expiryOf, showExpiry } from '../core/clock.mjs'
import { button, element, fill } from '../core/dom.mjs'
import { emptyState, errorState, loadingState } from '../core/states.mjs'
import { formatBytes, formatTime, jsonText, nameNode } from '../core/text.mjs'
import { hasValue } from '../value/notes.mjs'
import { ValueBody } from '../value/value-body.mjs'
import { writeActions } from '../writing/actions.mjs'
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
    for (const ofOther of [this.#facts, this.#actions]) fill(ofOther)
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
      this.#draw(entry)
    } catch (error) {
      if (!isAborted(error) && !signal.aborted) this.#fail(error)
    }
  }

  /** @param {Change['kind']} kind @param {string} key */
  onChange(kind, key) {
    if (key !== this.#key) return
    if (kind === 'deleted' || kind === 'expired') this.#showGone(kind)
    else this.reload().then(() => this.#flash())
  }

  /** @param {Entry} entry */
  #draw(entry) {
    this.#entry = entry
    this.element.classList.remove('gone')
    this.#notice.textContent = ''
    this.#drawFacts(entry)
    this.#drawActions(entry)
    this.#body.show(entry)
    this.#fillBody(this.#body.element)
  }

  /** Replaces what is below the head, which may have the focus. @param {HTMLElement} content */
  #fillBody(content) {
    if (this.element.lastElementChild !== content) this.element.lastElementChild?.replaceWith(content)
  }

  /** @param {any} error */
  #fail(error) {
    const advice = 'It was deleted or has expired, or the address names another entry.'
    if (error?.status !== 404) this.#fillBody(errorState(error, () => this.reload()))
    else if (this.#entry) this.#showGone('deleted')
    else this.#fillBody(emptyState('This entry does not exist', advice))
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
  #drawFacts({ type, size, ttl, etag }) {
    const expiry = element('dd', { class: 'expiry' })
    showExpiry(expiry, expiryOf(ttl))
    if (ttl < 0) expiry.textContent = 'never'
    const short = etag && element('dd', { class: 'etag', title: etag }, etag.slice(0, 10))
    fill(
      this.#facts,
      element('dt', {}, 'Type'),
      element('dd', {}, type),
      element('dt', {}, 'Size'),
      element('dd', {}, formatBytes(size)),
      element('dt', {}, 'Expires in'),
      expiry,
      ...(short ? [element('dt', {}, 'Etag'), short] : []),
    )
  }

  /** Keeps the buttons while they stay the same, as one may have the focus. @param {Entry} entry */
  #drawActions(entry) {
    const isValue = hasValue(entry)
    if (this.#actions.dataset.value === `${isValue}` && this.#actions.hasChildNodes()) return
    this.#actions.dataset.value = `${isValue}`
    fill(
      this.#actions,
      isValue && this.#body.toggle,
      element('span', { class: 'spacer' }),
      button('Copy', ({ currentTarget }) => this.#copy(currentTarget), { class: 'button' }),
      ...(this.#app.isWritable ? this.#writeActions(isValue) : []),
    )
  }

  /** @param {boolean} isValue */
  #writeActions(isValue) {
    return writeActions(this.#app, isValue, {
      current: () => this.#entry,
      done: () => this.#afterWrite(),
      deleted: (isDeleted) => this.#afterDelete(isDeleted),
    })
  }

  /** @param {EventTarget | null} target */
  async #copy(target) {
    const entry = this.#entry
    if (!entry) return
    const isCopied = await copy(hasValue(entry) ? jsonText(entry.value) : (entry.text ?? ''), 'Value')
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
