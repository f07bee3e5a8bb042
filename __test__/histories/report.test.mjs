// @ts-check

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { failuresOf } from './report.mjs'

/** @param {Partial<import('./run.mjs').Report>} findings */
function reportOf(findings) {
  const passed = { seed: 1, calls: 1, longest: 1, outcomes: {}, actions: {}, faults: [] }
  return { ...passed, judged: 1000, undecided: [], violations: [], ...findings }
}

/** @param {number} count */
const entries = (count) => Array.from({ length: count }, (_, index) => `register-${index}-0`)

it('a run without violations passes, even if a few entries are undecided', () => {
  for (const undecided of [entries(0), entries(5)]) assert.deepEqual(failuresOf(reportOf({ undecided })), [])
  assert.deepEqual(failuresOf(reportOf({ judged: 10, undecided: entries(1) })), [])
})

it('a run with too many undecided entries fails', () => {
  assert.match(failuresOf(reportOf({ undecided: entries(6) }))[0], /^6 of 1000 entries are undecided: register-0-0,/)
  assert.match(failuresOf(reportOf({ judged: 10, undecided: entries(2) }))[0], /^2 of 10 entries/)
})

it('a run with faults or violations fails', () => {
  const violations = [{ entry: 'list-1-0', what: 'no order', lines: [] }]
  assert.deepEqual(failuresOf(reportOf({ faults: ['a client ended'], violations })), [
    'a client ended',
    'list-1-0: no order',
  ])
})
