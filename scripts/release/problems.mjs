// @ts-check
// What must be in order before a version is published.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TARGETS } from '../targets.mjs'
import { binaryIn, manifest, root } from './packages.mjs'

/**
 * @param {string} artifacts folder with the binaries
 * @returns {string[]} a sentence for each problem
 */
export function problemsIn(artifacts) {
  const { version, repository } = manifest()
  return [
    ...problemsOfRepository(repository),
    ...problemsOfVersion(version, read('Cargo.toml')),
    ...problemsOfChangelog(version, read('CHANGELOG.md')),
    ...TARGETS.filter((target) => binaryIn(artifacts, target) === undefined).map(({ file }) => `${file} is missing.`),
  ]
}

/** @param {{ url?: string } | undefined} repository of package.json */
export function problemsOfRepository(repository) {
  if (repository?.url) return []
  return ['package.json has no repository: npm pkg set repository.type=git repository.url=git+https://<address>.git']
}

/** @param {string} version @param {string} cargo */
export function problemsOfVersion(version, cargo) {
  const [, inCargo] = /^version = "(.*)"$/m.exec(cargo) ?? []
  return inCargo === version ? [] : [`package.json has the version ${version}, Cargo.toml ${inCargo}.`]
}

/** @param {string} version @param {string} changelog */
export function problemsOfChangelog(version, changelog) {
  const isNamed = changelog.includes(`\n## [${version}]`)
  return isNamed ? [] : [`CHANGELOG.md has no section ${version}: rename "Unreleased".`]
}

/** @param {string} file */
function read(file) {
  return readFileSync(join(root, file), 'utf8')
}
