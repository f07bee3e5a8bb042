// @ts-check
// The packages as they are published: a folder for the main one, and one for each binary.

import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npm } from '../npm.mjs'
import { TARGETS } from '../targets.mjs'

/** @typedef {import('../targets.mjs').Target} Target */

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** What only a clone needs. */
const DEVELOPMENT = ['scripts', 'devDependencies', 'overrides', 'napi']

export function manifest() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
}

/**
 * Makes the main package. It depends on the packages with the binaries in exactly its version. In the repository it does not, as
 * `npm install` would look for a version that is not published yet.
 *
 * @param {string} parent
 * @param {Target[]} [targets] whose packages it depends on
 * @returns {string} the folder of the package
 */
export function stageMain(parent, targets = TARGETS) {
  const folder = emptyFolder(parent, 'redis-state-adapter')
  for (const file of publishedFiles()) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    copyFileSync(join(root, file), join(folder, file))
  }
  const all = manifest()
  const kept = Object.fromEntries(Object.entries(all).filter(([name]) => !DEVELOPMENT.includes(name)))
  const optionalDependencies = Object.fromEntries(targets.map(({ packageName }) => [packageName, all.version]))
  writeManifest(folder, { ...kept, optionalDependencies })
  bundle(folder)
  return folder
}

/**
 * Makes the package of a target. It has no `engines`: with another version of Node.js npm would leave it out without a word.
 *
 * @param {string} parent
 * @param {Target} target
 * @param {string} binary path of the file
 * @returns {string} the folder of the package
 */
export function stageBinary(parent, target, binary) {
  const { name, packageName, file } = target
  const { version, license, repository, publishConfig } = manifest()
  const [os, cpu, library] = name.split('-')
  const folder = emptyFolder(parent, packageName)
  cpSync(binary, join(folder, file))
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  writeFileSync(join(folder, 'README.md'), `The binary of \`redis-state-adapter\` for ${name}. Install that package.\n`)
  const libc = os === 'linux' ? { libc: [library === 'gnu' ? 'glibc' : library] } : {}
  const description = `The binary of redis-state-adapter for ${name}`
  const platform = { os: [os], cpu: [cpu], ...libc }
  writeManifest(folder, {
    ...{ name: packageName, version, description, license, repository, publishConfig },
    ...{ main: file, files: [file], ...platform },
  })
  return folder
}

/** The path of the binary of each target in a folder, or `undefined`. @param {string} artifacts @param {Target} target */
export function binaryIn(artifacts, { file, name }) {
  // `actions/download-artifact` makes a folder for each artifact.
  return [join(artifacts, file), join(artifacts, name, file)].find((path) => existsSync(path))
}

/** @returns {string[]} */
function publishedFiles() {
  const { status, stdout, stderr } = npm(['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root })
  if (status !== 0) throw new Error(`npm pack failed: ${stderr}`)
  return JSON.parse(String(stdout))[0].files.map((/** @type {{ path: string }} */ { path }) => path)
}

/** In a process of its own, which can be waited for. @param {string} folder */
function bundle(folder) {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/release/bundle.mjs'), folder])
  if (status !== 0) throw new Error(`lib/ cannot be bundled (without node_modules run npm install first): ${stderr}`)
}

/** @param {string} parent @param {string} name */
function emptyFolder(parent, name) {
  const folder = join(parent, name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  return folder
}

/** @param {string} folder @param {object} content */
function writeManifest(folder, content) {
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(content, null, 2)}\n`)
}
