// @ts-check
// Queries on the rows of a measurement.

import { base } from '../candidates.mjs'
import { median } from '../driver/statistics.mjs'

/** @typedef {import('../types.js').Run} Run */

/**
 * Rows of many candidates, cells and rounds.
 *
 * @template {Run} Row
 */
export class Figures {
  /** @type {Map<string, Row>} */
  #rows = new Map()
  #cellOf
  /** @type {Set<number>} */
  #rounds = new Set()

  /**
   * @param {Row[]} rows
   * @param {(row: any) => string} cellOf returns the name of the cell of a row, or of an object with the same fields
   */
  constructor(rows, cellOf) {
    this.#cellOf = cellOf
    for (const row of rows) {
      this.#rows.set(`${cellOf(row)} ${row.candidate} ${row.round}`, row)
      this.#rounds.add(row.round)
    }
  }

  /**
   * @param {object} cell
   * @param {string} candidate
   * @param {keyof Row} metric
   * @returns {number | undefined} median of all rounds
   */
  median(cell, candidate, metric) {
    return medianOf(this.#eachRound((round) => this.#value(cell, candidate, metric, round)))
  }

  /**
   * @param {object} cell
   * @param {string} candidate
   * @param {keyof Row} metric
   * @param {string} [to]
   * @returns {number | undefined} median of the ratios within each round
   */
  ratio(cell, candidate, metric, to = base) {
    const ratios = this.#eachRound((round) => {
      const value = this.#value(cell, candidate, metric, round)
      const other = this.#value(cell, to, metric, round)
      return value === undefined || !other ? undefined : value / other
    })
    return medianOf(ratios)
  }

  /**
   * @param {object} cell
   * @param {string} candidate
   * @param {keyof Row} metric
   * @param {number} round
   */
  #value(cell, candidate, metric, round) {
    const row = this.#rows.get(`${this.#cellOf(cell)} ${candidate} ${round}`)
    const value = row?.[metric]
    return typeof value === 'number' ? value : undefined
  }

  /** @param {(round: number) => number | undefined} figureOf */
  #eachRound(figureOf) {
    return [...this.#rounds].map(figureOf)
  }
}

/** @param {(number | undefined)[]} values */
function medianOf(values) {
  const present = values.filter((value) => value !== undefined)
  return present.length > 0 ? median(present) : undefined
}

/** @param {import('../types.js').Results} results */
export function figuresOf({ point, cluster, listings, index, cache, loading, adapters }) {
  const pointCellOf = (/** @type {import('../types.js').PointCell} */ { work, inFlight, size }) =>
    `${work} ${inFlight} ${size}`
  const listingCellOf = (/** @type {import('../types.js').ListingCell} */ { work, keyspace, group }) =>
    `${work} ${keyspace} ${group}`
  return {
    point: new Figures(point, pointCellOf),
    cluster: new Figures(cluster ?? [], pointCellOf),
    listings: new Figures(listings, listingCellOf),
    indexPoints: new Figures(index?.points ?? [], pointCellOf),
    indexListings: new Figures(index?.listings ?? [], listingCellOf),
    cache: new Figures(cache ?? [], pointCellOf),
    loading: new Figures(loading ?? [], () => ''),
    adapters: adapterFigures(adapters?.rows ?? []),
  }
}

/** @param {import('../types.js').AdapterRow[]} rows */
export function adapterFigures(rows) {
  return new Figures(rows, ({ adapter, call, inFlight }) => `${adapter} ${call} ${inFlight}`)
}

/** @typedef {ReturnType<typeof figuresOf>} AllFigures */
