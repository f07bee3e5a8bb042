// @ts-check
// `npm run test:install [-- npm bun ...]`: publishes the packages to a registry on loopback, and installs them by name with
// each package manager in an empty folder, as a user does.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MANAGERS } from './install/managers.mjs'
import { startRegistry } from './install/registry.mjs'
import { checkUse } from './install/use.mjs'
import { binaryIn, root, stageBinary, stageMain } from './release/packages.mjs'
import { publish } from './release/publish.mjs'
import { TARGETS } from './targets.mjs'

const wanted = process.argv.slice(2)
const managers = MANAGERS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
const work = mkdtempSync(join(tmpdir(), 'test-install-'))
const failures = []
const registry = await startRegistry(join(work, 'registry'))
try {
  publishAll()
  for (const manager of managers) {
    console.log(`==> ${manager.name}`)
    try {
      const folder = join(work, manager.name)
      const project = manager.install(folder, registry)
      console.log(checkUse(project, manager))
    } catch (error) {
      failures.push(manager.name)
      console.error(error)
    }
  }
} finally {
  await registry.stop()
  rmSync(work, { recursive: true, force: true })
}
console.log(failures.length === 0 ? 'all managers install it' : `failed: ${failures.join(', ')}`)
process.exitCode = failures.length === 0 ? 0 : 1

/** Targets whose binary is not built here get an empty file: no one loads it. */
function publishAll() {
  const placeholder = join(work, 'placeholder.node')
  writeFileSync(placeholder, '')
  const stage = join(work, 'stage')
  const found = (/** @type {import('./targets.mjs').Target} */ target) =>
    binaryIn(join(root, 'artifacts'), target) ?? binaryIn(root, target) ?? placeholder
  const folders = [...TARGETS.map((target) => stageBinary(stage, target, found(target))), stageMain(stage)]
  const flags = [`--registry=${registry.url}`, '--provenance=false']
  for (const folder of folders) publish(folder, { flags, env: registry.env })
}
