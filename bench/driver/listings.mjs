// @ts-check

import { objectOf, prefix } from '../values.mjs'
import { LoopProbe } from './loop-probe.mjs'
import { median, sum } from './statistics.mjs'
import { usage } from './usage.mjs'

/**
 * @typedef {import('../types.js').ListingWork} Work
 * @typedef {import('../types.js').State} State
 * @typedef {{ work: Work, traceId: string, expected: number, ms: number }} Cell
 */

const maxCalls = 200
const text = JSON.stringify(objectOf(180))

/** @type {Record<Work, (state: State, traceId: string) => Promise<unknown>>} */
const calls = {
  getGroup: (state, traceId) => state.getGroup(traceId),
  keys: (state, traceId) => state.keys(traceId),
  items: (state, groupId) => state.items({ groupId }),
  clear: (state, traceId) => state.clear(traceId),
  allItems: (state) => state.items({}),
  traceIds: (state) => state.traceIds(),
  count: async (state, traceId) => state.count?.(traceId) ?? (await state.keys(traceId)).length,
}

/** Calls that scan the keyspace, in sequence. */
export class Listings {
  #state
  #filler
  #filled
  #warm = new Set()
  /** @type {LoopProbe | undefined} */
  #probe

  /**
   * @param {State} state
   * @param {import('./filler.mjs').Filler} filler
   * @param {(traceId: string) => Promise<unknown>} filled called after keys were added to a trace
   */
  constructor(state, filler, filled) {
    this.#state = state
    this.#filler = filler
    this.#filled = filled
  }

  /**
   * @param {Cell} cell
   * @returns {Promise<import('../types.js').ListingFigures>}
   */
  async measure(cell) {
    await this.#warmUp(cell)
    const runs = await repeat(cell.ms, () => this.#timed(cell))
    const blocks = await repeat(cell.ms / 2, () => this.#block(cell))
    return {
      calls: runs.length,
      ms: median(runs.map(({ ms }) => ms)),
      jsCpuMs: sum(runs.map(({ jsMs }) => jsMs)) / runs.length,
      blockMs: Math.max(...blocks),
    }
  }

  /** @param {Cell} cell */
  async #warmUp(cell) {
    if (this.#warm.has(cell.work)) return
    this.#warm.add(cell.work)
    await this.#call(cell)
    await this.#refill(cell)
  }

  /** @param {Cell} cell */
  async #timed(cell) {
    const before = await usage()
    const start = performance.now()
    await this.#call(cell)
    const ms = performance.now() - start
    const after = await usage()
    await this.#refill(cell)
    return { ms, jsMs: after.jsMs - before.jsMs }
  }

  /** @param {Cell} cell */
  async #block(cell) {
    this.#probe ??= await LoopProbe.start()
    const delays = await this.#probe.during(() => this.#call(cell))
    await this.#refill(cell)
    return delays.percentile(1) || 0
  }

  /** @param {Cell} cell */
  async #call({ work, traceId, expected }) {
    const result = await calls[work](this.#state, traceId)
    if (work === 'clear') return
    const length = typeof result === 'number' ? result : /** @type {unknown[]} */ (result).length
    if (length !== expected) throw new Error(`${work} returned ${length} instead of ${expected}`)
  }

  /** @param {Cell} cell */
  async #refill({ work, traceId, expected }) {
    if (work !== 'clear') return
    await this.#filler.fill({ start: `${prefix}${traceId}:`, count: expected, text })
    await this.#filled(traceId)
  }
}

/**
 * @template T
 * @param {number} ms
 * @param {() => Promise<T>} run at least once
 */
async function repeat(ms, run) {
  const results = []
  const deadline = performance.now() + ms
  do results.push(await run())
  while (performance.now() < deadline && results.length < maxCalls)
  return results
}
