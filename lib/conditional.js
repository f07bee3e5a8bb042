// @ts-check
'use strict'

const { escapeMarks, jsonText } = require('./entry.js')

/**
 * @typedef {import('./core.js').Core} Core
 * @typedef {import('./call-options.js').Given} Given
 */

const WITH_SET = ['ttl', 'ifAbsent', 'ifMatch', 'waitReplicas', 'signal']
const WITH_DELETE = ['ifMatch', 'waitReplicas', 'signal']

/** What a plain set or delete does not have. @param {any} options */
function isPlain(options) {
  return options === undefined || (options?.ttl ?? options?.ifAbsent ?? options?.ifMatch) === undefined
}

/**
 * @param {Core} core
 * @param {string} traceId
 * @param {string} key
 * @param {unknown} value
 * @param {unknown} options
 */
function setWith(core, traceId, key, value, options) {
  return core.checked({ traceId, key, writes: true }, () => {
    if (isPlain(options)) return core.pointWith('set', traceId, key, value, options, WITH_SET)
    const args = (/** @type {Given} */ { ttl, condition }) => [jsonText(value), ttl, escapeMarks(condition)]
    return core.act({ operation: 'set', action: 'write', traceId, key, options, accepted: WITH_SET, args, value })
  })
}

/**
 * @param {Core} core
 * @param {string} traceId
 * @param {string} key
 * @param {unknown} options
 */
function deleteWith(core, traceId, key, options) {
  return core.checked({ traceId, key, writes: true }, () => {
    if (isPlain(options)) return core.pointWith('delete', traceId, key, undefined, options, WITH_DELETE)
    const args = (/** @type {Given} */ given) => [etagOf(given)]
    return core.act({ operation: 'delete', action: 'take', traceId, key, options, accepted: WITH_DELETE, args })
  })
}

/**
 * The etag of a condition as it crosses; nothing where there is no condition.
 *
 * @param {Given} given
 */
function etagOf({ condition }) {
  return escapeMarks(condition.slice('match:'.length))
}

module.exports = { deleteWith, etagOf, setWith }
