// @ts-check
// The package as a user gets it: packed with the package of the binary for this platform, and installed in an empty project.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { npm } from '../../scripts/npm.mjs'
import { root, stageBinary, stageMain } from '../../scripts/release/packages.mjs'
import { TARGETS } from '../../scripts/targets.mjs'

export { root }

const { currentTarget } = createRequire(import.meta.url)('../../lib/engines/native/target.js')
const MAX_MS = 600_000

/** An empty project with the package. */
export class PackedProject {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'package-')))
  /** Path of the tarball. */
  tarball
  /** @type {string[]} paths of the files in the tarball */
  files
  /** @type {string} name of the package with the binary */
  binaryName

  constructor() {
    const target = TARGETS.find(({ name }) => name === currentTarget())
    assert.ok(target, `there are no binaries for ${currentTarget()}`)
    this.binaryName = target.packageName
    const stage = join(this.folder, 'stage')
    mkdirSync(stage)
    const binary = this.#pack(stageBinary(stage, target, join(root, target.file)))
    const main = this.#pack(stageMain(stage, [target]))
    this.tarball = main.path
    this.files = main.files
    this.write('package.json', JSON.stringify({ name: 'user', private: true }))
    const quiet = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund']
    this.#npm(this.folder, 'install', ...quiet, binary.path, main.path)
    rmSync(stage, { recursive: true })
  }

  /** @param {string} name @param {string} text */
  write(name, text) {
    writeFileSync(join(this.folder, name), text)
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Runs Node.js there, and returns what it printed. @param {string[]} args */
  run(args) {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: this.folder, timeout: MAX_MS })
    assert.equal(status, 0, `node ${args[0]} failed:\n${stdout}${stderr}`)
    return String(stdout)
  }

  /** @param {string} folder of a package */
  #pack(folder) {
    const output = this.#npm(folder, 'pack', '--json', '--ignore-scripts', '--pack-destination', this.folder)
    const [{ filename, files }] = JSON.parse(output)
    /** @type {string[]} */
    const paths = files.map((/** @type {{ path: string }} */ { path }) => path).sort()
    return { path: join(this.folder, filename), files: paths }
  }

  /** @param {string} cwd @param {string[]} args */
  #npm(cwd, ...args) {
    const { status, stdout, stderr } = npm(args, { cwd, timeout: MAX_MS })
    assert.equal(status, 0, `npm ${args[0]} failed:\n${stdout}${stderr}`)
    return String(stdout)
  }
}
