// @ts-check
// The import of the package where there is no binary for the platform, or one that cannot be loaded.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { root, stageMain } from '../scripts/release/packages.mjs'
import { nodeOrSkip } from './support/node-or-skip.mjs'

/**
 * @import { TestContext } from 'node:test'
 *
 * @typedef {{ code: string, message: string, cause?: { code?: string, message: string } }} Failure
 */

const { currentTarget } = createRequire(import.meta.url)('../lib/engines/native/target.js')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const target = currentTarget()
const [os, arch, library] = target.split('-')
const shown = os === 'linux' ? `${os}-${arch} \\(${library}\\)` : `${os}-${arch}`
const own = `redis-state-adapter-${target}`
const built = join(root, `redis-state-adapter.${target}.node`)
/** A platform that this is not. */
const other = target === 'darwin-arm64' ? 'darwin-x64' : 'darwin-arm64'

/** @type {string} */
let stage
before(() => {
  stage = mkdtempSync(join(tmpdir(), 'redis-state-adapter-stage-'))
  stageMain(stage)
})
after(() => rmSync(stage, { recursive: true, force: true }))

describe('the package with the binary for this platform', () => {
  it('is loaded', (t) => {
    const project = installedWithout(t)
    addPackage(project, target, built)
    assert.equal(imported(project), 'loaded')
  })

  it('is not installed', (t) => {
    assertFails(installedWithout(t), {
      what: `has no binary for ${shown}: the package ${own} is not installed`,
      remedy: 'Reinstall without --omit=optional or --no-optional, or see docs/platforms.md.',
    })
  })

  it('is not installed, but the one for another platform is', (t) => {
    const project = installedWithout(t)
    addPackage(project, other, 'no matter')
    assertFails(project, {
      what: `has no binary for ${shown}: the package ${own} is not installed, but redis-state-adapter-${other} is`,
      remedy: 'Do not copy node_modules from another system: remove it and install here, or see docs/platforms.md.',
    })
  })

  it('has another version', (t) => {
    const project = installedWithout(t)
    addPackage(project, target, built, '0.0.1')
    assertFails(project, {
      what: `${version} has no binary for ${shown}: the package ${own} has the version 0.0.1`,
      remedy: `Install both in one version: npm install redis-state-adapter@${version}.`,
    })
  })

  it('has a damaged file', (t) => {
    const project = installedWithout(t)
    addPackage(project, target, Buffer.from('no binary'))
    const { cause } = assertFails(project, {
      what: `cannot load its binary for ${shown}: .*redis-state-adapter.*\\.node.*`,
      remedy: 'The file is damaged, or made for another system: remove node_modules and install again.',
    })
    assert.equal(cause?.code, 'ERR_DLOPEN_FAILED')
  })

  it('has no file', (t) => {
    const project = installedWithout(t)
    addPackage(project, target)
    assertFails(project, {
      what: `cannot load its binary for ${shown}: Cannot find .*`,
      remedy: 'The file is damaged, or made for another system: remove node_modules and install again.',
    })
  })

  it('needs a later glibc', { skip: library !== 'gnu' }, (t) => {
    const project = installedWithout(t)
    addPackage(project, target, ofLaterGlibc(readFileSync(built)))
    assertFails(project, {
      what: `cannot load its binary for ${shown}: .*version \`GLIBC_9\\.99' not found.*`,
      remedy:
        'Use a system with that version of glibc or a later one. Build it from its source: see docs/platforms.md.',
    })
  })
})

describe('native code is not allowed', () => {
  it('with --no-addons', (t) => {
    const { cause } = assertFails(installedWithout(t, target), {
      flags: ['--no-addons'],
      what: `cannot load its binary for ${shown}: .*`,
      remedy: 'Run Node.js without --no-addons.',
    })
    assert.equal(cause?.code, 'ERR_DLOPEN_DISABLED')
  })

  it('with the permission model', (t) => {
    const node = nodeOrSkip(t, 24)
    if (node === undefined) return
    const project = installedWithout(t, target)
    const flags = ['--permission', '--allow-fs-read=*']
    assertFails(project, {
      ...{ node, flags },
      what: `cannot load its binary for ${shown}: .*`,
      remedy: 'Run Node.js with --allow-addons.',
    })
    assert.equal(imported(project, { node, flags: [...flags, '--allow-addons'] }), 'loaded')
  })
})

