// @ts-check
'use strict'

const { wallNow } = require('../time.js')
const { EventStream } = require('./event-stream.js')
const { Refusal, refusalOf } = require('./refusal.js')

/**
 * @typedef {import('../../index.js').StateChange} StateChange
 * @typedef {import('../../index.js').StateStore} StateStore
 */

const MAX_STREAMS = 50

/** Sends the changes of entries to readers, each of which has a watch of its own. */
class Watching {
  #configure
  /** @type {Set<EventStream>} */
  #open = new Set()

  /** @param {boolean} configure whether watches switch keyspace notifications on */
  constructor(configure) {
    this.#configure = configure
  }

  /**
   * Serves a reader until it goes, or the watch ends.
   *
   * @param {import('node:http').ServerResponse} response
   * @param {StateStore} state
   * @param {{ traceId?: string, key?: string }} scope
   */
  async serve(response, state, { traceId, key }) {
    if (this.#open.size >= MAX_STREAMS) {
      throw new Refusal(503, 'ERR_BACKPRESSURE', `${MAX_STREAMS} pages are watching already. Close some of them`)
    }
    // Throws if the arguments are invalid, as long as a status can be sent.
    const changes = state.watch(traceId, key, { keepAlive: false, ...(this.#configure && { configure: true }) })
    const stream = new EventStream(response)
    this.#open.add(stream)
    stream.signal.addEventListener('abort', () => void changes.return(), { once: true })
    try {
      await send(stream, changes)
    } catch (error) {
      const { code, message } = refusalOf(error)
      await stream.send('failure', { code, message })
    } finally {
      this.#open.delete(stream)
      stream.end()
      await changes.return()
    }
  }

  close() {
    for (const stream of this.#open) stream.end()
  }
}

/**
 * The watch holds back changes while the reader is slow; beyond 10,000 it drops them and emits a gap.
 *
 * @param {EventStream} stream
 * @param {import('../../index.js').StateWatch} changes
 */
async function send(stream, changes) {
  await changes.ready
  await stream.send('ready', { time: wallNow() })
  for await (const change of changes) {
    if (change.type === 'gap') await stream.send('gap', { time: wallNow() })
    else await stream.send('change', { kind: change.type, traceId: change.traceId, key: change.key, time: wallNow() })
  }
}

module.exports = { MAX_STREAMS, Watching }
