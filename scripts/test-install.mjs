// @ts-check
// `npm run test:install [-- npm linux-x64-musl ...]`: publishes the packages to a registry on loopback, and installs them by
// name, as a user does, with each package manager, and with npm on each Linux target whose binary was built.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MANAGERS } from './install/managers.mjs'
import { builtBinary, PLATFORMS } from './install/platforms.mjs'
import { startRegistry } from './install/registry.mjs'
import { checkUse } from './install/use.mjs'
import { RedisProcess } from './redis-process.mjs'
import { findServer } from './redis-server.mjs'
import { stageBinary, stageMain } from './release/packages.mjs'
import { publish } from './release/publish.mjs'
import { TARGETS } from './targets.mjs'

const wanted = process.argv.slice(2)
const managers = [...MANAGERS, ...PLATFORMS].filter(({ name }) => wanted.length === 0 || wanted.includes(name))
const work = mkdtempSync(join(tmpdir(), 'test-install-'))
const server = findServer() === undefined ? undefined : new RedisProcess()
await server?.start()
const registry = await startRegistry(join(work, 'registry'))
try {
  publishAll()
  console.log('| installed by | installed | quick start, `require`, smoke test |\n| --- | --- | --- |')
  const results = managers.map(check)
  process.exitCode = results.every((isGood) => isGood) ? 0 : 1
} finally {
  await registry.stop()
  await server?.stop()
  rmSync(work, { recursive: true, force: true })
}

/**
 * Prints a row.
 *
 * @param {import('./install/managers.mjs').Manager} manager
 * @param {number} index which is also that of its database
 * @returns {boolean} whether the installed package works
 */
function check(manager, index) {
  const urls = ['memory:', ...(server ? [`${server.url}/${index}`] : [])]
  const reason = manager.skip?.()
  if (reason !== undefined) {
    console.log(`| ${manager.name} | | skipped: ${reason} |`)
    return true
  }
  try {
    const project = manager.install(join(work, manager.name), registry)
    console.log(`| ${manager.name} | ${checkUse(project, manager, urls).join(' | ')} |`)
    return true
  } catch (error) {
    console.log(`| ${manager.name} | | fails |`)
    console.error(error)
    return false
  }
}

/** Targets whose binary is not built here get an empty file: no one loads it. */
function publishAll() {
  const placeholder = join(work, 'placeholder.node')
  writeFileSync(placeholder, '')
  const stage = join(work, 'stage')
  const binaries = TARGETS.map((target) => stageBinary(stage, target, builtBinary(target) ?? placeholder))
  const folders = [...binaries, stageMain(stage)]
  const flags = [`--registry=${registry.url}`, '--provenance=false']
  for (const folder of folders) publish(folder, { flags, env: registry.env })
}
