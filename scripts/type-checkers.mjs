// @ts-check
// Compilers and checkers for the tests of the declarations, in the versions of `__test__/types/toolchain/package.json`.

import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { cachedInstall } from './cached-install.mjs'

const manifest = new URL('../__test__/types/toolchain/package.json', import.meta.url)

/** @returns {string} folder that has them in its `node_modules` */
export function installTypeCheckers() {
  const { dependencies } = JSON.parse(readFileSync(manifest, 'utf8'))
  return cachedInstall('type-checkers', dependencies, linkLatestNodeTypes)
}

/** A folder of types needs the name `node`, which the oldest version has. @param {string} folder */
function linkLatestNodeTypes(folder) {
  mkdirSync(join(folder, 'latest'))
  symlinkSync('../node_modules/types-node-latest', join(folder, 'latest/node'), 'junction')
}
