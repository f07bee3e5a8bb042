// @ts-check
// The contract of the methods beyond those of Motia's adapter.

import { aborts } from './contract/aborts.mjs'
import { bulk } from './contract/bulk.mjs'
import { conditions } from './contract/conditions.mjs'
import { existence } from './contract/existence.mjs'
import { expiry } from './contract/expiry.mjs'
import { expiryDurations } from './contract/expiry-durations.mjs'
import { getOrSet } from './contract/get-or-set.mjs'
import { changesDuringLoads } from './contract/get-or-set-changes.mjs'
import { getOrSetLocked } from './contract/get-or-set-locked.mjs'
import { groupMethods } from './contract/group-methods.mjs'
import { groups } from './contract/groups.mjs'
import { lockGuards } from './contract/lock-guards.mjs'
import { lockRecords } from './contract/lock-records.mjs'
import { locks } from './contract/locks.mjs'
import { rateLimitAlgorithms } from './contract/rate-limit-algorithms.mjs'
import { rateLimits } from './contract/rate-limits.mjs'
import { transactions } from './contract/transactions.mjs'
import { withLock } from './contract/with-lock.mjs'
import { onEveryStore } from './support/on-every-store.mjs'

onEveryStore('a state store', [
  conditions,
  bulk,
  transactions,
  existence,
  expiry,
  expiryDurations,
  locks,
  lockGuards,
  lockRecords,
  getOrSet,
  changesDuringLoads,
  getOrSetLocked,
  withLock,
  rateLimits,
  rateLimitAlgorithms,
  aborts,
  groups,
  groupMethods,
])
