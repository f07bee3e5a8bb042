// @ts-check
// Host names with a slow DNS lookup.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { folderFor } from '../support/certificates.mjs'
import { started } from '../support/redis.mjs'
import { runNode } from '../support/run-node.mjs'

describe('a host name whose lookup takes too long', () => {
  it('does not delay adapters with another host name, and occupies one thread in total', async (t) => {
    const resolver = await slowResolver(t)
    if (!resolver) return
    const server = await started(t, ['--bind', '127.0.0.1', '-::1'])
    // 15 names of one adapter each, and one name of 30 adapters.
    const lookups = 16
    const { code, stdout, stderr } = await runNode('slow-names.mjs', [`${server.port}`, `${lookups}`], {
      env: { LD_PRELOAD: resolver },
    })
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    assert.deepEqual(JSON.parse(stdout), { read: 'read', lookups })
  })
})

/**
 * Builds a library with a slow resolver, for LD_PRELOAD. Skips the test if that is not possible on this machine.
 *
 * @param {import('node:test').TestContext} t
 */
async function slowResolver(t) {
  if (process.platform !== 'linux') return void t.skip('only Linux can replace the resolver of the system by a library')
  const library = join(await folderFor(t), 'slow-names.so')
  const source = fileURLToPath(new URL('../fixtures/slow-names.c', import.meta.url))
  const { error, status, stderr } = spawnSync('cc', ['-shared', '-fPIC', '-o', library, source, '-ldl'])
  if (status !== 0) return void t.skip(`no C compiler that builds the library: ${error ?? stderr}`)
  return library
}
