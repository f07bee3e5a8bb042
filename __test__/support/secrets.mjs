// @ts-check
// A login that nobody may see, and whether somebody does.

import assert from 'node:assert/strict'
import { format, inspect } from 'node:util'

/** In each part of the password that some parser could take for the whole. */
const mark = 'Kq7'
const everyKind = ['@', ':', '/', '?', '#', '%41', ' ', '"', "'", '\\', '\t', '&', '=', '[', ']', '{', '}', '€', '😀']

export const username = 'ada@löwe:/%41?#'
export const password = everyKind.map((character, index) => `${mark}${index}${character}`).join('') + mark
export const wrongPassword = `${mark}wrong${password}`

/** Passwords that may break a url in which they stand as they are, each in another way. */
export const rawPasswords = [...everyKind, '@Kq7?', '@Kq7#', '@Kq7/', '@Kq7:', '@[Kq7]', ':@'].map(
  (characters) => `${mark}${characters}${mark}`,
)

/**
 * @param {string} address host and port, or nothing
 * @param {string} word
 * @returns {string} with all that is unusual encoded
 */
export function urlWith(address, word) {
  return `redis://${encodeURIComponent(username)}:${encodeURIComponent(word)}@${address}`
}

/** @param {string} text */
export function assertNoSecretIn(text) {
  const at = text.search(/Kq7|4b ?71 ?37/i)
  assert.ok(at < 0, `the password is shown: ${text.slice(Math.max(0, at - 200), at + 200)}`)
}

/**
 * Neither what is printed of a value nor what can be got out of it.
 *
 * @param {unknown} value
 */
export function assertTellsNoSecret(value) {
  const options = { depth: 20, showHidden: true, getters: true, maxArrayLength: null, maxStringLength: null }
  assertNoSecretIn(
    [inspect(value, options), format('%s %o %O %j', value, value, value, value), String(value)].join('\n'),
  )
  for (let error = value; error instanceof Error; error = error.cause) {
    const own = Object.getOwnPropertyNames(error).map((name) => String(Reflect.get(error, name)))
    assertNoSecretIn([error.name, error.message, error.stack, JSON.stringify(error), ...own].join('\n'))
  }
}
