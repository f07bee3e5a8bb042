// @ts-check
// Starts the page: reads what the server has, then shows the place that the address names.

import { App } from './app.mjs'
import { Api, messageOf } from './core/api.mjs'
import { hideBanner, showBanner } from './core/banner.mjs'
import { byId, element, fill } from './core/dom.mjs'
import { Router } from './core/router.mjs'
import { connectTabs, showTab } from './core/tabs.mjs'
import { plainText } from './core/text.mjs'
import { EntriesView } from './entries/view.mjs'
import { HealthView } from './health/view.mjs'
import { LiveView } from './live/view.mjs'
import { QueryView } from './query/view.mjs'

/** @import { Info } from './core/types.mjs' */
/** @import { Route } from './core/router.mjs' */
/** @import { View } from './app.mjs' */

/** @type {(() => void) | undefined} shows everything again after the server was away */
let refresh

const api = new Api((error) => {
  if (error) showBanner(error.message, () => api.info().then(start, () => {}))
  else if (hideBanner()) refresh?.()
})

/** @type {App | undefined} */
let app

api.info().then(start, (error) => {
  if (error.isUnreachable) return
  byId('starting').textContent = messageOf(error)
})

/** @param {Info} info */
function start(info) {
  if (app) return
  byId('starting').hidden = true
  if (info.stores.length === 0) {
    byId('starting').hidden = false
    byId('starting').textContent = 'The configuration has no store.'
    return
  }
  const router = new Router((route) => follow(route))
  const created = new App(api, info, router)
  app = created
  /** @type {Record<string, View>} */
  const views = {
    entries: new EntriesView(created, byId('panel-entries')),
    query: new QueryView(created, byId('panel-query')),
    live: new LiveView(created, byId('panel-live')),
    health: new HealthView(created, byId('panel-health')),
  }
  refresh = () => {
    for (const view of Object.values(views)) view.refresh?.()
  }
  showMode(info)
  connectStores(created)
  byId('skip').addEventListener('click', skip)
  connectTabs((view) => created.go(placeOf(created, view)))
  let current = ''
  let store = created.store.name

  /** @param {Route} route */
  function follow(route) {
    const chosen = created.store.name
    if (chosen !== store) for (const view of Object.values(views)) view.changeStore?.()
    store = chosen
    if (current !== route.view) views[current]?.hide?.()
    current = route.view
    storeSelect().value = chosen
    showTab(route.view)
    document.title = titleOf(route)
    views[route.view]?.show(route)
  }
  router.start()
}

/** The place of a view that a tab leads to: the entries that were shown last. @type {Route} */
let lastEntries = { view: 'entries' }

/** @param {App} app @param {string} view @returns {Route} */
function placeOf(app, view) {
  const { route } = app.router
  if (route.view === 'entries') lastEntries = route
  const isSame = lastEntries.store === undefined || lastEntries.store === app.store.name
  return view === 'entries' && isSame ? lastEntries : { view }
}

/** @param {Route} route */
function titleOf({ view, trace, key }) {
  const names = [key, trace].flatMap((name) => (name === undefined ? [] : [plainText(name, 60)]))
  return [...names, view, 'State inspector'].join(' · ')
}

/** @param {Info} info */
function showMode({ writable, version }) {
  const mode = byId('mode')
  mode.hidden = false
  mode.textContent = writable ? 'Writable' : 'Read-only'
  mode.classList.toggle('writable', writable)
  mode.title = writable
    ? `Entries can be changed. redis-state-adapter ${version}`
    : `The inspector was started without permission to write. redis-state-adapter ${version}`
}

function storeSelect() {
  return /** @type {HTMLSelectElement} */ (byId('store'))
}

/** The fragment of the address stays what it is: the place in the page. @param {Event} event */
function skip(event) {
  event.preventDefault()
  byId('main').focus()
}

/** @param {App} app */
function connectStores(app) {
  const select = storeSelect()
  const { stores } = app.info
  fill(select, ...stores.map(({ name }) => element('option', { value: name }, plainText(name))))
  const choice = select.closest('label')
  if (choice) choice.hidden = stores.length < 2
  select.addEventListener('change', () => {
    const { view } = app.router.route
    app.router.go({ view, store: select.value })
  })
}
