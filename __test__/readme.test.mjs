// @ts-check
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startRedis } from './support/redis.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The README's first block of JavaScript, and what its comments say that it prints. */
async function example() {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const code = /```js\n(.*?)```/s.exec(readme)?.[1]
  assert.ok(code, 'the README has an example')
  const printed = [...code.matchAll(/^console\.log\(.*\) \/\/ (.*)$/gm)].map(([, value]) => value)
  assert.equal(printed.length, code.split('console.log').length - 1, 'each line printed has its comment')
  return { code, printed }
}

/**
 * @param {string} folder
 * @param {Record<string, string>} env
 */
async function run(folder, env) {
  const child = spawn(process.execPath, ['--no-warnings', 'example.mjs'], {
    cwd: folder,
    env: { ...process.env, REDIS_URL: undefined, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  assert.equal(code, 0)
  return output.trim().split('\n')
}

describe("the README's example, as printed", () => {
  /** @type {string} */
  let folder
  /** @type {import('./support/redis.mjs').RedisServer} */
  let server

  before(async () => {
    server = await startRedis()
    folder = await mkdtemp(join(tmpdir(), 'readme-'))
    await mkdir(join(folder, 'node_modules'))
    await symlink(root, join(folder, 'node_modules', 'redis-state-adapter'))
    await writeFile(join(folder, 'example.mjs'), (await example()).code)
  })

  after(async () => {
    await server.stop()
    await rm(folder, { recursive: true })
  })

  it('runs on the embedded store', async () => {
    assert.deepEqual(await run(folder, {}), (await example()).printed)
  })

  it('runs on Redis', async () => {
    assert.deepEqual(await run(folder, { REDIS_URL: server.url }), (await example()).printed)
  })
})
