// @ts-check
'use strict'

/**
 * Composes the messages of errors, which are sentences of their own, as most logs keep nothing else:
 * `<method>("<trace id>", "<key>"): <what happened>: <why>. <what to do>`
 *
 * @typedef {import('../index.js').RedisStateErrorCode} Code
 * @typedef {import('../index.js').RedisStateErrorDetails} Details
 *
 * @typedef {object} CallName a call, as the caller knows it
 * @property {string} [operation] the method, or `new RedisStateAdapter`
 * @property {string} [traceId]
 * @property {string} [key]
 * @property {string} [command] the server command, if it has no trace id
 */

const MAX_SHOWN_ID_LENGTH = 100
const IS_METHOD = /^[a-z]\w*$/
const HAS_END = /[.?!\u2026]["')]?$/

/** Errors whose `applied` goes without saying, or is in their text. */
const SAYS_APPLIED = new Set(['ERR_INVALID_ARGUMENT', 'ERR_INVALID_VALUE', 'ERR_UNSUPPORTED', 'ERR_PARTIAL'])

/** @type {Partial<Record<string, string>>} */
const APPLIED = { no: 'Nothing was written.', unknown: 'It is unknown whether the write was executed.' }

/**
 * Returns how a call starts its messages: `get("t", "k")`.
 *
 * @param {CallName} call
 */
function titleOf({ operation = '', traceId, key, command }) {
  if (!IS_METHOD.test(operation)) return operation
  // Without its trace id, a key would look like one.
  if (traceId === undefined && command === undefined) return `${operation}()`
  return `${operation}(${shownId(traceId ?? command ?? '')}${key === undefined ? '' : `, ${shownId(key)}`})`
}

/** Quotes a trace id or a key, shortened. @param {string} id */
function shownId(id) {
  if (id.length <= MAX_SHOWN_ID_LENGTH) return JSON.stringify(id)
  // Without half of a surrogate pair.
  return JSON.stringify(`${id.slice(0, MAX_SHOWN_ID_LENGTH).replace(/[\ud800-\udbff]$/, '')}…`)
}

/**
 * Puts the title of a call in front of a message that has none.
 *
 * @param {CallName} call
 * @param {string} message
 */
function titled(call, message) {
  return `${titleOf(call)}: ${message}`
}

/**
 * Removes the title from the message of an error. The title of a call on a trace has no key, although its error can be of an entry.
 *
 * @param {CallName & { message: string }} error
 */
function untitled({ message, operation, traceId, key }) {
  const titles = [key, undefined].map((ofEntry) => `${titleOf({ operation, traceId, key: ofEntry })}: `)
  const title = titles.find((one) => message.startsWith(one)) ?? ''
  return message.slice(title.length)
}

/**
 * Makes sentences of what happened, of what became of a write, and of what to do.
 *
 * @param {string} what happened and why, without the full stop
 * @param {{ code?: Code, applied?: Details['applied'], remedy?: string }} [more]
 */
function sentences(what, { code = 'ERR_INTERNAL', applied, remedy } = {}) {
  const outcome = applied === undefined || SAYS_APPLIED.has(code) ? undefined : APPLIED[applied]
  let text = HAS_END.test(what) ? what : `${what}.`
  if (outcome !== undefined) text += ` ${outcome}`
  return remedy === undefined ? text : `${text} ${remedy}`
}

module.exports = { sentences, shownId, titled, untitled }
