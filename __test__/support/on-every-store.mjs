// @ts-check
import { after, before, describe } from 'node:test'
import { stores } from './stores.mjs'

/**
 * @import { Store } from './stores.mjs'
 * @import { GetStore } from './workspace.mjs'
 */

/** With REDIS_STATE_STORES, only the stores whose name matches this pattern. @param {{ name: string }} store */
function isWanted({ name }) {
  return new RegExp(process.env.REDIS_STATE_STORES ?? '').test(name)
}

/**
 * Runs each behaviour on every kind of store.
 *
 * @param {string} contract
 * @param {((store: GetStore) => void)[]} behaviours
 */
export function onEveryStore(contract, behaviours) {
  for (const { name, start, ...kind } of stores.filter(isWanted)) {
    const { hasRaw, hasHashTags = false, hasStrictTraceIds = false, hasTransactions = true } = kind
    describe(`${contract} on ${name}`, () => {
      /** @type {Store} */
      let store
      before(async () => {
        store = await start()
      })
      after(() => store?.stop())
      const getStore = Object.assign(() => store, { hasRaw, hasHashTags, hasStrictTraceIds, hasTransactions })
      for (const behaviour of behaviours) behaviour(getStore)
    })
  }
}