it('a platform without a binary', (t) => {
  const preload = "Object.defineProperty(process, 'platform', { value: 'sunos' })"
  assertFails(installedWithout(t), {
    flags: ['--import', `data:text/javascript,${encodeURIComponent(preload)}`],
    what: `has no binary for sunos-${arch}\\. Supported: linux-x64 \\(gnu\\), linux-x64 \\(musl\\), .*, win32-arm64`,
    remedy: 'Build it from its source: see docs/platforms.md.',
  })
})

describe('a file that was built in the folder of the package', () => {
  it('is used before an installed one', (t) => {
    const project = installedWithout(t)
    addPackage(project, target, Buffer.from('no binary'))
    cpSync(built, join(project, 'node_modules/redis-state-adapter', `redis-state-adapter.${target}.node`))
    assert.equal(imported(project), 'loaded')
  })

  it('is damaged', (t) => {
    const project = installedWithout(t)
    const file = join(project, 'node_modules/redis-state-adapter', `redis-state-adapter.${target}.node`)
    writeFileSync(file, 'no binary')
    assertFails(project, {
      what: `cannot load its binary for ${shown}: .*`,
      remedy: `Build .*redis-state-adapter\\.${target}\\.node again: npm run build.`,
    })
  })
})

/**
 * @param {TestContext} t
 * @param {string} [withPackage] target of a package with the built binary
 * @returns the folder of a project with a copy of the package, as it is published: without a binary
 */
function installedWithout(t, withPackage) {
  const project = mkdtempSync(join(tmpdir(), 'redis-state-adapter-load-'))
  t.after(() => rmSync(project, { recursive: true, force: true }))
  cpSync(stage, join(project, 'node_modules'), { recursive: true })
  if (withPackage !== undefined) addPackage(project, withPackage, built)
  return project
}

/**
 * Installs the package for a target.
 *
 * @param {string} project
 * @param {string} target
 * @param {string | Buffer} [binary] its contents, or the path of a file
 * @param {string} [ofVersion]
 */
function addPackage(project, target, binary, ofVersion = version) {
  const name = `redis-state-adapter-${target}`
  const folder = join(project, 'node_modules', name)
  const main = `redis-state-adapter.${target}.node`
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: ofVersion, main }))
  if (binary === built) symlinkSync(built, join(folder, main))
  else if (binary !== undefined) writeFileSync(join(folder, main), binary)
}

/**
 * @param {string} project
 * @param {{ what: string, remedy: string, node?: string, flags?: string[] }} expected `what`: a pattern
 */
function assertFails(project, { what, remedy, ...run }) {
  const failure = imported(project, run)
  assert.ok(failure !== 'loaded', 'is loaded')
  assert.equal(failure.code, 'ERR_UNSUPPORTED_PLATFORM', failure.message)
  assert.match(failure.message, new RegExp(`^redis-state-adapter ${what}\\. ${remedy}$`))
  return failure
}

/**
 * @param {string} project
 * @param {{ node?: string, flags?: string[] }} [run]
 * @returns {'loaded' | Failure}
 */
function imported(project, { node = process.execPath, flags = [] } = {}) {
  const report =
    '({ code, message, cause }) => ({ code, message, cause: cause && { code: cause.code, message: cause.message } })'
  const script = `
    let outcome = 'loaded'
    try { require('redis-state-adapter') } catch (error) { outcome = (${report})(error) }
    console.log(JSON.stringify(outcome))`
  // In a file, because the code of `-e` has no folder to look for packages in.
  writeFileSync(join(project, 'import.cjs'), script)
  const env = { ...process.env, NODE_NO_WARNINGS: '1' }
  return JSON.parse(
    execFileSync(node, [...flags, join(project, 'import.cjs')], { cwd: project, env, encoding: 'utf8' }),
  )
}

/** A copy of a binary that needs a version of glibc that does not exist. @param {Buffer} binary */
function ofLaterGlibc(binary) {
  const text = binary.toString('latin1')
  const needed = [...text.matchAll(/\0(GLIBC_2\.\d\d)\0/g)].map(([, name]) => name)
  assert.ok(needed.length > 0, 'the binary needs no version of glibc with two digits')
  return Buffer.from(text.replace(`\0${needed[0]}\0`, '\0GLIBC_9.99\0'), 'latin1')
}
