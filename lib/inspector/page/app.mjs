// @ts-check
// What the views share.

/** @import { Api } from './core/api.mjs' */
/** @import { Info, StoreInfo } from './core/types.mjs' */
/** @import { Route, Router } from './core/router.mjs' */

/**
 * A part of the page that a tab shows.
 *
 * @typedef {{ show(route: Route): void, hide?(): void, refresh?(): void, changeStore?(): void }} View
 */

export class App {
  api
  info
  router

  /** @param {Api} api @param {Info} info @param {Router} router */
  constructor(api, info, router) {
    this.api = api
    this.info = info
    this.router = router
  }

  /** The store that is shown. @returns {StoreInfo} */
  get store() {
    const { stores } = this.info
    const { store } = this.router.route
    const chosen = stores.find(({ name }) => name === store) ?? stores[0]
    if (!chosen) throw new Error('there is no store')
    return chosen
  }

  get isWritable() {
    return this.info.writable
  }

  /**
   * Goes to a place in the store that is shown.
   *
   * @param {Route} route
   * @param {{ replace?: boolean }} [options]
   */
  go(route, options) {
    this.router.go({ store: this.store.name, ...route }, options)
  }
}
