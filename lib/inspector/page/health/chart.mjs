// @ts-check
// A small chart of one or two series over time.

import { element, fill } from '../core/dom.mjs'

const SVG = 'http://www.w3.org/2000/svg'
const [WIDTH, HEIGHT] = [240, 56]
/** Samples that a chart holds, and those that it has room for from the start: five minutes, and one. */
const [MAX_SAMPLES, MIN_SAMPLES] = [150, 30]

/** @typedef {{ title: string, series: string[], format(value: number): string }} ChartOptions */

export class Chart {
  element
  #options
  /** @type {number[][]} */
  #samples = []
  #svg = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img' })
  #figures = element('p', { class: 'figures' })
  #top = element('span', { class: 'axis', 'aria-hidden': 'true' })

  /** @param {ChartOptions} options */
  constructor(options) {
    this.#options = options
    this.element = element(
      'section',
      { class: 'chart', 'aria-label': options.title },
      element('h3', {}, options.title),
      this.#figures,
      element('div', { class: 'plot' }, this.#svg, this.#top),
    )
    this.#svg.setAttribute('aria-label', `${options.title}: no figures yet`)
    this.#drawFigures(undefined)
  }

  /** @param {number[]} sample a number for each series */
  add(sample) {
    this.#samples.push(sample)
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift()
    this.#draw()
  }

  #draw() {
    const { format, title, series } = this.#options
    const sample = this.#samples.at(-1) ?? []
    const highest = Math.max(...this.#samples.flat())
    const scale = highest > 0 ? highest * 1.15 : 1
    this.#svg.replaceChildren(...series.flatMap((_, at) => this.#shapes(at, scale)))
    this.#svg.setAttribute('aria-label', `${title}: ${describe(series, sample, format)}, highest ${format(highest)}`)
    this.#top.textContent = highest > 0 ? `max ${format(highest)}` : ''
    this.#drawFigures(sample)
  }

  /** @param {number[] | undefined} sample */
  #drawFigures(sample) {
    const { series, format } = this.#options
    const parts = series.map((name, at) =>
      element(
        'span',
        { class: 'figure' },
        element('span', { class: `figure-value series-${at}` }, sample ? format(sample[at] ?? 0) : '–'),
        series.length > 1 && element('span', { class: 'figure-name' }, name),
      ),
    )
    fill(this.#figures, ...parts)
  }

  /** @param {number} at which series @param {number} scale */
  #shapes(at, scale) {
    const step = WIDTH / (Math.max(this.#samples.length, MIN_SAMPLES) - 1)
    const start = WIDTH - (this.#samples.length - 1) * step
    const points = this.#samples.map((sample, index) => {
      const height = HEIGHT - 2 - ((sample[at] ?? 0) / scale) * (HEIGHT - 4)
      return `${(start + index * step).toFixed(1)},${height.toFixed(1)}`
    })
    const line = svg('polyline', { points: points.join(' '), class: `line series-${at}` })
    const area = `${start.toFixed(1)},${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`
    return at === 0 ? [svg('polygon', { points: area, class: 'area' }), line] : [line]
  }
}

/** @param {string[]} series @param {number[]} sample @param {(value: number) => string} format */
function describe(series, sample, format) {
  return series.map((name, at) => `${name} ${format(sample[at] ?? 0)}`).join(', ')
}

/** @param {string} tag @param {Record<string, string>} attributes */
function svg(tag, attributes) {
  const made = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  return made
}
