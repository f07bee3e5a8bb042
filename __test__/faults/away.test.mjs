// @ts-check
// A server that is away while far more is offered than it could ever catch up with.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { started } from '../support/redis.mjs'
import { runFixture } from '../support/run-fixture.mjs'

/**
 * @typedef {import('redis-state-adapter').RedisStateAdapterOptions} Options
 * @typedef {import('../fixtures/away-load.mjs').Report} Report
 */

const commandTimeout = 1000
const megabyte = 1024 * 1024

describe('while a server is away and 10,000 writes a second are offered,', () => {
  it('memory stays bounded, every call settles in time, and all goes on when it is back', async (t) => {
    const report = await offeredWhileAway(t, 8000, { commandTimeout })
    assert.deepEqual(report.codes, { ERR_COMMAND_TIMEOUT: report.offered })
    assert.ok(report.growth < 64 * megabyte, `${report.growth / megabyte} MB more`)
  })

  it('those beyond the limit are refused at once, the others settle in time, and all goes on when it is back', async (t) => {
    const report = await offeredWhileAway(t, 2000, { commandTimeout, maxPendingCommands: 2000 })
    const { ERR_BACKPRESSURE: refused = 0, ERR_COMMAND_TIMEOUT: overdue = 0 } = report.codes
    assert.equal(refused + overdue, report.offered, JSON.stringify(report.codes))
    assert.ok(refused > report.offered / 2 && overdue >= 2000, JSON.stringify(report.codes))
    const { median, p99 } = report.refusal
    assert.ok(median < 5 && p99 < 5, `refused after ${median} ms, 1 % after ${p99} ms or more`)
    assert.ok(report.growth < 64 * megabyte, `${report.growth / megabyte} MB more`)
  })
})

/**
 * @param {import('node:test').TestContext} t
 * @param {number} away how long it is away, in milliseconds
 * @param {Options} options
 * @returns {Promise<Report>}
 */
async function offeredWhileAway(t, away, options) {
  const server = await started(t)
  const ending = await runFixture('away-load.mjs', [server.url, JSON.stringify(options), String(away)], (line) => {
    if (line === 'warm') void server.kill()
    if (line === 'over') void server.start()
  })
  assert.deepEqual({ code: ending.code, stderr: ending.stderr }, { code: 0, stderr: '' })
  /** @type {Report} */
  const report = JSON.parse(ending.lines[2])
  t.diagnostic(JSON.stringify(report))
  assert.ok(report.offered > (0.9 * away * 10_000) / 1000, `only ${report.offered} offered`)
  assert.ok(report.longest <= commandTimeout + 250, `unsettled for ${report.longest} ms`)
  assert.equal(report.applied, 0, 'of a server that is away')
  assert.equal(report.succeeded, 10_000)
  return report
}
