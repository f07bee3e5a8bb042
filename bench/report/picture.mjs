// @ts-check
// An SVG chart of the point operations: a panel for each operation, with a group of bars for each number of calls in
// flight.

import { ours, titleOf } from '../candidates.mjs'
import { inFlights, pointWorks, smallSize } from '../plan.mjs'
import { colourOf } from './colours.mjs'

/**
 * @typedef {import('./figures.mjs').AllFigures} AllFigures
 * @typedef {import('../types.js').PointWork} PointWork
 * @typedef {{ figures: AllFigures['point'], names: string[], top: number }} Data
 */

const width = 1_000
const height = 726
const panel = { width: 440, height: 210 }
const left = 40
const columns = [left, left + panel.width + 60]
const lines = [170, 480]
const legendColumns = 4
const titles = { get: 'get', set: 'set', mixed: '80 % get, 20 % set', delete: 'delete' }

const style = `
  text { font: 12.5px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
  .title { font-size: 20px; font-weight: 600 } .panel { font-size: 15px; font-weight: 600 }
  .soft { fill: #59636e } .own { font-size: 12px; font-weight: 700; text-anchor: middle }
  .middle { text-anchor: middle } .end { text-anchor: end }
  .grid { stroke: #8b949e; stroke-opacity: .3 } .base { stroke: #59636e; stroke-dasharray: 4 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .soft { fill: #9198a1 } .base { stroke: #9198a1 }
  }`

/**
 * @param {AllFigures['point']} figures
 * @param {{ names: string[], caption: string }} what
 */
export function pictureOf(figures, { names, caption }) {
  const data = { figures, names, top: topOf(figures, names) }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Operations per second against the JavaScript adapter">
<style>${style}
</style>
${text(left, 32, 'Operations per second, as multiples of the JavaScript adapter', 'title')}
${text(left, 55, caption, 'soft')}
${legend(names)}
${pointWorks.map((work, at) => drawPanel(data, work, { x: columns[at % 2], y: lines[Math.floor(at / 2)] })).join('\n')}
</svg>
`
}

/**
 * @param {AllFigures['point']} figures
 * @param {string[]} names
 */
function topOf(figures, names) {
  const ratios = pointWorks.flatMap((work) =>
    inFlights.flatMap((inFlight) => names.map((name) => ratioOf(figures, { work, inFlight, name }) ?? 0)),
  )
  return Math.max(2, Math.ceil(Math.max(...ratios) * 1.05))
}

/**
 * @param {AllFigures['point']} figures
 * @param {{ work: PointWork, inFlight: number, name: string }} bar
 */
function ratioOf(figures, { work, inFlight, name }) {
  return figures.ratio({ work, inFlight, size: smallSize }, name, 'opsPerSecond')
}

/** @param {string[]} names */
function legend(names) {
  const entries = names.map((name, at) => {
    const x = left + (at % legendColumns) * ((width - left) / legendColumns)
    const y = 76 + Math.floor(at / legendColumns) * 22
    const box = `<rect x="${x}" y="${y}" width="12" height="12" rx="2" fill="${colourOf(name)}"/>`
    return box + text(x + 18, y + 11, titleOf(name))
  })
  return entries.join('\n')
}

/**
 * @param {Data} data
 * @param {PointWork} work
 * @param {{ x: number, y: number }} at
 */
function drawPanel(data, work, { x, y }) {
  const groupWidth = panel.width / inFlights.length
  const groups = inFlights.map((inFlight, index) => {
    const centre = x + (index + 0.5) * groupWidth
    const label = text(centre, y + panel.height + 20, `${inFlight.toLocaleString('en')} in flight`, 'soft middle')
    return label + bars(data, { work, inFlight }, { x: x + index * groupWidth, y, width: groupWidth })
  })
  return [text(x, y - 14, titles[work], 'panel'), ...grid(data.top, x, y), ...groups].join('\n')
}

/**
 * @param {number} top
 * @param {number} x
 * @param {number} y
 */
function grid(top, x, y) {
  const step = Math.ceil(top / 5)
  const values = Array.from({ length: Math.floor(top / step) + 1 }, (_, at) => at * step)
  return [...new Set([...values, 1])].map((value) => {
    const line = y + panel.height * (1 - value / top)
    const rule = `<line x1="${x}" x2="${x + panel.width}" y1="${line}" y2="${line}" class="${value === 1 ? 'base' : 'grid'}"/>`
    return rule + text(x - 6, line + 4, String(value), 'soft end')
  })
}

/**
 * @param {Data} data
 * @param {{ work: PointWork, inFlight: number }} cell
 * @param {{ x: number, y: number, width: number }} box
 */
function bars({ figures, names, top }, cell, box) {
  const barWidth = (box.width - 14) / names.length
  const parts = names.map((name, at) => {
    const ratio = ratioOf(figures, { ...cell, name })
    if (ratio === undefined) return ''
    const high = Math.max(1, (panel.height * ratio) / top)
    const bar = { x: box.x + 7 + at * barWidth, y: box.y + panel.height - high }
    const size = `width="${(barWidth - 1.5).toFixed(1)}" height="${high.toFixed(1)}"`
    const title = `<title>${escaped(titleOf(name))}: ${ratio.toFixed(2)}</title>`
    const rect = `<rect x="${bar.x.toFixed(1)}" y="${bar.y.toFixed(1)}" ${size} rx="1.5" fill="${colourOf(name)}">${title}</rect>`
    if (name !== ours) return rect
    // Above the line of the JavaScript adapter, because it would be hard to read on its bar.
    const lowest = box.y + panel.height * (1 - 1 / top)
    return rect + text(bar.x + barWidth / 2, Math.min(bar.y, lowest) - 5, ratio.toFixed(1), 'own')
  })
  return parts.join('')
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} content
 * @param {string} [names]
 */
function text(x, y, content, names) {
  const attribute = names ? ` class="${names}"` : ''
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${attribute}>${escaped(content)}</text>`
}

/** @param {string} content */
function escaped(content) {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
