// @ts-check
// The contract of every store, on connections that use RESP3.

import assert from 'node:assert/strict'
import { after } from 'node:test'
import { reported } from '../support/track-everything.mjs'

// Clusters and sentinels once: how they are followed does not depend on the driver.
const isRepeated = process.env.REDIS_STATE_DRIVER === 'thread'
process.env.REDIS_STATE_STORES = isRepeated
  ? '^redis$'
  : '^(redis|a cluster, with hash tags.*|redis, behind sentinels)$'

await import('../contract.test.mjs')
await import('../state-store.test.mjs')
await import('../updates.test.mjs')
await import('../finding.test.mjs')

after(() => assert.ok(reported.count > 0, 'nothing was tracked'))
