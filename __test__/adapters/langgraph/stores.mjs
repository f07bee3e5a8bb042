// @ts-check
// The stores on which the adapter for LangGraph is tested, and savers of a test.

import { after, before, describe } from 'node:test'
import { RedisSaver, RedisStore } from 'redis-state-adapter/langgraph'
import { stores } from '../../support/stores.mjs'

/**
 * @import { RedisSaverOptions, RedisStoreOptions } from 'redis-state-adapter/langgraph'
 * @import { Store } from '../../support/stores.mjs'
 *
 * @typedef {object} Place
 * @property {(options?: RedisSaverOptions) => RedisSaver} saver one with data of its own
 * @property {(options?: RedisStoreOptions) => RedisStore} store
 * @property {() => import('redis-state-adapter').RedisStateAdapter} state
 * @property {Store['open']} openState another one
 * @property {boolean} hasScripts
 * @property {boolean} isCluster
 */

const NAMES = ['memory', 'redis', 'a cluster', 'redis 6.2', 'valkey 9']

let made = 0

/**
 * Runs behaviours on one server, an old one, Valkey, a cluster and in memory.
 *
 * @param {string} subject
 * @param {((place: Place) => void)[]} behaviours
 */
export function onStores(subject, behaviours) {
  for (const { name, start } of stores.filter(({ name }) => NAMES.includes(name))) {
    describe(`${subject} on ${name}`, () => {
      /** @type {Store} */
      let store
      /** @type {import('redis-state-adapter').RedisStateAdapter} */
      let state
      before(async () => {
        store = await start()
        state = store.open()
      })
      after(() => store?.stop())
      const kind = { hasScripts: name !== 'memory', isCluster: name === 'a cluster' }
      const place = { saver, store: storeOf, state: () => state, openState, ...kind }
      for (const behaviour of behaviours) behaviour(place)

      /** @type {Store['open']} */
      function openState(options) {
        return store.open(options)
      }

      /** @param {RedisSaverOptions} [options] */
      function saver(options) {
        return new RedisSaver(state, { keyPrefix: prefix(), ...options })
      }

      /** @param {RedisStoreOptions} [options] */
      function storeOf(options) {
        return new RedisStore(state, { keyPrefix: prefix(), ...options })
      }
    })
  }
}

function prefix() {
  made += 1
  return `test-${process.pid}-${made}`
}
