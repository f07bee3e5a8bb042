// @ts-check
// What a state store is held to beyond the adapter's contract.

import { aborts } from './contract/aborts.mjs'
import { bulk } from './contract/bulk.mjs'
import { byPrefix } from './contract/by-prefix.mjs'
import { conditions } from './contract/conditions.mjs'
import { counts } from './contract/count.mjs'
import { expiry } from './contract/expiry.mjs'
import { groups } from './contract/groups.mjs'
import { increments } from './contract/increments.mjs'
import { locks } from './contract/locks.mjs'
import { queries } from './contract/query.mjs'
import { queryPages } from './contract/query-pages.mjs'
import { refusedQueries } from './contract/query-refused.mjs'
import { rateLimits } from './contract/rate-limits.mjs'
import { scans } from './contract/scan.mjs'
import { transactions } from './contract/transactions.mjs'
import { updates } from './contract/updates.mjs'
import { onEveryStore } from './support/on-every-store.mjs'

// `queries` walk the whole keyspace most often, so they come while that is small.
onEveryStore('a state store', [
  queries,
  queryPages,
  refusedQueries,
  byPrefix,
  counts,
  scans,
  conditions,
  bulk,
  transactions,
  expiry,
  increments,
  updates,
  locks,
  rateLimits,
  aborts,
  groups,
])
