// @ts-check
'use strict'

const { dispatcherOf } = require('../../adapter/state-adapter.js')
const { untitled } = require('../../error-message.js')
const { clearTimeout, setTimeout } = require('../../time.js')
const { idOf } = require('./journal.js')

/** @typedef {import('./place.js').Name} Name */

/** Names that are held. With more, a comparison finds what changed. */
const MAX_HELD = 100_000

/** Longest wait for the first report. */
const MAX_START_MS = 5000

/** Which entries of the source are written while they are copied, as its server reports it. */
class LiveChanges {
  /** Entries that changed, each time that they did. */
  count = 0
  #hasGap = false
  #isStarted = false
  /** @type {Map<string, Name>} */
  #names = new Map()
  #close = () => {}
  #excludes

  /** @param {((name: Name) => boolean) | undefined} excludes whether an entry is none of the source */
  constructor(excludes = () => false) {
    this.#excludes = excludes
  }

  /**
   * Resolves once changes are reported.
   *
   * @param {import('../command.js').StateStore} state
   * @param {string | undefined} traceId
   * @returns {Promise<string | undefined>} why the server does not report changes
   */
  async start(state, traceId) {
    const { engine } = dispatcherOf(/** @type {any} */ (state))
    if (!engine.capabilities.watch) return 'this store does not report changes'
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, MAX_START_MS, 'its server does not answer')
      const onEvent = (/** @type {import('../../engines/engine.js').WatchEvent} */ event) => {
        if (event.kind !== 'started') return this.#recv(event)
        this.#isStarted = true
        clearTimeout(timer)
        resolve(undefined)
      }
      const onFailure = (/** @type {import('../../../index.js').RedisStateError} */ error) => {
        // Of a server that never reported changes, none are expected.
        this.#hasGap = this.#isStarted
        clearTimeout(timer)
        resolve(untitled(error))
      }
      this.#close = engine.subscribe({ traceId, configure: false }, { onEvent, onFailure, onUnverified: () => {} })
    })
  }

  /** The entries that changed since it was called last. @returns {Name[]} */
  take() {
    const names = [...this.#names.values()]
    this.#names = new Map()
    return names
  }

  /** Whether changes may have been missed since it was called last, so that only a comparison finds them. */
  takeGap() {
    const hasGap = this.#hasGap
    this.#hasGap = false
    return hasGap
  }

  close() {
    this.#close()
  }

  /** @param {import('../../engines/engine.js').WatchEvent} event */
  #recv({ kind, traceId, key }) {
    if (kind === 'gap') this.#hasGap = true
    if (kind === 'gap' || this.#excludes({ traceId, key })) return
    this.count += 1
    if (this.#names.size >= MAX_HELD) this.#hasGap = true
    else this.#names.set(idOf({ traceId, key }), { traceId, key })
  }
}

module.exports = { LiveChanges }
