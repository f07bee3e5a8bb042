// @ts-check
// The packed package in jest, which reports the handles that are open after its tests.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { it } from 'node:test'
import { cachedInstall, NotInstallable } from '../scripts/cached-install.mjs'
import { PackedProject } from './support/packed.mjs'
import { started } from './support/redis.mjs'

const MAX_MS = 120_000

const CALLS = `
const { RedisStateAdapter } = require('redis-state-adapter')
const schema = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } }
let state
beforeAll(async () => { state = await RedisStateAdapter.connect(process.env.REDIS_URL) })
afterAll(() => state.cleanup())
test('calls, a listing, a lock and a watch', async () => {
  expect(await state.set('t', 'k', 1)).toBe(1)
  expect(await state.getGroup('t')).toEqual([1])
  expect(await (await state.lock('t', 'lock', { ttl: '1s' })).release()).toBe(true)
  const watch = state.watch('t', undefined, { configure: true })
  await watch.ready
  await watch.return()
})
test('methods of a group can be mocked and restored', async () => {
  const group = state.group('t', { schema })
  jest.spyOn(group, 'get').mockResolvedValue(7)
  jest.spyOn(group, 'has')
  expect([await group.get('k'), await group.has('k')]).toEqual([7, true])
  expect(group.has).toHaveBeenCalledTimes(1)
  jest.restoreAllMocks()
  expect(await group.get('k')).toBe(1)
})
`

const REQUIRE_ONLY = `
require('redis-state-adapter')
test('the package is loaded', () => {})
`

// The driver does not affect it, so one run suffices.
const skip = process.env.REDIS_STATE_DRIVER === 'thread'

it('jest --detectOpenHandles reports nothing', { skip }, async (t) => {
  /** @type {string} */
  let tools
  try {
    tools = cachedInstall('jest', { jest: '30.5.2' })
  } catch (error) {
    if (!(error instanceof NotInstallable)) throw error
    return t.skip(error.message)
  }
  const { url } = await started(t)
  const project = new PackedProject()
  t.after(() => project.remove())
  project.write('calls.test.js', CALLS)
  project.write('require.test.js', REQUIRE_ONLY)
  const jest = join(tools, 'node_modules/jest/bin/jest.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [jest, '--detectOpenHandles'], {
    cwd: project.folder,
    env: { ...process.env, REDIS_URL: url, NODE_ENV: 'test' },
    timeout: MAX_MS,
    encoding: 'utf8',
  })
  const output = stdout + stderr
  assert.equal(status, 0, output)
  assert.match(output, /Tests: +3 passed/)
  assert.doesNotMatch(output, /open handle/)
})
