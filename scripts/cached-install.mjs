// @ts-check
// Packages that some tests need beside the devDependencies, because these would be large or conflict with them.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npm } from './npm.mjs'

const cache = fileURLToPath(new URL('../node_modules/.cache/', import.meta.url))
const MAX_INSTALL_MS = 180_000

/** The registry cannot be reached. */
export class NotInstallable extends Error {}

/**
 * Installs packages unless an earlier call did.
 *
 * @param {string} name of the folder in the cache
 * @param {Record<string, string>} dependencies
 * @param {(folder: string) => void} [complete] is called after the installation
 * @param {Record<string, string>} [overrides] versions of their dependencies
 * @returns {string} folder that has them in its `node_modules`
 * @throws NotInstallable
 */
export function cachedInstall(name, dependencies, complete = () => {}, overrides = {}) {
  const version = createHash('sha256').update(JSON.stringify(dependencies)).digest('hex').slice(0, 16)
  const folder = join(cache, name, version)
  if (!existsSync(folder)) install(folder, { dependencies, overrides, complete })
  return folder
}

/**
 * In a folder of its own that is renamed when it is complete, because several processes may install at the same time.
 *
 * @param {string} folder
 * @param {{ dependencies: object, overrides: object, complete: (folder: string) => void }} what
 */
function install(folder, { dependencies, overrides, complete }) {
  mkdirSync(join(folder, '..'), { recursive: true })
  const temporary = mkdtempSync(join(folder, '..', 'install-'))
  try {
    writeFileSync(join(temporary, 'package.json'), JSON.stringify({ private: true, dependencies, overrides }))
    const options = ['--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts']
    options.push('--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=2000')
    const { status, stderr, error } = npm(['install', ...options], { cwd: temporary, timeout: MAX_INSTALL_MS })
    if (status !== 0) {
      const names = Object.keys(dependencies).join(', ')
      throw new NotInstallable(`npm install of ${names}: ${error ?? String(stderr).trim()}`)
    }
    complete(temporary)
    moveTo(folder, temporary)
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** @param {string} folder @param {string} temporary */
function moveTo(folder, temporary) {
  try {
    renameSync(temporary, folder)
  } catch (error) {
    // Another process was faster.
    if (!existsSync(folder)) throw error
  }
}
