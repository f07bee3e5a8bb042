// @ts-check
'use strict'

const { NO_OPTIONS } = require('./call-options.js')

/** @typedef {import('./call-options.js').CheckedOptions} CheckedOptions */

const READ = Object.freeze({ retry: /** @type {const} */ ('read') })
const READ_BYTES = Object.freeze({ ...READ, encoding: /** @type {const} */ ('bytes') })
const BYTES = Object.freeze({ encoding: /** @type {const} */ ('bytes') })

/**
 * The options of commands that this package sends in most calls of an adapter. They are known to be valid: checking them would take
 * as long as the rest of a call on the JavaScript side.
 *
 * @type {ReadonlyMap<unknown, CheckedOptions>}
 */
const CHECKED = new Map([READ, READ_BYTES, BYTES].map((all) => [all, Object.freeze({ all })]))

/**
 * @param {unknown} options of a command
 * @returns {CheckedOptions | undefined} the checked options, if no check is needed
 */
function knownOptions(options) {
  return options === undefined ? NO_OPTIONS : CHECKED.get(options)
}

module.exports = { BYTES, READ, READ_BYTES, knownOptions }
