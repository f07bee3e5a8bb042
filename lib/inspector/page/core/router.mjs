// @ts-check
// The place in the page, kept in the fragment of the address: the browser's history works, and links can be shared.

/** @typedef {{ view: string, store?: string, trace?: string, key?: string }} Route */

export const VIEWS = ['entries', 'query', 'live', 'health']
const NAMES = /** @type {const} */ (['store', 'trace', 'key'])

/** @param {string} fragment @returns {Route} */
export function parseRoute(fragment) {
  const [view = '', text = ''] = fragment.replace(/^#\/?/, '').split(/\?(.*)/s)
  const parameters = new URLSearchParams(text)
  /** @type {Route} */
  const route = { view: VIEWS.includes(view) ? view : 'entries' }
  // An empty name is a name.
  for (const name of NAMES) if (parameters.has(name)) route[name] = parameters.get(name) ?? ''
  return route
}

/** @param {Route} route */
export function formatRoute(route) {
  const given = NAMES.flatMap((name) => (route[name] === undefined ? [] : [[name, route[name] ?? '']]))
  return given.length > 0 ? `#/${route.view}?${new URLSearchParams(given)}` : `#/${route.view}`
}

export class Router {
  #onChange

  /** @param {(route: Route) => void} onChange */
  constructor(onChange) {
    this.#onChange = onChange
    addEventListener('hashchange', () => this.#follow())
  }

  get route() {
    return parseRoute(location.hash)
  }

  start() {
    this.#follow()
  }

  /** @param {Route} route @param {{ replace?: boolean }} [options] */
  go(route, { replace = false } = {}) {
    const fragment = formatRoute(route)
    if (fragment === location.hash) return
    if (!replace) {
      location.hash = fragment
      return
    }
    history.replaceState(null, '', fragment)
    this.#follow()
  }

  #follow() {
    this.#onChange(this.route)
  }
}
