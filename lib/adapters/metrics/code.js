// @ts-check
'use strict'

const CODE = /^[A-Z0-9_]{1,32}$/

/**
 * Whether a text has the form of a code, of this package or of a server. Other texts are not exported, because they can contain
 * keys: a script chooses its error reply, and a function of the caller the code of an error that it throws.
 *
 * @param {unknown} text
 * @returns {text is string}
 */
function isCode(text) {
  return typeof text === 'string' && CODE.test(text)
}

module.exports = { isCode }
