// @ts-check
'use strict'

const { failure } = require('../../errors.js')

const REMEDY =
  'The package contains a binary for Linux on x64 with glibc 2.34 or later. On other platforms build it in a clone with npm run build.'

/**
 * Loads the native code. The error of the generated loader advises to remove files, and has the reason in its last cause.
 *
 * @returns {typeof import('../../../native.js')}
 */
function loadNative() {
  try {
    return require('../../../native.js')
  } catch (error) {
    const reason = reasonOf(error)
    throw failure('ERR_UNSUPPORTED', `redis-state-adapter: cannot load its native code on ${platform()}: ${reason}`, {
      remedy: REMEDY,
      cause: error,
    })
  }
}

/** Why a binary that exists cannot be loaded, or that there is none. @param {unknown} error */
function reasonOf(error) {
  return messagesOf(error).find((message) => !message.startsWith('Cannot find module')) ?? 'there is no binary for it'
}

/** @param {any} error @returns {string[]} the messages of all causes, one for each file that was tried, in their order */
function messagesOf(error) {
  const messages = []
  for (let cause = error?.cause; cause; cause = cause.cause) messages.unshift(String(cause.message))
  return messages
}

function platform() {
  return `${process.platform}-${process.arch} with Node.js ${process.versions.node}`
}

module.exports = { loadNative }
