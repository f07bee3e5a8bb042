// @ts-check
// A user name and passwords that are hard to parse, and checks that no output contains them.

import assert from 'node:assert/strict'
import { format, inspect } from 'node:util'

/** Occurs in each part of the password, so that a leak of any part is found. */
const fingerprint = 'Kq7'
const everyKind = ['@', ':', '/', '?', '#', '%41', ' ', '"', "'", '\\', '\t', '&', '=', '[', ']', '{', '}', '€', '😀']

export const username = 'ada@löwe:/%41?#'
export const password = everyKind.map((character, index) => `${fingerprint}${index}${character}`).join('') + fingerprint
/** A password that the user passed as a number. */
export const numericPassword = 4937471
export const wrongPassword = `${fingerprint}wrong${password}`

/** Passwords that, unencoded in a url, make it ambiguous or invalid, each in a different way. */
export const rawPasswords = [...everyKind, '@Kq7?', '@Kq7#', '@Kq7/', '@Kq7:', '@[Kq7]', ':@'].map(
  (characters) => `${fingerprint}${characters}${fingerprint}`,
)

/**
 * @param {string} address host and port, or nothing
 * @param {string} word
 * @returns {string} a url with special characters encoded
 */
export function urlWith(address, word) {
  return `redis://${encodeURIComponent(username)}:${encodeURIComponent(word)}@${address}`
}

/** @param {string} text */
export function assertNoSecretIn(text) {
  const at = text.search(/Kq7|4b ?71 ?37|4937471/i)
  assert.ok(at < 0, `contains the password: ${text.slice(Math.max(0, at - 200), at + 200)}`)
}

/**
 * Neither the printed forms of a value nor its properties and causes may contain the password.
 *
 * @param {unknown} value
 */
export function assertShowsNoSecret(value) {
  const options = { depth: 20, showHidden: true, getters: true, maxArrayLength: null, maxStringLength: null }
  assertNoSecretIn(
    [inspect(value, options), format('%s %o %O %j', value, value, value, value), String(value)].join('\n'),
  )
  for (let error = value; error instanceof Error; error = error.cause) {
    const own = Object.getOwnPropertyNames(error).map((name) => String(Reflect.get(error, name)))
    assertNoSecretIn([error.name, error.message, error.stack, JSON.stringify(error), ...own].join('\n'))
  }
}
