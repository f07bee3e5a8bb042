// @ts-check
'use strict'

/**
 * Divides entries by their trace, in their order.
 *
 * @template {{ traceId: string }} T
 * @param {T[]} entries
 * @returns {Map<string, T[]>}
 */
function byTrace(entries) {
  /** @type {Map<string, T[]>} */
  const traces = new Map()
  for (const entry of entries) {
    const ofTrace = traces.get(entry.traceId)
    if (ofTrace === undefined) traces.set(entry.traceId, [entry])
    else ofTrace.push(entry)
  }
  return traces
}

module.exports = { byTrace }
