// @ts-check
// A server is down while the application makes far more calls than can be queued.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { started } from '../support/redis.mjs'
import { runFixture } from '../support/run-fixture.mjs'
import { MAX_LATENESS } from '../support/timing.mjs'

/**
 * @typedef {import('redis-state-adapter').RedisStateAdapterOptions} Options
 * @typedef {import('../fixtures/away-load.mjs').Report} Report
 */

/** Also the time within which calls must succeed after the restart. */
const commandTimeout = 2000
const megabyte = 1024 * 1024
/** In bytes: several times that of the writes of `commandTimeout`, and about half of that of all writes. */
const maxGrowth = 128 * megabyte

describe('10,000 writes a second while the server is down', () => {
  it('use bounded memory, settle in time, and succeed again after its restart', async (t) => {
    const report = await offeredWhileAway(t, 8000, { commandTimeout })
    assert.deepEqual(report.codes, { ERR_COMMAND_TIMEOUT: report.offered })
    assert.ok(report.growth < maxGrowth, `${report.growth / megabyte} MB more`)
  })

  it('are rejected at once beyond the limit, settle in time below it, and succeed again after its restart', async (t) => {
    const report = await offeredWhileAway(t, 2000, { commandTimeout, maxPendingCommands: 2000 })
    const { ERR_BACKPRESSURE: refused = 0, ERR_COMMAND_TIMEOUT: overdue = 0 } = report.codes
    assert.equal(refused + overdue, report.offered, JSON.stringify(report.codes))
    assert.ok(refused > 0 && overdue >= 2000, JSON.stringify(report.codes))
    assert.equal(report.rejectedLater, 0)
    assert.ok(report.growth < maxGrowth, `${report.growth / megabyte} MB more`)
  })
})

/**
 * @param {import('node:test').TestContext} t
 * @param {number} away downtime in milliseconds
 * @param {Options} options
 * @returns {Promise<Report>}
 */
async function offeredWhileAway(t, away, options) {
  const server = await started(t)
  // The stacks of the pending calls would count as growth.
  const settings = JSON.stringify({ ...options, stackTraces: false })
  const ending = await runFixture('away-load.mjs', [server.url, settings, String(away)], (line) => {
    if (line === 'warm') void server.kill()
    if (line === 'over') void server.start()
  })
  assert.deepEqual({ code: ending.code, stderr: ending.stderr }, { code: 0, stderr: '' })
  /** @type {Report} */
  const report = JSON.parse(ending.lines[2])
  t.diagnostic(JSON.stringify(report))
  assert.ok(report.longest <= commandTimeout + MAX_LATENESS, `unsettled for ${report.longest} ms`)
  assert.equal(report.applied, 0, 'of a server that is away')
  assert.equal(report.succeeded, 10_000)
  return report
}
