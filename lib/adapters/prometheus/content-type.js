// @ts-check
'use strict'

const TEXT = 'text/plain; version=0.0.4; charset=utf-8'
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

/**
 * Chooses the format that a request accepts: OpenMetrics if it prefers it, otherwise the text format of Prometheus.
 *
 * @param {unknown} [accept] the header of the request
 */
function contentType(accept) {
  const ranges = String(accept ?? '')
    .split(',')
    .map(rangeOf)
  const qualityOf = (/** @type {string} */ type) => Math.max(0, ...ranges.map((one) => (one.type === type ? one.q : 0)))
  const openMetrics = qualityOf('application/openmetrics-text')
  return openMetrics > 0 && openMetrics >= qualityOf('text/plain') ? OPEN_METRICS : TEXT
}

/** @param {string} range */
function rangeOf(range) {
  const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
  const quality = parameters.find((one) => one.startsWith('q='))
  return { type, q: quality === undefined ? 1 : Number.parseFloat(quality.slice(2)) || 0 }
}

/** @param {unknown} type */
function isOpenMetrics(type) {
  return String(type).startsWith('application/openmetrics-text')
}

module.exports = { contentType, isOpenMetrics }
