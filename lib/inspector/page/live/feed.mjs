// @ts-check
// The changes of a store or of a group, as the server sends them. Reconnects, and reports what it cannot deliver.

/** @import { Change } from '../core/types.mjs' */
/** @typedef {{ store: string, trace?: string }} Scope */
/** @typedef {{ code: string, message: string }} Failure */
/**
 * @typedef {{
 *   onChange(change: Change): void, onReady(): void, onGap(): void,
 *   onFailure(failure: Failure, isFinal: boolean): void,
 * }} FeedEvents
 */

/** A new attempt does not help. */
const FINAL = new Set(['ERR_UNSUPPORTED', 'ERR_INVALID_ARGUMENT', 'ERR_REPLY', 'ERR_NOT_FOUND', 'TOO_LONG'])
const PAUSE = 3000
const TOO_LONG = { code: 'TOO_LONG', message: 'The name of the group is too long to be watched.' }
const LOST = { code: 'UNREACHABLE', message: 'The connection to the inspector was lost. Changes may be missing.' }

export class Feed {
  #api
  #events
  /** @type {EventSource | undefined} */
  #source
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer
  #wasReady = false

  /** @param {import('../core/api.mjs').Api} api @param {FeedEvents} events */
  constructor(api, events) {
    this.#api = api
    this.#events = events
  }

  /** Closes what was open before. @param {Scope} scope */
  open(scope) {
    this.close()
    this.#wasReady = false
    this.#connect(scope)
  }

  close() {
    clearTimeout(this.#timer)
    this.#source?.close()
    this.#source = undefined
  }

  /** @param {Scope} scope */
  #connect(scope) {
    const source = this.#api.watch(scope.trace === undefined ? { store: scope.store } : { ...scope })
    this.#source = source
    if (!source) return this.#fail(TOO_LONG, scope)
    source.addEventListener('ready', () => this.#ready())
    source.addEventListener('change', ({ data }) => this.#events.onChange(JSON.parse(data)))
    source.addEventListener('gap', () => this.#events.onGap())
    source.addEventListener('failure', ({ data }) => this.#fail(JSON.parse(data), scope))
    // The browser would try again by itself only after some of these, and without saying so.
    source.addEventListener('error', () => this.#fail(LOST, scope))
  }

  #ready() {
    // What happened between two connections is unknown.
    if (this.#wasReady) this.#events.onGap()
    this.#wasReady = true
    this.#events.onReady()
  }

  /** @param {Failure} failure @param {Scope} scope */
  #fail(failure, scope) {
    this.close()
    const isFinal = FINAL.has(failure.code)
    if (!isFinal) this.#timer = setTimeout(() => this.#connect(scope), PAUSE)
    this.#events.onFailure(failure, isFinal)
  }
}
