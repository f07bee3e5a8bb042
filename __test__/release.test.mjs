// @ts-check
// What `npm run release` checks, and what it would publish.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { RedisStateAdapter } from 'redis-state-adapter'
import { manifest, root, stageBinary, stageMain } from '../scripts/release/packages.mjs'
import { problemsOfChangelog, problemsOfRepository, problemsOfVersion } from '../scripts/release/problems.mjs'
import { TARGETS } from '../scripts/targets.mjs'

const loader = createRequire(import.meta.url)('../lib/engines/native/target.js')

describe('a release', () => {
  it('needs the address of the repository', () => {
    assert.match(problemsOfRepository(undefined)[0], /npm pkg set repository/)
    assert.deepEqual(problemsOfRepository({ url: 'git+https://host.example/state.git' }), [])
  })

  it('needs the same version in Rust', () => {
    assert.equal(problemsOfVersion('1.0.0', '[package]\nversion = "0.9.0"\n').length, 1)
    assert.deepEqual(problemsOfVersion('1.0.0', '[package]\nversion = "1.0.0"\n'), [])
    assert.deepEqual(problemsOfVersion(manifest().version, readFileSync(join(root, 'Cargo.toml'), 'utf8')), [])
  })

  it('needs a section of the changelog', () => {
    assert.equal(problemsOfChangelog('1.0.0', '# Changelog\n\n## [Unreleased]\n').length, 1)
    assert.deepEqual(problemsOfChangelog('1.0.0', '# Changelog\n\n## [1.0.0] - 2026-01-01\n'), [])
  })

  it('needs all binaries: without them it publishes nothing', (t) => {
    const artifacts = temporary(t)
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, 'scripts/release.mjs'), '--artifacts', artifacts],
      // Where nothing listens.
      { encoding: 'utf8', env: { ...process.env, npm_config_registry: 'http://127.0.0.1:9/' } },
    )
    assert.equal(status, 1)
    for (const { file } of TARGETS) assert.match(stderr, new RegExp(`${file} is missing`))
    assert.equal(stdout, '')
  })
})

describe('the packages', () => {
  it('are those that the loader requires', () => {
    assert.deepEqual(TARGETS.map(({ name }) => name).sort(), [...loader.TARGETS].sort())
  })

  it('are dependencies of the main one, in its version', (t) => {
    const { version, optionalDependencies, scripts, devDependencies } = read(stageMain(temporary(t)))
    assert.deepEqual(optionalDependencies, Object.fromEntries(TARGETS.map(({ packageName }) => [packageName, version])))
    assert.deepEqual([scripts, devDependencies], [undefined, undefined])
  })

  for (const target of TARGETS) {
    it(`of ${target.name} has its binary, and the platforms that it is for`, (t) => {
      const parent = temporary(t)
      const binary = join(parent, 'binary')
      writeFileSync(binary, 'no matter')
      const folder = stageBinary(parent, target, binary)
      const { name, version, main, files, os, cpu, libc, engines } = read(folder)
      const [system, architecture, library] = target.name.split('-')
      const isGlibc = library === 'gnu'
      assert.deepEqual([name, version], [`redis-state-adapter-${target.name}`, manifest().version])
      assert.deepEqual([os, cpu], [[system], [architecture]])
      assert.deepEqual(libc, system === 'linux' ? [isGlibc ? 'glibc' : 'musl'] : undefined)
      assert.equal(engines, undefined)
      assert.deepEqual(files, [main])
      assert.deepEqual(readdirSync(folder).sort(), ['LICENSE', 'README.md', 'package.json', main].sort())
    })
  }
})

/** @param {import('node:test').TestContext} t */
function temporary(t) {
  const folder = mkdtempSync(join(tmpdir(), 'release-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** @param {string} folder */
function read(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

it('the smoke test calls each public method', () => {
  const text = readFileSync(join(root, 'scripts/smoke.mjs'), 'utf8')
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(RedisStateAdapter.prototype))
  const missing = names.filter((name) => name !== 'constructor' && !new RegExp(`\\.${name}\\b`).test(text))
  assert.deepEqual(missing, [])
})
