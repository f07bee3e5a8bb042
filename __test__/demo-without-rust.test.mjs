// @ts-check
// `npm run demo` in a clone of someone who has no Rust.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, utimesSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { root, stageBinary } from '../scripts/release/packages.mjs'
import { TARGETS } from '../scripts/targets.mjs'

const { currentTarget } = createRequire(import.meta.url)('../lib/engines/native/target.js')
const target = TARGETS.find(({ name }) => name === currentTarget())
const skip = process.env.REDIS_STATE_DRIVER === 'thread' || target === undefined

describe('the demo without Rust', { skip }, () => {
  it('plays with a binary in the clone, also if that is older than the sources', (t) => {
    const { clone, file } = cloneFor(t)
    copyFileSync(join(root, file), join(clone, file))
    utimesSync(join(clone, file), 0, 0)
    const { status, stdout, stderr } = play(clone)
    assert.equal(status, 0, stderr)
    assert.match(stdout, /older than its sources.*^Done: /ms)
  })

  it('plays with the package of the prebuilt binary', (t) => {
    const { clone, file } = cloneFor(t)
    assert.ok(target)
    stageBinary(join(clone, 'node_modules'), target, join(root, file))
    const { status, stdout, stderr } = play(clone)
    assert.equal(status, 0, stderr)
    assert.match(stdout, /^Done: /m)
  })

  it('says how to get Rust or the prebuilt binary if there is none', (t) => {
    const { clone } = cloneFor(t)
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const { status, stderr } = play(clone)
    assert.equal(status, 1)
    assert.match(stderr, /Rust is missing.*rustup\.rs/s)
    assert.ok(stderr.includes(`npm install --no-save redis-state-adapter-${currentTarget()}@${version}`), stderr)
  })
})

/** What the demo needs of a clone. @param {import('node:test').TestContext} t */
function cloneFor(t) {
  const clone = mkdtempSync(join(tmpdir(), 'clone-'))
  t.after(() => rmSync(clone, { recursive: true, force: true }))
  const names = [
    'index.js',
    'index.mjs',
    'lib',
    'scripts',
    'src',
    'package.json',
    'Cargo.toml',
    'Cargo.lock',
    'build.rs',
  ]
  for (const name of names) cpSync(join(root, name), join(clone, name), { recursive: true })
  return { clone, file: target?.file ?? '' }
}

/** @param {string} clone */
function play(clone) {
  const env = { ...process.env, PATH: '', REDIS_URL: 'memory:', NODE_NO_WARNINGS: '1' }
  return spawnSync(process.execPath, ['scripts/demo.mjs'], { cwd: clone, env, encoding: 'utf8' })
}
