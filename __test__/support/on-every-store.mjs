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

/** The stores that adapters for other libraries are tested on: each kind of topology that commands take another way in. */
export const ADAPTER_STORES = ['memory', 'redis', 'a cluster', 'valkey 9']

/**
 * Runs each behaviour on every kind of store, or on those with these names.
 *
 * @param {string} contract
 * @param {((store: GetStore) => void)[]} behaviours
 * @param {readonly string[]} [names]
 */
export function onEveryStore(contract, behaviours, names) {
  const isNamed = (/** @type {{ name: string }} */ { name }) => names === undefined || names.includes(name)
  for (const { name, start, ...kind } of stores.filter(isWanted).filter(isNamed)) {
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
