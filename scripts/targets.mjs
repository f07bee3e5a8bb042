// @ts-check
// The targets that binaries are published for: `napi.targets` of package.json.

import { readFileSync } from 'node:fs'

const { napi } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

const ARCHITECTURES = /** @type {Record<string, string>} */ ({ x86_64: 'x64', aarch64: 'arm64' })
const SYSTEMS = /** @type {Record<string, string>} */ ({ windows: 'win32' })

/**
 * @typedef {object} Target
 * @property {string} triple the name in Rust, such as `x86_64-unknown-linux-gnu`
 * @property {string} name as in the package and the file of the binary, such as `linux-x64-gnu`
 * @property {string} packageName
 * @property {string} file
 */

/** @type {Target[]} */
export const TARGETS = napi.targets.map(targetOf)

/** @param {string} triple @returns {Target} */
function targetOf(triple) {
  const [cpu, vendor, system, library] = triple.split('-')
  const os = vendor === 'apple' ? system : (SYSTEMS[system] ?? system)
  const name = [os, ARCHITECTURES[cpu], library].filter(Boolean).join('-')
  return {
    ...{ triple, name },
    packageName: `redis-state-adapter-${name}`,
    file: `${napi.binaryName}.${name}.node`,
  }
}
