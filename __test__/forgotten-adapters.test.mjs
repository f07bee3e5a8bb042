// @ts-check
// The process warning about adapters that are never closed.

import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { runFixture } from './support/run-fixture.mjs'
import { unusedPort } from './support/unused-port.mjs'

describe('one process warning says that many adapters are open', () => {
  let url = ''
  before(async () => {
    url = `redis://127.0.0.1:${await unusedPort()}`
  })

  /** @param {string[]} args */
  const warnings = async (...args) => (await runFixture('forgotten-adapters.mjs', args)).lines

  it('at the 51st that is not closed, with what to do', async () => {
    const [warning, ...others] = await warnings(url, '60', '2')
    assert.match(warning ?? '', /51 adapters are open.*cleanup\(\).*globalThis\.state \?\?=/)
    assert.deepEqual(others, [])
  })

  it('not for those that were closed', async () => {
    assert.deepEqual(await warnings(url, '50', '3'), [])
  })

  it('not for those of the embedded store, which have no connections', async () => {
    const [embedded, ...others] = await warnings('memory:', '60', '1')
    assert.match(embedded ?? '', /embedded store/)
    assert.deepEqual(others, [])
  })
})
