// @ts-check
// The contract of all stores on both Cosmos DBs of the tests. What they lack is skipped by name.

import { after, before, describe } from 'node:test'
import { CosmosStateAdapter } from 'redis-state-adapter/cosmos'
import { aborts } from '../contract/aborts.mjs'
import { bulk } from '../contract/bulk.mjs'
import { byPrefix } from '../contract/by-prefix.mjs'
import { clears } from '../contract/clear.mjs'
import { conditions } from '../contract/conditions.mjs'
import { counts } from '../contract/count.mjs'
import { deletes } from '../contract/delete.mjs'
import { existence } from '../contract/existence.mjs'
import { expiry } from '../contract/expiry.mjs'
import { filters } from '../contract/filters.mjs'
import { getOrSet } from '../contract/get-or-set.mjs'
import { changesDuringLoads } from '../contract/get-or-set-changes.mjs'
import { groupMethods } from '../contract/group-methods.mjs'
import { groups } from '../contract/groups.mjs'
import { increments } from '../contract/increments.mjs'
import { items } from '../contract/items.mjs'
import { listings } from '../contract/listings.mjs'
import { pings } from '../contract/ping.mjs'
import { prefixes } from '../contract/prefixes.mjs'
import { queries } from '../contract/query.mjs'
import { queryPages } from '../contract/query-pages.mjs'
import { refusedQueries } from '../contract/query-refused.mjs'
import { refusedIds } from '../contract/refused-ids.mjs'
import { refusedValues } from '../contract/refused-values.mjs'
import { scans } from '../contract/scan.mjs'
import { stats } from '../contract/stats.mjs'
import { strictValues } from '../contract/strict-values.mjs'
import { traceIds } from '../contract/trace-ids.mjs'
import { transactions } from '../contract/transactions.mjs'
import { updates } from '../contract/updates.mjs'
import { values } from '../contract/values.mjs'
import { skipping } from '../support/it.mjs'
import { account, skip as skipOfEmulator } from './support/rust-emulator.mjs'
import { startVercelServer } from './support/vercel-server.mjs'

/** @typedef {(store: import('../support/workspace.mjs').GetStore) => void} Behaviour */

const NO_EMPTY_IDS = 'Cosmos DB has no empty ids'
const NO_COLON = 'trace id and key are apart in an item, so that a colon has no meaning'
const NO_WATCH = 'Cosmos DB has no watches'
const NO_LOCKS = 'Cosmos DB has no locks and rate limits'
const OTHER_ETAGS = 'Cosmos DB makes other etags: new ones at every write, in any form'

const NO_BATCHES = 'its batches can only create, and are not atomic'
const LOSES_PROTO = 'it loses members named __proto__'
const WHOLE_SECONDS = 'the service counts whole seconds from the start of the one of the write, so up to one less'
const IGNORES_CONDITIONS = 'it ignores the condition of a patch'
const BATCHES_OF_OURS = 'each call is a request of its own'
const NO_SURROGATES = 'it reads no texts with lone surrogates'
const NO_TIMED_SUMS = 'Cosmos DB does not return the time to live of what it writes'
const AT_MOST_100 = 'a batch of Cosmos DB has at most 100 operations'

/** @type {[Behaviour, import('../support/it.mjs').Reasons?][]} */
const ON_VERCEL = [
  [
    values,
    {
      'keeps a string of 16 MB (conformance 1)': 'an item has at most 2 MB',
      'keeps any JSON value': LOSES_PROTO,
    },
  ],
  [refusedValues],
  [refusedIds],
  [deletes],
  [
    traceIds,
    {
      "makes ('a:b','c') and ('a','b:c') one entry": NO_COLON,
      'ends the trace id in traceIds and items; the rest belongs to the key': NO_COLON,
      'is not a separator in the given id: listings and clear select only entries of the whole id': NO_COLON,
      'works as a trace id': NO_EMPTY_IDS,
      'works as a key': NO_EMPTY_IDS,
      'works as both': NO_EMPTY_IDS,
    },
  ],
  [
    prefixes,
    {
      'that starts with another prefix shares only the names that the layout implies': NO_COLON,
      'that starts with another prefix, without a colon between, shares only the names that the layout implies':
        NO_COLON,
    },
  ],
  [items, { 'splits names at the first ":", or after the given group id': NO_COLON }],
  [filters, { 'compare only own properties': LOSES_PROTO }],
  [clears],
  [counts, { 'without a trace id is the number of all entries (conformance 24)': NO_EMPTY_IDS }],
  [byPrefix, { 'selects like startsWith, with any keys and prefix (conformance 6)': NO_EMPTY_IDS }],
  [scans],
  [pings, { 'is in the batch of its tick': BATCHES_OF_OURS }],
  [existence],
  [expiry, { 'of 2 seconds deletes the entry within 3 (conformance 15)': WHOLE_SECONDS }],
  [getOrSet],
  [
    changesDuringLoads,
    { 'does not write after a transaction that deletes the entry during the load, and loads again': NO_BATCHES },
  ],
  [groups],
  [queryPages],
  [refusedQueries],
  [stats, { 'count the failure of a transaction': NO_BATCHES }],
  [strictValues],
  [aborts, { 'ends a bulk call after the part in flight': 'parts of bulk calls have 100 entries here, not 10,000' }],
]

