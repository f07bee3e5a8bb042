// @ts-check
// What a state store is held to beyond the adapter's contract.

import { aborts } from './contract/aborts.mjs'
import { bulk } from './contract/bulk.mjs'
import { conditions } from './contract/conditions.mjs'
import { expiry } from './contract/expiry.mjs'
import { groups } from './contract/groups.mjs'
import { increments } from './contract/increments.mjs'
import { locks } from './contract/locks.mjs'
import { rateLimits } from './contract/rate-limits.mjs'
import { transactions } from './contract/transactions.mjs'
import { updates } from './contract/updates.mjs'
import { onEveryStore } from './support/on-every-store.mjs'

onEveryStore('a state store', [
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
