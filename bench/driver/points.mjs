// @ts-check

import { objectOf, prefix } from '../values.mjs'
import { LoopProbe } from './loop-probe.mjs'
import { measured } from './measured.mjs'
import { keepInFlight } from './workers.mjs'

/**
 * @typedef {import('../types.js').PointCell & { ms: number, warmMs: number, probe: boolean }} Cell
 * @typedef {import('../types.js').PointFigures} Figures
 * @typedef {(index: number) => Promise<unknown>} Call
 */

const traces = 10
const keysPerTrace = 100
const ids = Array.from({ length: traces * keysPerTrace }, (_, at) => {
  return { traceId: `trace-${Math.floor(at / keysPerTrace)}`, key: String(at) }
})
const goneTrace = 'gone'

/** Sets, gets, deletes, and a mix of them, made by many workers. */
export class Points {
  #state
  #filler
  /** @type {LoopProbe | undefined} */
  #probe

  /**
   * @param {import('../types.js').State} state
   * @param {Pick<import('./filler.mjs').Filler, 'fill'>} filler
   */
  constructor(state, filler) {
    this.#state = state
    this.#filler = filler
  }

  /**
   * @param {Cell} cell
   * @returns {Promise<Figures>}
   */
  async measure(cell) {
    const value = objectOf(cell.size)
    await this.#prepare(cell, JSON.stringify(value))
    return cell.work === 'delete'
      ? this.#measureDelete(cell, value)
      : this.#measureCall(cell, this.#callOf(cell, value))
  }

  /**
   * @param {Cell} cell
   * @param {string} text
   */
  async #prepare({ work }, text) {
    if (work === 'delete') return
    await this.#filler.fill({ start: `${prefix}trace-`, count: ids.length, text, perGroup: keysPerTrace })
    const { traceId, key } = ids[1]
    const found = await this.#state.get(traceId, key)
    if (JSON.stringify(found) !== text) throw new Error(`get returned ${JSON.stringify(found)?.slice(0, 80)}`)
  }

  /**
   * @param {Cell} cell
   * @param {unknown} value
   * @returns {Call}
   */
  #callOf({ work }, value) {
    const state = this.#state
    const get = (/** @type {number} */ at) => state.get(ids[at % ids.length].traceId, ids[at % ids.length].key)
    const set = (/** @type {number} */ at) => state.set(ids[at % ids.length].traceId, ids[at % ids.length].key, value)
    if (work === 'get') return get
    if (work === 'set') return set
    return (at) => (at % 5 === 0 ? set(at) : get(at))
  }

  /**
   * @param {Cell} cell
   * @param {Call} call
   */
  async #measureCall(cell, call) {
    await keepInFlight(call, { ...cell, ms: cell.warmMs })
    const figures = await measured(() => keepInFlight(call, cell))
    if (!cell.probe) return figures
    return { ...figures, ...(await this.#probed(() => keepInFlight(call, cell))) }
  }

  /**
   * There must be as many keys as will be deleted: the warm-up shows how many that can be.
   *
   * @param {Cell} cell
   * @param {unknown} value
   */
  async #measureDelete(cell, value) {
    const text = JSON.stringify(value)
    const call = (/** @type {number} */ at) => this.#state.delete(goneTrace, String(at))
    const few = Math.max(cell.inFlight * 2, 500)
    await this.#filler.fill({ start: `${prefix}${goneTrace}:`, count: few, text })
    if ((await this.#state.delete(goneTrace, String(few - 1))) === null) throw new Error('delete returned nothing')
    const warm = await keepInFlight(call, { ...cell, ms: cell.warmMs, limit: few - 1 })
    const limit = Math.ceil((warm.calls / warm.elapsedMs) * cell.ms * 1.2) + cell.inFlight

    const run = async () => keepInFlight(call, { ...cell, limit })
    const fill = () => this.#filler.fill({ start: `${prefix}${goneTrace}:`, count: limit, text })
    await fill()
    const figures = await measured(run)
    if (!cell.probe) return figures
    await fill()
    return { ...figures, ...(await this.#probed(run)) }
  }

  /** @param {() => Promise<unknown>} run */
  async #probed(run) {
    this.#probe ??= await LoopProbe.start()
    const delays = await this.#probe.during(run)
    return { loopDelayP50Ms: delays.percentile(0.5), loopDelayP99Ms: delays.percentile(0.99) }
  }
}
