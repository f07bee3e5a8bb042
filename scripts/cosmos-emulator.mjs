// @ts-check
// Builds the in-memory Cosmos DB of the tests, in Rust: __test__/cosmos/emulator.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const manifest = '__test__/cosmos/emulator/Cargo.toml'
const target = 'target/cosmos-emulator'

/** Its crates cannot be obtained on this machine; the message has the reason. */
export class NoCosmosEmulator extends Error {}

/**
 * Takes half a minute the first time, and no time if nothing has changed.
 *
 * @returns {string} path of the binary
 * @throws {NoCosmosEmulator}
 */
export function cosmosEmulator() {
  const { stdout: version, error } = cargo(['--version', '--verbose'])
  if (error) throw new NoCosmosEmulator(`cargo does not start: ${error.message}`)
  const host = /^host: (.+)$/m.exec(version)?.[1] ?? ''
  const fetched = cargo(['fetch', '--locked', '--target', host, '--manifest-path', manifest])
  if (fetched.status !== 0) throw new NoCosmosEmulator(`its crates cannot be fetched: ${fetched.stderr.trim()}`)
  // Without a network, so that what fails now is wrong with the emulator.
  const built = cargo(['build', '--locked', '--offline', '--manifest-path', manifest, '--target-dir', target])
  if (built.status !== 0) throw new Error(`the Cosmos DB of the tests does not build:\n${built.stderr}`)
  return `${root}${target}/debug/cosmos-emulator${process.platform === 'win32' ? '.exe' : ''}`
}

/** @param {string[]} args */
function cargo(args) {
  return spawnSync('cargo', args, { cwd: root, encoding: 'utf8' })
}
