// @ts-check
'use strict'

const CREDENTIALS = /([a-z][a-z\d+.-]*:\/\/)[^\s/@]*(?:@[^\s/@]*)*@/gi

/** A mistake in the arguments of the command line. */
class UsageError extends Error {
  code = 'ERR_USAGE'

  /** @param {string} what without the full stop @param {string} [remedy] a sentence */
  constructor(what, remedy) {
    // An argument that is quoted can be a url.
    super(withoutCredentials(`${what}.${remedy === undefined ? '' : ` ${remedy}`}`))
  }
}
Object.defineProperty(UsageError.prototype, 'name', { value: 'UsageError' })

/** Replaces the part of urls in front of the host. @param {string} text */
function withoutCredentials(text) {
  return text.replace(CREDENTIALS, '$1***@')
}

module.exports = { UsageError }
