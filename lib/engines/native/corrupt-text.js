// @ts-check
'use strict'

const { Buffer } = require('node:buffer')
const { shownId } = require('../../error-message.js')

/** What a text can start with, in words. @type {[pattern: RegExp, words: string][]} */
const STARTS = [
  [/^[a-z]/i, 'a letter'],
  [/^\d/, 'a digit'],
  [/^[{[]/, 'a bracket'],
  [/^"/, 'a quotation mark'],
  [/^\p{Cc}/u, 'a control character'],
  [/^[^\0-\x7f]/, 'a byte that is not ASCII'],
]

const WRITTEN_BY_OTHERS = 'It was written by another client.'

/**
 * Describes a stored text that is not JSON without showing it; src/error/causes.rs describes texts alike.
 *
 * @param {string} text
 */
function whyCorrupt(text) {
  if (text === '') return 'is not JSON (empty)'
  const [, start] = STARTS.find(([pattern]) => pattern.test(text)) ?? [undefined, 'another character']
  const bytes = Buffer.byteLength(text)
  return `is not JSON (${bytes === 1 ? '1 byte' : `${bytes} bytes`}, starting with ${start})`
}

/**
 * Names the entry whose value is corrupt, as far as the title of the call does not.
 *
 * @param {{ traceId?: string, key?: string }} entry
 * @param {{ traceId?: string, key?: string }} call
 */
function corruptSubject({ traceId, key }, call) {
  if (key === undefined || key === call.key) return 'the value'
  const ofTrace = traceId === undefined || traceId === call.traceId ? '' : ` of trace id ${shownId(traceId)}`
  return `the value of key ${shownId(key)}${ofTrace}`
}

module.exports = { WRITTEN_BY_OTHERS, corruptSubject, whyCorrupt }
