// @ts-check
// The tabs of the views: arrow keys move between them.

import { byId } from './dom.mjs'
import { VIEWS } from './router.mjs'

/** @param {(view: string) => void} onChoose */
export function connectTabs(onChoose) {
  for (const view of VIEWS) {
    const tab = byId(`tab-${view}`)
    tab.addEventListener('click', () => onChoose(view))
    tab.addEventListener('keydown', (event) => move(event, view, onChoose))
  }
}

/** @param {string} chosen */
export function showTab(chosen) {
  for (const view of VIEWS) {
    const tab = byId(`tab-${view}`)
    tab.setAttribute('aria-selected', `${view === chosen}`)
    tab.tabIndex = view === chosen ? 0 : -1
    byId(`panel-${view}`).hidden = view !== chosen
  }
}

/** @param {KeyboardEvent} event @param {string} view @param {(view: string) => void} onChoose */
function move(event, view, onChoose) {
  const at = VIEWS.indexOf(view)
  const places = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: VIEWS.length - 1 }
  const place = places[/** @type {keyof places} */ (event.key)]
  if (place === undefined) return
  event.preventDefault()
  const next = VIEWS.at(place % VIEWS.length) ?? view
  onChoose(next)
  byId(`tab-${next}`).focus()
}
