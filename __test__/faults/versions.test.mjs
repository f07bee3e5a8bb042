// @ts-check
// Methods and the end of processes on every supported version of Node.js.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nodeOrSkip } from '../support/node-or-skip.mjs'
import { started } from '../support/redis.mjs'
import { runNode } from '../support/run-node.mjs'

/** @import { TestContext } from 'node:test' */

const rounds = 3

/** The oldest version that package.json declares. */
const OLDEST = '20.3.0'

for (const version of [OLDEST, '20', '22', '24']) {
  describe(`on Node.js ${version}`, () => {
    it('every method works', async (t) => {
      await assertRuns(t, 'smoke.mjs', {
        code: 0,
        stdout: new RegExp(`^v${version.replaceAll('.', '\\.')}[.\\d]*\\n$`),
      })
    })

    // How processes end is tested on the newest versions.
    if (version === OLDEST) return

    it('50 workers terminated under load do not harm the process', async (t) => {
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
     * @param {string} [mode] second argument of the fixture; default: the process id of the server
     */
    async function assertRuns(t, fixture, { code, stdout }, mode) {
      const node = nodeOrSkip(t, version)
      if (!node) return
      const server = await started(t)
      const ending = await runNode(fixture, [server.url, mode ?? String(server.pid)], { node })
      const { signal, stderr } = ending
      assert.deepEqual({ code: ending.code, signal, stderr }, { code, signal: null, stderr: '' })
      assert.match(ending.stdout, stdout)
    }
  })
}
