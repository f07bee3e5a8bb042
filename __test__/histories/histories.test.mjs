// @ts-check
// Short runs on each topology; `npm run soak` does long ones.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TOPOLOGIES } from './nemesis/topologies.mjs'
import { describeReport, failuresOf } from './report.mjs'
import { runHistory } from './run.mjs'

const SECONDS = 8
const FIXED_SEED = 20_261_129

describe('the recorded calls of several processes under faults are consistent', () => {
  for (const [name, start] of Object.entries(TOPOLOGIES)) {
    for (const seed of [FIXED_SEED, Math.floor(Math.random() * 2 ** 32)]) {
      it(`on ${name}, seed ${seed}`, async (t) => {
        const report = await runHistory({ start, seed, seconds: SECONDS })
        t.diagnostic(`${report.calls} calls`)
        assert.deepEqual(failuresOf(report), [], describeReport(report))
        assert.ok(report.calls > 100, 'too few calls to prove anything')
      })
    }
  }
})
