// @ts-check

export const absent = '–'

/**
 * @param {number | undefined | null} value
 * @param {string} [unit]
 */
export function number(value, unit = '') {
  if (value === undefined || value === null || !Number.isFinite(value)) return absent
  return `${digits(value)}${unit}`
}

/** @param {number} value */
function digits(value) {
  if (value >= 100_000) return `${Math.round(value / 1_000)}k`
  if (value >= 1_000) return `${(value / 1_000).toFixed(1)}k`
  if (value >= 100) return value.toFixed(0)
  return value.toFixed(value >= 10 ? 1 : 2)
}

/** @param {number | undefined} value */
export function times(value) {
  return value === undefined || !Number.isFinite(value) ? absent : value.toFixed(value >= 9.95 ? 0 : 2)
}

/** @param {number} count */
export function keys(count) {
  if (count >= 1_000_000) return `${count / 1_000_000}M`
  return count >= 1_000 ? `${count / 1_000}k` : String(count)
}

/**
 * A Markdown table; all columns but the first are figures.
 *
 * @param {string[]} head
 * @param {string[][]} rows
 */
export function table(head, rows) {
  const rule = head.map((_, at) => (at === 0 ? '---' : '---:'))
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