/** @type {[Behaviour, import('../support/it.mjs').Reasons?][]} */
const ON_EMULATOR = [
  [
    conditions,
    {
      'have an etag for every value (conformance 7)': OTHER_ETAGS,
      'have the same etag for the same text, also if another client wrote it (conformance 7)': OTHER_ETAGS,
      'reject invalid options, and write nothing': OTHER_ETAGS,
    },
  ],
  [
    bulk,
    {
      'write all entries, and return values in the order of the keys (conformance 4)': NO_SURROGATES,
      'are complete with more keys than one part has': 'it takes minutes to remove 10,001 entries',
    },
  ],
  [listings],
  [getOrSet],
  [changesDuringLoads],
  [queries, { 'returns the same as a JavaScript model, page by page (conformance 20)': NO_EMPTY_IDS }],
  [
    groupMethods,
    {
      'with an empty trace id lists its own entries, and rejects queries': NO_EMPTY_IDS,
      'watches its entries': NO_WATCH,
      'validates the values of a transaction with a schema that is synchronous': NO_LOCKS,
      'validates the values of a transaction with a schema that is asynchronous': NO_LOCKS,
      'has locks and rate limits of its trace id': NO_LOCKS,
    },
  ],
  [
    increments,
    {
      'rejects an inexact result, and changes nothing (conformance 17)': IGNORES_CONDITIONS,
      'returns the sum and the time to live in one step': NO_TIMED_SUMS,
    },
  ],
  [transactions, { 'accept unusual ids and values': NO_EMPTY_IDS, 'can have a thousand entries': AT_MOST_100 }],
  [updates, { 'does not change other members (conformance 17)': NO_SURROGATES }],
]

const once = process.env.REDIS_STATE_DRIVER === 'thread' && 'runs once, with the other driver'

declareOn('the Cosmos DB of Vercel', once, startVercelServer, ON_VERCEL)
declareOn(
  'the Cosmos DB of the Rust driver',
  skipOfEmulator,
  async () => ({ ...(await account()), stop: async () => {} }),
  ON_EMULATOR,
)

/**
 * @param {string} name
 * @param {string | false} skip
 * @param {() => Promise<{ url: string, key: string, stop: () => Promise<void> }>} start
 * @param {[Behaviour, import('../support/it.mjs').Reasons?][]} behaviours
 */
function declareOn(name, skip, start, behaviours) {
  describe(`the contract on ${name}`, { skip }, () => {
    /** @type {Awaited<ReturnType<typeof start>>} */
    let server
    /** @type {CosmosStateAdapter[]} */
    const opened = []
    before(async () => {
      server = await start()
    })
    after(async () => {
      await Promise.all(opened.map((state) => state.cleanup()))
      await server.stop()
    })

    /** @param {any} [options] */
    const open = (options) => {
      const names = { database: 'contract', container: 'state', createIfMissing: true }
      const { url, key } = server
      const state = new CosmosStateAdapter({ url, key, ...names, commandTimeout: 60_000, ...options })
      opened.push(state)
      return state
    }
    const store = /** @type {any} */ ({ name, open, stop: async () => {} })
    const getStore = Object.assign(() => store, {
      ...{ hasRaw: false, hasHashTags: false, hasTransactions: true, hasEmptyIds: false },
    })
    for (const [behaviour, reasons = {}] of behaviours) skipping(reasons, () => behaviour(getStore))
  })
}
