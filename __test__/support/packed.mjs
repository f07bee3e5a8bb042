// @ts-check
// The package as a user gets it: packed, and installed in an empty project.

import assert from 'node:assert/strict'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npm } from '../../scripts/npm.mjs'

export const root = fileURLToPath(new URL('../..', import.meta.url))
const MAX_MS = 120_000

/** An empty project with the package. */
export class PackedProject {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'package-')))
  /** Path of the tarball. */
  tarball
  /** @type {string[]} paths of the files in the tarball */
  files

  constructor() {
    // Without scripts: what is tested is what was built, and the build is not repeated.
    const output = this.#npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', this.folder)
    const [{ filename, files }] = JSON.parse(output)
    this.tarball = join(this.folder, filename)
    this.files = files.map((/** @type {{ path: string }} */ { path }) => path).sort()
    this.write('package.json', JSON.stringify({ name: 'user', private: true }))
    this.#npm(this.folder, 'install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', filename)
  }

  /** @param {string} name @param {string} text */
  write(name, text) {
    writeFileSync(join(this.folder, name), text)
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** @param {string} cwd @param {string[]} args */
  #npm(cwd, ...args) {
    const { status, stdout, stderr } = npm(args, { cwd, timeout: MAX_MS })
    assert.equal(status, 0, `npm ${args[0]} failed:\n${stdout}${stderr}`)
    return String(stdout)
  }
}
