// @ts-check
'use strict'

const { failure } = require('../../errors.js')
const { TARGETS } = require('./target.js')

/**
 * The errors of a package whose native code cannot be loaded: each names the platform and what was found, and has one remedy for
 * that.
 */

const PAGE = 'docs/platforms.md'
const BUILD = `Build it from its source: see ${PAGE}.`

/** @param {string} target */
function unknownPlatform(target) {
  const what = `redis-state-adapter has no binary for ${platformOf(target)}. Supported: ${TARGETS.map(platformOf).join(', ')}`
  return failure('ERR_UNSUPPORTED_PLATFORM', what, { remedy: BUILD })
}

/**
 * @param {string} target
 * @param {string} name of its package
 * @param {string} [other] the package for another platform, which is installed
 */
function notInstalled(target, name, other) {
  const what = `redis-state-adapter has no binary for ${platformOf(target)}: the package ${name} is not installed`
  if (other === undefined) {
    return failure('ERR_UNSUPPORTED_PLATFORM', what, {
      remedy: `Reinstall without --omit=optional or --no-optional, or see ${PAGE}.`,
    })
  }
  return failure('ERR_UNSUPPORTED_PLATFORM', `${what}, but ${other} is`, {
    remedy: `Do not copy node_modules from another system: remove it and install here, or see ${PAGE}.`,
  })
}

/** @param {string} target @param {{ name: string, installed: string, version: string }} versions */
function otherVersion(target, { name, installed, version }) {
  const what = `redis-state-adapter ${version} has no binary for ${platformOf(target)}: the package ${name} has the version ${installed}`
  return failure('ERR_UNSUPPORTED_PLATFORM', what, {
    remedy: `Install both in one version: npm install redis-state-adapter@${version}.`,
  })
}

/**
 * @param {string} target
 * @param {any} error of the loader
 * @param {string} [built] the file, if it was not installed but built
 */
function notLoadable(target, error, built) {
  const reason = firstLine(error?.message ?? error)
  const what = `redis-state-adapter cannot load its binary for ${platformOf(target)}: ${reason}`
  return failure('ERR_UNSUPPORTED_PLATFORM', what, { remedy: remedyFor(error, built), cause: error })
}

/** @param {any} error @param {string} [built] */
function remedyFor(error, built) {
  if (error?.code === 'ERR_DLOPEN_DISABLED') {
    return process.permission === undefined ? 'Run Node.js without --no-addons.' : 'Run Node.js with --allow-addons.'
  }
  if (error?.code === 'ERR_ACCESS_DENIED') return 'Run Node.js with --allow-fs-read for the folder of the package.'
  if (error?.name === 'NotCapable') return 'Run Deno with --allow-ffi.'
  // The dynamic linker has nothing but this text.
  if (/version `GLIBC_[\d.]+' not found/.test(error?.message)) {
    return `Use a system with that version of glibc or a later one. ${BUILD}`
  }
  return built === undefined
    ? 'The file is damaged, or made for another system: remove node_modules and install again.'
    : `Build ${built} again: npm run build.`
}

/** @param {unknown} text */
function firstLine(text) {
  return String(text).split('\n', 1)[0].replace(/\.$/, '')
}

/** Shows a target as `linux-x64 (musl)`. @param {string} target */
function platformOf(target) {
  const [platform, arch, library] = target.split('-')
  return platform === 'linux' ? `linux-${arch} (${library})` : `${platform}-${arch}`
}

module.exports = { notInstalled, notLoadable, otherVersion, unknownPlatform }
