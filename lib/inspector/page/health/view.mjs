// @ts-check
// The view "Health": the state of all stores, and the figures of the one that is chosen. Reads them only while it is shown.

import { ApiError } from '../core/api.mjs'
import { element, fill } from '../core/dom.mjs'
import { emptyState, errorState, loadingState } from '../core/states.mjs'
import { plainText } from '../core/text.mjs'
import { repeatWhileVisible } from '../core/timing.mjs'
import { storeCards } from './cards.mjs'
import { StoreCharts } from './charts.mjs'

/** @import { App } from '../app.mjs' */

/** The figures cost nothing, the health of all stores a round trip to each; one that is down is waited for. */
const [STATS_PAUSE, HEALTH_PAUSE] = [2000, 4000]

export class HealthView {
  #app
  #panel
  #cards = element('div', { class: 'cards' })
  #title = element('h2')
  #body = element('div', { class: 'charts' })
  /** @type {StoreCharts | undefined} */
  #charts
  #stop = () => {}

  /** @param {App} app @param {HTMLElement} panel */
  constructor(app, panel) {
    this.#app = app
    this.#panel = panel
  }

  show() {
    this.#stop()
    this.#title.textContent = `Figures of “${plainText(this.#app.store.name)}” in this process`
    if (!this.#panel.hasChildNodes()) {
      fill(this.#cards, loadingState())
      fill(this.#panel, element('h2', {}, 'Stores'), this.#cards, this.#title, this.#body)
    }
    const stops = [
      repeatWhileVisible(() => this.#readHealth(), HEALTH_PAUSE),
      repeatWhileVisible(() => this.#readStats(), STATS_PAUSE),
    ]
    this.#stop = () => {
      for (const stop of stops) stop()
    }
  }

  hide() {
    this.#stop()
  }

  refresh() {
    this.#charts = undefined
  }

  changeStore() {
    this.#charts = undefined
    fill(this.#body)
  }

  async #readHealth() {
    try {
      const { stores } = await this.#app.api.health()
      fill(this.#cards, ...storeCards(this.#app, stores))
    } catch (error) {
      fill(
        this.#cards,
        errorState(error, () => this.show()),
      )
    }
  }

  async #readStats() {
    const { name } = this.#app.store
    try {
      const reading = await this.#app.api.stats(name)
      if (name !== this.#app.store.name) return
      if (this.#charts) this.#charts.add(reading)
      else {
        this.#charts = new StoreCharts(reading)
        fill(this.#body, ...this.#charts.elements)
      }
    } catch (error) {
      if (error instanceof ApiError && error.isUnreachable) return
      fill(this.#body, emptyState('This store has no figures', error instanceof Error ? error.message : ''))
    }
  }
}
