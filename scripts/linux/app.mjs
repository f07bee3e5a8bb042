// @ts-check
// An app with the packages of a binary installed as a user has them, and the command that runs its programs.

import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, stageBinary, stageMain } from '../release/packages.mjs'
import { nodeFor } from './roots.mjs'

const PROGRAMS = { 'smoke.mjs': 'scripts/smoke.mjs', 'import.mjs': 'scripts/linux/import.mjs' }

export class App {
  /** @param {import('../targets.mjs').Target} target @param {string} binary */
  constructor(target, binary) {
    const work = join(root, 'target', 'smoke')
    mkdirSync(work, { recursive: true })
    this.target = target
    this.folder = mkdtempSync(join(work, `${target.name}-`))
    this.modules = join(this.folder, 'node_modules')
    stageMain(this.modules, [target])
    stageBinary(this.modules, target, binary)
    // Without it, the programs would be part of this package, and import it from the clone.
    writeFileSync(join(this.folder, 'package.json'), '{ "private": true }')
    for (const [name, source] of Object.entries(PROGRAMS)) copyFileSync(join(root, source), join(this.folder, name))
  }

  /** The processor is another one than that of this machine. */
  get isEmulated() {
    return !this.target.name.includes(process.arch)
  }

  /** @param {keyof typeof PROGRAMS} program @returns {string[]} the command that runs it in Node.js for the target */
  command(program) {
    const command = nodeFor(this.target, this.folder)
    return [...command, this.pathInside(program, command)]
  }

  /**
   * @param {string} name of a file of the app
   * @param {string[]} [command]
   * @returns {string} its path as the program sees it
   */
  pathInside(name, command = nodeFor(this.target, this.folder)) {
    return join(command[0] === 'unshare' ? '/app' : this.folder, name)
  }

  remove() {
    rmSync(this.folder, { recursive: true })
  }
}
