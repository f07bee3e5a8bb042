// @ts-check
// The suites that LangGraph has for savers, in one run of vitest, for which they are written.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startCluster } from '../../support/cluster.mjs'
import { startRedis } from '../../support/redis.mjs'
import { VERSIONS } from '../../support/versions.mjs'

/** @typedef {import('redis-state-adapter').RedisStateAdapterOptions} Options */

const SUITE = 726
const folder = fileURLToPath(new URL('.', import.meta.url))
const vitest = fileURLToPath(new URL('../../../node_modules/vitest/vitest.mjs', import.meta.url))

it('passes the suites of LangGraph on Redis, Valkey, a cluster and in memory', async (t) => {
  /** @type {Record<string, Options>} */
  const stores = { memory: { url: 'memory:' }, redis: await optionsOf() }
  const valkey = VERSIONS.find(([name]) => name === 'valkey 9')
  if (valkey) stores.valkey = await optionsOf(valkey[1])
  const cluster = await startCluster()
  t.after(() => cluster.stop())
  stores.cluster = cluster.options

  const { stdout, stderr } = spawnSync(process.execPath, [vitest, 'run', '--reporter=json', '--root', folder], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, LANGGRAPH_STORES: JSON.stringify(stores) },
    maxBuffer: 2 ** 28,
  })
  const report = JSON.parse(stdout.slice(stdout.indexOf('{')) || '{}')
  const tests = (report.testResults ?? []).flatMap((/** @type {any} */ file) => file.assertionResults)
  const failed = tests.filter((/** @type {any} */ { status }) => status !== 'passed')
  const shown = failed
    .slice(0, 5)
    .map((/** @type {any} */ one) => `${one.fullName}: ${one.status} ${one.failureMessages}`)
  assert.deepEqual([shown, tests.length], [[], SUITE * Object.keys(stores).length], stderr)

  /** @param {string} [program] @returns {Promise<Options>} */
  async function optionsOf(program) {
    const server = await startRedis([], program)
    t.after(() => server.stop())
    return { url: server.url }
  }
})
