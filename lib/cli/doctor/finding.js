// @ts-check
'use strict'

/**
 * @typedef {object} Finding
 * @property {string} check
 * @property {'ok' | 'warning' | 'problem' | 'unknown'} level `unknown`: it cannot be checked
 * @property {string} text
 * @property {string} [remedy] what to do
 *
 * @typedef {object} Subject the server that is examined
 * @property {import('../command.js').StateStore} state
 * @property {string} server its address, without credentials
 * @property {string} keyPrefix
 * @property {boolean} isCluster
 * @property {boolean} isTls
 * @property {(args: (string | number)[]) => Promise<any>} ask sends a command that changes nothing
 * @property {Record<string, string>} info fields of INFO; empty if it is not permitted
 * @property {() => number} clock milliseconds since 1970
 */

/** @param {string} check @param {string} text @returns {Finding} */
function ok(check, text) {
  return { check, level: 'ok', text }
}

/** @param {string} check @param {string} text @param {string} remedy @returns {Finding} */
function warning(check, text, remedy) {
  return { check, level: 'warning', text, remedy }
}

/** @param {string} check @param {string} text @param {string} remedy @returns {Finding} */
function problem(check, text, remedy) {
  return { check, level: 'problem', text, remedy }
}

/** @param {string} check @param {string} text @param {string} [remedy] @returns {Finding} */
function unknown(check, text, remedy) {
  return { check, level: 'unknown', text, remedy }
}

module.exports = { ok, problem, unknown, warning }
