// @ts-check
'use strict'

const { existsSync } = require('node:fs')
const { join } = require('node:path')
const { packageFolder, packageVersion } = require('../../package.js')
const { PACKAGES, TARGETS, currentTarget } = require('./target.js')

/** @typedef {typeof import('../../../native.js')} Native */

/**
 * Loads the native code: the file that was built in this folder, or the package for this platform.
 *
 * @returns {Native}
 */
function loadNative() {
  const target = currentTarget()
  const built = join(packageFolder, `redis-state-adapter.${target}.node`)
  if (existsSync(built)) return inAttempt(target, () => require(built), built)
  if (!TARGETS.includes(target)) throw failures().unknownPlatform(target)
  return loadPackage(target)
}

/** @param {string} target @returns {Native} */
function loadPackage(target) {
  const name = packageOf(target)
  const installed = versionOf(name)
  if (installed === undefined) throw failures().notInstalled(target, name, otherInstalled(target))
  const version = packageVersion()
  // How calls cross to native code is a matter of each version.
  if (installed !== version) throw failures().otherVersion(target, { name, installed, version })
  return inAttempt(target, PACKAGES[target])
}

/**
 * @param {string} target
 * @param {() => unknown} load
 * @param {string} [built] the file, if it was built in this folder
 */
function inAttempt(target, load, built) {
  try {
    return /** @type {Native} */ (load())
  } catch (error) {
    throw failures().notLoadable(target, error, built)
  }
}

/** @param {string} target */
function otherInstalled(target) {
  return TARGETS.filter((other) => other !== target)
    .map(packageOf)
    .find((name) => versionOf(name) !== undefined)
}

/** @param {string} target */
function packageOf(target) {
  return `redis-state-adapter-${target}`
}

/** @param {string} name of a package @returns {string | undefined} undefined if it is not installed */
function versionOf(name) {
  try {
    return require(`${name}/package.json`).version
  } catch (error) {
    // Such as a folder that may not be read.
    if (!isNotFound(error)) throw failures().notLoadable(currentTarget(), error)
    return undefined
  }
}

/** Loaded by a failure, not by the import of the package. */
function failures() {
  return require('./load-failure.js')
}

/** Yarn has codes of its own for packages that are not installed. @param {any} error */
function isNotFound({ code, pnpCode }) {
  return code === 'MODULE_NOT_FOUND' || pnpCode !== undefined
}

module.exports = { loadNative }
