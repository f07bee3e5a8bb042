// @ts-check
// Reads the text that Prometheus scrapes.

/**
 * The values of the series in a text, by name and labels as they are printed.
 *
 * @param {string} text
 * @returns {Record<string, number>}
 */
export function seriesOf(text) {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const series = lines.map((line) => /** @type {const} */ ([line.slice(0, line.lastIndexOf(' ')), valueAt(line)]))
  const names = new Set(series.map(([name]) => name))
  if (names.size !== series.length) throw new Error(`a series is there twice:\n${text}`)
  return Object.fromEntries(series)
}

/**
 * The value of the only series with a name and these labels.
 *
 * @param {string} text
 * @param {string} name
 * @param {Record<string, string>} [labels] some of its labels
 */
export function valueIn(text, name, labels = {}) {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  const found = Object.entries(seriesOf(text)).filter(
    ([series]) => series.startsWith(`${name}{`) && wanted.every((pair) => series.includes(pair)),
  )
  if (found.length > 1) throw new Error(`several series: ${found.map(([series]) => series).join(' ')}`)
  return found[0]?.[1]
}

/** @param {string} line */
function valueAt(line) {
  return Number(line.slice(line.lastIndexOf(' ') + 1))
}
