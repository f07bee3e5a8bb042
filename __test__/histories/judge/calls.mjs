// @ts-check
// Converts the records of clients to the input of the judge.

/**
 * @import { Line } from '../ledger.mjs'
 * @import { Call } from './search.mjs'
 * @import { Holding } from './locks.mjs'
 */

/**
 * The calls that the order must explain. Reads that failed prove nothing. Writes with `applied: 'no'` are left out, so
 * that the search fails if a read saw their value.
 *
 * @param {Line[]} lines
 * @returns {Call[]}
 */
export function callsOf(lines) {
  return lines.flatMap((line) => {
    const isRequired = line.outcome === 'done'
    if (line.outcome === 'no' || (line.name === 'get' && !isRequired)) return []
    const end = isRequired ? Number(line.end) : Number.POSITIVE_INFINITY
    return [{ begin: line.begin, end, isRequired, client: line.client, operation: /** @type {any} */ (line) }]
  })
}

/**
 * @param {Line[]} lines of one lock
 * @returns {Holding[]}
 */
export function holdingsOf(lines) {
  const releases = lines.filter(({ name }) => name === 'release')
  return lines.flatMap(({ name, fence, begin, end = Number.NaN, ttl = 0 }) => {
    if (name !== 'acquire' || fence === undefined) return []
    const release = releases.find(({ value }) => value === String(fence))
    return [{ fence, begin, held: end, end: Math.min(begin + ttl, release?.begin ?? Number.POSITIVE_INFINITY) }]
  })
}
