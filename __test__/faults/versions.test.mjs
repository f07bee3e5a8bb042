// @ts-check
// Every version of Node.js that the package is for, and how processes end there.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nodeOrSkip } from '../support/node-or-skip.mjs'
import { started } from '../support/redis.mjs'
import { runNode } from '../support/run-node.mjs'

/** @import { TestContext } from 'node:test' */

const rounds = 3

for (const major of [20, 22, 24]) {
  describe(`on Node.js ${major}`, () => {
    it('each method does what it should', async (t) => {
      await assertRuns(t, 'smoke.mjs', { code: 0, stdout: new RegExp(`^v${major}\\.\\d+\\.\\d+\\n$`) })
    })

    it('50 workers terminated under load leave the process healthy', async (t) => {
      await assertRuns(t, 'terminate-many-workers.mjs', { code: 0, stdout: /^50 workers\n$/ })
    })

    it('process.exit under load ends the process with its code', async (t) => {
      for (let round = 0; round < rounds; round++) {
        await assertRuns(t, 'exit-under-load.mjs', { code: 7, stdout: /^$/ }, 'main')
      }
    })

    it('process.exit of a worker under load ends the worker with its code', async (t) => {
      for (let round = 0; round < rounds; round++) {
        await assertRuns(t, 'exit-under-load.mjs', { code: 0, stdout: /^worker ended with 7\n$/ }, 'worker')
      }
    })

    /**
     * @param {TestContext} t
     * @param {string} fixture
     * @param {{ code: number, stdout: RegExp }} expected
     * @param {string} [mode] what the fixture takes in place of the server's process id
     */
    async function assertRuns(t, fixture, { code, stdout }, mode) {
      const node = nodeOrSkip(t, major)
      if (!node) return
      const server = await started(t)
      const ending = await runNode(fixture, [server.url, mode ?? String(server.pid)], { node })
      const { signal, stderr } = ending
      assert.deepEqual({ code: ending.code, signal, stderr }, { code, signal: null, stderr: '' })
      assert.match(ending.stdout, stdout)
    }
  })
}
