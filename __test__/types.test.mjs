// @ts-check
// The declarations of the packed package, in every supported version of TypeScript and every kind of module resolution.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { NotInstallable } from '../scripts/cached-install.mjs'
import { installTypeCheckers } from '../scripts/type-checkers.mjs'
import { PackedProject, root } from './support/packed.mjs'

const MAX_MS = 240_000
const consumers = join(root, '__test__/types/consumers')

/** In a CommonJS module. */
const asRequired = `
import required = require('redis-state-adapter')
export const required_: typeof RedisStateAdapter = required.RedisStateAdapter
`

const LANGUAGE = { strict: true, noEmit: true, target: 'es2022', lib: ['es2022'], types: ['node'], skipLibCheck: false }
const STRICT = { ...LANGUAGE, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true }

const NODE10 = { title: 'node10', kinds: ['ts'], options: { module: 'commonjs', moduleResolution: 'node' } }
const NODE16 = { title: 'node16', kinds: ['mts', 'cts'], options: { module: 'node16', moduleResolution: 'node16' } }
const NODENEXT = { title: 'nodenext', kinds: ['mts', 'cts'], options: { module: 'nodenext' } }
const BUNDLER = { title: 'bundler', kinds: ['ts'], options: { module: 'esnext', moduleResolution: 'bundler' } }
/** Deprecated in TypeScript 6.0, removed in 7.0. */
const DEPRECATED_NODE10 = { ...NODE10, options: { ...NODE10.options, ignoreDeprecations: '6.0' } }

/**
 * The types of Node.js are the oldest that package.json declares, those of the devDependencies and the latest, each
 * with a TypeScript of its time.
 */
const versions = [
  { version: '4.9', types: 'oldest', resolutions: [NODE10, NODE16, NODENEXT] },
  { version: '5.0', types: 'oldest', resolutions: [NODE10, NODE16, NODENEXT, BUNDLER] },
  { version: '5.4', types: 'oldest', resolutions: [NODE10, NODE16, NODENEXT, BUNDLER] },
  { version: '5.9', types: 'current', resolutions: [NODE10, NODE16, NODENEXT, BUNDLER] },
  { version: '6.0', types: 'latest', resolutions: [DEPRECATED_NODE10, NODE16, NODENEXT, BUNDLER] },
  { version: '7.0', types: 'latest', resolutions: [NODE16, NODENEXT, BUNDLER] },
]

// The driver does not affect them, so one run suffices.
describe('the declarations', { skip: process.env.REDIS_STATE_DRIVER === 'thread' }, () => {
  /** @type {string} */
  let checkers
  /** @type {string} why they cannot be checked on this machine */
  let unavailable
  /** @type {PackedProject} */
  let project

  before(() => {
    try {
      checkers = installTypeCheckers()
    } catch (error) {
      if (!(error instanceof NotInstallable)) throw error
      unavailable = error.message
      return
    }
    project = new PackedProject()
    for (const file of readdirSync(consumers)) {
      const name = file.slice(0, -'.ts'.length)
      const text = readFileSync(join(consumers, file), 'utf8')
      for (const kind of ['ts', 'mts']) project.write(`${name}.${kind}`, text)
      project.write(`${name}.cts`, text + asRequired)
    }
  })

  after(() => project?.remove())

  for (const { version, types, resolutions } of versions) {
    it(`are correct in TypeScript ${version} with the ${types} types of Node.js`, (t) => {
      if (unavailable) return t.skip(unavailable)
      const checks = resolutions.map(({ title, kinds, options }) => ({
        title,
        files: kinds.flatMap((kind) => readdirSync(consumers).map((file) => file.replace(/ts$/, kind))),
        options: { ...STRICT, ...options, typeRoots: [typeRoot(types)] },
      }))
      const results = version === '7.0' ? checks.map(checkNatively) : check(version, checks)
      for (const { title, declarations, errors } of results) {
        assert.equal(errors, '', `${title}:\n${errors}`)
        assert.ok(declarations > 20, `${title}: ${declarations} declaration files`)
      }
      assert.equal(results.length, resolutions.length)
    })
  }

  it('satisfy Are The Types Wrong and publint', (t) => {
    if (unavailable) return t.skip(unavailable)
    const script = join(checkers, 'check-package.mjs')
    copyFileSync(join(root, '__test__/fixtures/check-package.mjs'), script)
    const installed = join(project.folder, 'node_modules/redis-state-adapter')
    assert.deepEqual(JSON.parse(run([script, project.tarball, installed])), { attw: [], publint: [] })
  })

  it('are checked with the oldest types of Node.js that package.json declares', () => {
    const { peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const toolchain = JSON.parse(readFileSync(join(root, '__test__/types/toolchain/package.json'), 'utf8'))
    const oldest = toolchain.dependencies['@types/node']
    assert.ok(peerDependencies['@types/node'].split(' || ').includes(`>=${oldest}`), peerDependencies['@types/node'])
  })

  /** @param {string} types @returns {string} */
  function typeRoot(types) {
    if (types === 'current') return join(root, 'node_modules/@types')
    return join(checkers, types === 'oldest' ? 'node_modules/@types' : 'latest')
  }

  /** @param {string} version @param {object[]} checks @returns {any[]} */
  function check(version, checks) {
    const folder =
      version === '6.0' ? join(root, 'node_modules/typescript') : join(checkers, `node_modules/typescript-${version}`)
    const script = join(root, '__test__/fixtures/check-types.cjs')
    const output = run([script, join(folder, 'lib/typescript.js'), JSON.stringify(checks)])
    return output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  }

  /** TypeScript 7 has no API, but is fast. @param {{ title: string, files: string[], options: object }} check */
  function checkNatively({ title, files, options }) {
    project.write('tsconfig.json', JSON.stringify({ compilerOptions: options, files }))
    const tsc = join(checkers, 'node_modules/typescript-7.0/bin/tsc')
    const { status, stdout, stderr } = node([tsc, '-p', '.', '--listFiles'])
    const declarations = stdout.split('\n').filter((line) => line.includes('/node_modules/redis-state-adapter/')).length
    return { title, declarations, errors: status === 0 ? '' : stdout + stderr }
  }

  /** @param {string[]} args */
  function run(args) {
    const { status, stdout, stderr } = node(args)
    assert.equal(status, 0, `node ${args[0]} failed:\n${stdout}${stderr}`)
    return stdout
  }

  /** @param {string[]} args */
  function node(args) {
    return spawnSync(process.execPath, args, { cwd: project.folder, timeout: MAX_MS, encoding: 'utf8' })
  }
})
