// @ts-check
// Values beyond the size limits of a real server.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { timesCalled } from '../support/times-called.mjs'
import { inPatientTime, patientTimeout } from '../support/timing.mjs'
import { warm } from '../support/warm.mjs'

describe('a limit of the server', () => {
  const large = 'x'.repeat(3 * 1024 * 1024)

  it('for the length of a string rejects a longer value without retrying it', async (t) => {
    const { client, state } = await warm(t)
    await client.configSet('proto-max-bulk-len', '1mb')
    // The server sends an error and closes at once; the error is lost if the connection is reset.
    await assertLost(state.set('trace', 'key', large), { reply: 'ERR' })
    await assertLost(state.set('x'.repeat(2 * 1024 * 1024), 'key', 1), { reply: 'ERR' })
    assert.equal(await state.get('trace', 'key'), 'value')
    assert.deepEqual(await state.getGroup('trace'), ['value'])
    assert.equal(await timesCalled(client, 'set'), 0)
    await client.configSet('proto-max-bulk-len', '512mb')
    assert.equal(await state.set('trace', 'key', large), large)
    assert.equal(await state.get('trace', 'key'), large)
  })

  it('for the input of a client rejects a longer value without retrying it', async (t) => {
    const { client, state } = await warm(t)
    await client.configSet('client-query-buffer-limit', '1mb')
    await assertLost(state.set('trace', 'key', large), {})
    assert.equal(await state.get('trace', 'key'), 'value')
    assert.equal(await timesCalled(client, 'set'), 0)
    await client.configSet('client-query-buffer-limit', '1gb')
    assert.equal(await state.set('trace', 'key', large), large)
  })

  it('for the output to a client makes a longer result fail in time', async (t) => {
    const { client, state } = await warm(t, { commandTimeout: patientTimeout })
    await state.set('trace', 'large', 'x'.repeat(20 * 1024 * 1024))
    await client.configSet('client-output-buffer-limit', 'normal 1mb 0 0')
    await assertFails(state.get('trace', 'large'), 'ERR_COMMAND_TIMEOUT', inPatientTime)
    assert.equal(await state.get('trace', 'key'), 'value')
    await client.configSet('client-output-buffer-limit', 'normal 0 0 0')
    assert.equal((await state.getGroup('trace')).length, 2)
  })

  /**
   * The server closes the connection because of this write. Its error may arrive before or not.
   *
   * @param {Promise<unknown>} call
   * @param {{ reply?: string }} word
   */
  async function assertLost(call, { reply }) {
    const error = await call.then(
      () => assert.fail('expected a rejection'),
      (reason) => reason,
    )
    const { code, applied } = error
    if (reply && code === 'ERR_REPLY') assert.deepEqual({ applied, reply: error.reply }, { applied: 'no', reply })
    else assert.deepEqual({ code, applied }, { code: 'ERR_CONNECTION', applied: 'unknown' })
  }
})
