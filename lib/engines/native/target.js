// @ts-check
'use strict'

const { Buffer } = require('node:buffer')
const { closeSync, openSync, readFileSync, readSync } = require('node:fs')

/**
 * The package with the binary for each target. Each name is a literal, so that tools that copy what a program requires find the
 * package. No other package is ever required: names that this project does not own could be anyone's.
 *
 * @type {Record<string, () => unknown>}
 */
const PACKAGES = {
  'linux-x64-gnu': () => require('redis-state-adapter-linux-x64-gnu'),
  'linux-x64-musl': () => require('redis-state-adapter-linux-x64-musl'),
  'linux-arm64-gnu': () => require('redis-state-adapter-linux-arm64-gnu'),
  'linux-arm64-musl': () => require('redis-state-adapter-linux-arm64-musl'),
  'darwin-x64': () => require('redis-state-adapter-darwin-x64'),
  'darwin-arm64': () => require('redis-state-adapter-darwin-arm64'),
  'win32-x64-msvc': () => require('redis-state-adapter-win32-x64-msvc'),
  'win32-arm64-msvc': () => require('redis-state-adapter-win32-arm64-msvc'),
}

const TARGETS = Object.keys(PACKAGES)

/** The interpreter is named directly behind the program headers. */
const ELF_HEAD_BYTES = 4096

/** The target that this process needs. It need not be one of `TARGETS`. */
function currentTarget() {
  const { platform, arch } = process
  if (platform === 'linux') return `linux-${arch}-${usesMusl() ? 'musl' : 'gnu'}`
  return platform === 'win32' ? `win32-${arch}-msvc` : `${platform}-${arch}`
}

/** Whether this process runs on musl. Without a sign of it, glibc is assumed. */
function usesMusl() {
  return attempted(isMuslByInterpreter) ?? attempted(isMuslByReport) ?? attempted(isMuslBySystem) ?? false
}

/** The interpreter of the running program is the fastest to look at, and right also where both libraries are installed. */
function isMuslByInterpreter() {
  return isMuslIn(headOf(process.execPath))
}

function isMuslByReport() {
  const report = /** @type {any} */ (process.report)
  const { excludeNetwork } = report
  // Otherwise it looks up the names of the hosts that this process is connected to.
  report.excludeNetwork = true
  try {
    const { header, sharedObjects } = report.getReport()
    return header.glibcVersionRuntime ? false : isMuslIn(sharedObjects.join())
  } finally {
    report.excludeNetwork = excludeNetwork
  }
}

function isMuslBySystem() {
  return readFileSync('/usr/bin/ldd', 'utf8').includes('musl')
}

/** @param {string} text that may name the dynamic linker */
function isMuslIn(text) {
  if (text.includes('/ld-musl-')) return true
  return text.includes('/ld-linux') ? false : undefined
}

/** @param {string} file */
function headOf(file) {
  const descriptor = openSync(file, 'r')
  try {
    const head = Buffer.alloc(ELF_HEAD_BYTES)
    return head.toString('latin1', 0, readSync(descriptor, head, 0, ELF_HEAD_BYTES, 0))
  } finally {
    closeSync(descriptor)
  }
}

/** @param {() => boolean | undefined} detect @returns {boolean | undefined} undefined if it fails */
function attempted(detect) {
  try {
    return detect()
  } catch {
    return undefined
  }
}

module.exports = { PACKAGES, TARGETS, currentTarget }
