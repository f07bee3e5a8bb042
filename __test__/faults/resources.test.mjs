// @ts-check
// Memory, files and threads of many adapters.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { started } from '../support/redis.mjs'
import { keepsFreedMemory, skipWithoutProc } from '../support/resources.mjs'
import { runNode } from '../support/run-node.mjs'
import { unusedPort } from '../support/unused-port.mjs'

describe('300 adapters, opened and closed in sequence, leak no memory, files or threads', {
  concurrency: 3,
  skip: skipWithoutProc,
}, () => {
  const flags = ['--expose-gc', '--max-semi-space-size=1']

  for (const what of ['that cannot connect', 'used', 'never used', 'closed with calls in flight', 'with a strategy']) {
    it(what, async (t) => {
      const url = what === 'that cannot connect' ? `redis://127.0.0.1:${await unusedPort()}` : (await started(t)).url
      const { code, stdout, stderr } = await runNode('open-and-close.mjs', [url, what], { flags })
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
      const { before, after } = JSON.parse(stdout)
      for (const name of ['descriptors', 'threads']) assert.ok(after[name] <= before[name], stdout)
      assert.ok(keepsFreedMemory || after.memory - before.memory < 8e6, stdout)
    })
  }
})

describe('50 adapters share the native threads', { skip: skipWithoutProc }, () => {
  // A DNS lookup blocks a thread, so a few more are allowed, but not one per adapter.
  for (const { host, most } of [
    { host: '127.0.0.1', most: 2 },
    { host: 'localhost', most: 8 },
  ]) {
    it(`that connect to ${host}`, async (t) => {
      const { port } = await started(t)
      const { code, stdout, stderr } = await runNode('many-adapters.mjs', [host, String(port)])
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
      const { ofOne, ofMany } = JSON.parse(stdout)
      assert.ok(ofOne > 0 && ofOne <= most, stdout)
      assert.ok(ofMany <= most, stdout)
    })
  }
})
