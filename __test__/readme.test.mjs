// @ts-check
// Runs the examples of README.md and of pages of docs/ as they are printed.

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

/** @typedef {{ title: string, code: string, program: string }} Example */

/** @type {string} */
let folder
/** @type {import('./support/redis.mjs').RedisServer} */
let server

before(async () => {
  server = await startRedis()
  folder = await mkdtemp(join(tmpdir(), 'examples-'))
  await mkdir(join(folder, 'node_modules'))
  await symlink(root, join(folder, 'node_modules', 'redis-state-adapter'))
  await symlink(join(root, 'node_modules', 'zod'), join(folder, 'node_modules', 'zod'))
})

after(async () => {
  await server.stop()
  await rm(folder, { recursive: true })
})

const examples = [
  await ofReadme(),
  ...(await ofPage('docs/state-store.md', 'await state.cleanup()')),
  ...(await ofPage('docs/stores.md')),
  ...(await ofPage('docs/key-value.md', 'await kv.cleanup()')),
  ...(await ofPage('docs/process-state.md')),
  ...(await ofPage('docs/inspector.md')),
]
for (const { title, code, program } of examples) {
  describe(`the example ${title}`, () => {
    const printed = [...code.matchAll(/^ *console\.log\((.*)\) \/\/ (.*)$/gm)].map(([, shown, value]) => ({
      value,
      isTimeLeft: shown.includes('Math.ceil('),
    }))

    it('has a comment with the output of each line that prints', () => {
      assert.ok(printed.length > 0)
      assert.equal(printed.length, code.split('console.log').length - 1)
    })

    it('runs on the embedded store', async () => {
      assertPrinted(await run(program, {}), printed)
    })

    it('runs on Redis', async () => {
      await (await server.client()).flushAll()
      assertPrinted(await run(program, { REDIS_URL: server.url }), printed)
    })
  })
}

/**
 * @param {string[]} lines
 * @param {{ value: string, isTimeLeft: boolean }[]} expected `isTimeLeft`: the value ends with a number of seconds, of
 *   which some have passed on a busy machine
 */
function assertPrinted(lines, expected) {
  const values = expected.map(({ value, isTimeLeft }, index) => {
    const [wanted, left] = [value, lines[index] ?? ''].map((text) => Number(/\d+$/.exec(text)))
    return isTimeLeft && left <= wanted && left > wanted - 30 ? value.replace(/\d+$/, `${left}`) : value
  })
  assert.deepEqual(lines, values)
}

/** The first block of JavaScript is a program. @returns {Promise<Example>} */
async function ofReadme() {
  const [{ code }] = blocksOf(await readFile(join(root, 'README.md'), 'utf8'))
  return { title: 'of README.md', code, program: code }
}

/**
 * The first block begins each of the others.
 *
 * @param {string} page
 * @param {string} [end] of each program
 * @returns {Promise<Example[]>}
 */
async function ofPage(page, end = '') {
  const [{ code: beginning }, ...others] = blocksOf(await readFile(join(root, page), 'utf8'))
  return others.map(({ section, code }, index) => ({
    title: `${index + 1} of ${page}, ${section}`,
    code,
    program: `${beginning}${code}\n${end}\n`,
  }))
}

/** @param {string} page */
function blocksOf(page) {
  return page
    .split(/^## /m)
    .flatMap((section) =>
      [...section.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => ({ section: section.split('\n')[0], code })),
    )
}

/**
 * @param {string} program
 * @param {Record<string, string>} env
 */
async function run(program, env) {
  await writeFile(join(folder, 'example.mjs'), program)
  const child = spawn(process.execPath, ['--no-warnings', 'example.mjs'], {
    cwd: folder,
    env: { ...process.env, REDIS_URL: undefined, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  assert.equal(code, 0)
  return output.trim().split('\n')
}
