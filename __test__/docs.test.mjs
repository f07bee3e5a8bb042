// @ts-check
// The examples of docs/, as printed.

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
const page = await readFile(join(root, 'docs', 'state-store.md'), 'utf8')
const [{ code: prelude }, ...examples] = page
  .split(/^## /m)
  .flatMap((section) =>
    [...section.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => ({ heading: section.split('\n')[0], code })),
  )

/** @type {string} */
let folder
/** @type {import('./support/redis.mjs').RedisServer} */
let server

before(async () => {
  server = await startRedis()
  folder = await mkdtemp(join(tmpdir(), 'docs-'))
  await mkdir(join(folder, 'node_modules'))
  await symlink(root, join(folder, 'node_modules', 'redis-state-adapter'))
  await symlink(join(root, 'node_modules', 'zod'), join(folder, 'node_modules', 'zod'))
})

after(async () => {
  await server.stop()
  await rm(folder, { recursive: true })
})

for (const [index, { heading, code }] of examples.entries()) {
  describe(`example ${index + 1} of docs/state-store.md, ${heading}`, () => {
    const printed = [...code.matchAll(/^console\.log\(.*\) \/\/ (.*)$/gm)].map(([, value]) => value)
    const program = `example-${index}.mjs`

    it('says what it prints', async () => {
      assert.ok(printed.length > 0)
      assert.equal(printed.length, code.split('console.log').length - 1)
      await writeFile(join(folder, program), `${prelude}${code}\nawait state.cleanup()\n`)
    })

    it('prints that on the embedded store', async () => {
      assert.deepEqual(await run(program, {}), printed)
    })

    it('prints that on Redis', async () => {
      await (await server.client()).flushAll()
      assert.deepEqual(await run(program, { REDIS_URL: server.url }), printed)
    })
  })
}

/**
 * @param {string} program
 * @param {Record<string, string>} env
 */
async function run(program, env) {
  const child = spawn(process.execPath, ['--no-warnings', program], {
    cwd: folder,
    env: { ...process.env, REDIS_URL: undefined, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  assert.equal(code, 0)
  return output.trim().split('\n')
}
