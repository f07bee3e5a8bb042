// @ts-check
'use strict'

/**
 * The entries that commands of the user may change: those named by any of the arguments.
 *
 * @typedef {import('../call.js').CommandInput} CommandInput
 */

/** Longer arguments are no keys of entries. */
const MAX_KEY_BYTES = 64 * 1024

/**
 * Returns the names of entries among the arguments; `undefined` if any entry may change, as the commands have no key.
 *
 * @param {CommandInput} input
 * @param {string} keyPrefix
 * @returns {string[] | undefined}
 */
function namesIn({ args, key, keyAt }, keyPrefix) {
  if (key === undefined && keyAt === undefined) return undefined
  const names = []
  for (const arg of args) {
    const text = textOf(arg)
    if (text.startsWith(keyPrefix)) names.push(...namesOf(text.slice(keyPrefix.length)))
  }
  return names
}

/** @param {string | Uint8Array} arg */
function textOf(arg) {
  if (arg.length > MAX_KEY_BYTES) return ''
  return typeof arg === 'string' ? arg : new TextDecoder().decode(arg)
}

/** The names that an entry may have in the cache: with `hashTags`, its key on the server has braces around the trace id. @param {string} name */
function namesOf(name) {
  return name.startsWith('{') ? [name, name.slice(1).replace('}:', ':')] : [name]
}

module.exports = { namesIn, namesOf }
