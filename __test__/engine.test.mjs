// @ts-check
// A second engine behind the same facade: the core of the contract holds, and missing capabilities reject with the same
// error.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import { clears } from './contract/clear.mjs'
import { deletes } from './contract/delete.mjs'
import { filters } from './contract/filters.mjs'
import { healths } from './contract/health.mjs'
import { ids } from './contract/ids.mjs'
import { items } from './contract/items.mjs'
import { listings } from './contract/listings.mjs'
import { pings } from './contract/ping.mjs'
import { prefixes } from './contract/prefixes.mjs'
import { refusedIds } from './contract/refused-ids.mjs'
import { refusedValues } from './contract/refused-values.mjs'
import { traceIds } from './contract/trace-ids.mjs'
import { values } from './contract/values.mjs'
import { MapEngine } from './support/map-engine.mjs'

const { StateAdapter } = createRequire(import.meta.url)('../lib/adapter/state-adapter.js')

const CORE = [
  values,
  refusedValues,
  refusedIds,
  deletes,
  ids,
  traceIds,
  prefixes,
  items,
  filters,
  listings,
  clears,
  pings,
  healths,
]

/** @type {import('./support/map-engine.mjs').Texts} */
const texts = new Map()

/** @param {any} [options] */
function open(options) {
  return new StateAdapter((/** @type {any} */ host) => new MapEngine(texts, host, options))
}

describe('the core of the contract on the test engine', () => {
  const store = /** @type {any} */ ({ name: 'a map', open, stop: async () => {} })
  const getStore = Object.assign(() => store, { hasRaw: false, hasHashTags: false, hasTransactions: false })
  for (const behaviour of CORE) behaviour(getStore)
})

/** @type {Record<string, (state: any) => Promise<unknown>>} */
const LACKING = {
  getWithMetadata: (state) => state.getWithMetadata('t', 'k'),
  ttl: (state) => state.ttl('t', 'k'),
  touch: (state) => state.touch('t', 'k', 1),
  persist: (state) => state.persist('t', 'k'),
  increment: (state) => state.increment('t', 'k'),
  update: (state) => state.update('t', 'k', [{ op: 'remove' }]),
  lock: (state) => state.lock('t', 'k', { ttl: '1s' }),
  getOrSet: (state) => state.getOrSet('t', 'k', () => 1),
  withLock: (state) => state.withLock('t', 'k', { ttl: '1s' }, () => {}),
  rateLimit: (state) => state.rateLimit('t', 'k', { limit: 1, window: '1s' }),
  transaction: (state) => state.transaction('t', [{ op: 'set', key: 'k', value: 1 }]),
  query: (state) => state.query(),
  watch: async (state) => state.watch(),
  'a time to live': (state) => state.set('t', 'k', 1, { ttl: 1 }),
  'a condition': (state) => state.set('t', 'k', 1, { ifAbsent: true }),
}

describe('a capability that the engine lacks is rejected with ERR_UNSUPPORTED', () => {
  for (const [name, call] of Object.entries(LACKING)) {
    it(name, async () => {
      await assert.rejects(call(open()), { code: 'ERR_UNSUPPORTED', message: /this store does not support/ })
    })
  }
})
