// @ts-check
'use strict'

const { RedisStateError } = require('../../errors.js')
const { byTrace } = require('./by-trace.js')

/**
 * @typedef {import('../command.js').StateStore} StateStore
 * @typedef {import('./entry-line.js').EntryLine} EntryLine
 */

/** Writes entries, those of each trace with one call. */
class PortionWriter {
  written = 0
  /** Entries that existed already, with `ifAbsent`. */
  kept = 0
  #state
  #options

  /** @param {StateStore} state @param {{ ifAbsent: boolean, signal: AbortSignal }} options */
  constructor(state, { ifAbsent, signal }) {
    this.#state = state
    this.#options = { ...(ifAbsent && { ifAbsent }), signal }
  }

  /** @param {EntryLine[]} entries */
  async write(entries) {
    const settled = await Promise.allSettled(
      [...byTrace(entries)].map(([traceId, ofTrace]) => this.#writeTrace(traceId, ofTrace)),
    )
    const failed = settled.find(({ status }) => status === 'rejected')
    if (failed !== undefined) throw /** @type {PromiseRejectedResult} */ (failed).reason
  }

  /** @param {string} traceId @param {EntryLine[]} entries */
  async #writeTrace(traceId, entries) {
    const list = entries.map(({ key, value, ttl }) => ({ key, value, ttl: timeToLiveOf(ttl) }))
    try {
      await this.#state.setMany(traceId, list, this.#options)
      this.written += list.length
    } catch (error) {
      const kept = keptOf(error)
      if (kept === undefined) throw error
      this.kept += kept
      this.written += list.length - kept
    }
  }
}

/**
 * Of an entry that does not expire it is 0, as it would otherwise get the ttl of the adapter.
 *
 * @param {number} seconds
 * @returns {import('../../../index.js').TimeToLive}
 */
function timeToLiveOf(seconds) {
  return seconds === -1 ? 0 : `${Math.ceil(seconds * 1000)}ms`
}

/** The number of entries that existed already, if nothing else failed. @param {unknown} error */
function keptOf(error) {
  if (!(error instanceof RedisStateError) || error.code !== 'ERR_PARTIAL') return undefined
  const { errors = [] } = error
  const other = errors.find(({ code }) => code !== 'ERR_CONFLICT')
  if (other !== undefined) throw other
  return errors.length
}

module.exports = { PortionWriter }
