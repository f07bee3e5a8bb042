// @ts-check
'use strict'

const { warn } = require('../../warning.js')

let hasWarned = false

/**
 * Returns the certificate authorities that Node.js trusts, in PEM. Native code calls it only if the system has none.
 *
 * @returns {string[]}
 */
function rootsOfNode() {
  // Loaded here, as that takes milliseconds and most adapters do not need it.
  const tls = /** @type {any} */ (require('node:tls'))
  return tls.getCACertificates?.('default') ?? [...tls.rootCertificates]
}

/** Warns once that certificate authorities named by the environment are ignored. @param {string} reason */
function warnOfIgnoredRoots(reason) {
  if (!hasWarned) warn(reason)
  hasWarned = true
}

module.exports = { rootsOfNode, warnOfIgnoredRoots }
