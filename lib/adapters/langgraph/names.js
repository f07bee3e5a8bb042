// @ts-check
'use strict'

/**
 * Names of Redis keys, and of what is inside of them. All parts are texts of the user, so the characters that delimit them are
 * escaped: different parts never make the same name.
 */

/** Delimits the parts of a member or a field. */
const NUL = '\0'
/** The character after the delimiter, which ends a range of names with the same first parts. */
const AFTER_NUL = '\x01'

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: they delimit parts
const DELIMITERS = /[\0\x01]/g
const ESCAPED = /\x01[\x02\x03]/g
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: see above
const OF_TAGS = /[%{}]/g

/**
 * Puts a text in the hash tag of a key: the whole text decides about its slot in a cluster.
 *
 * @param {string} text not empty
 */
function hashTag(text) {
  return `{${text.replace(OF_TAGS, encodeURIComponent)}}`
}

/** Joins parts so that names are ordered as their parts are. @param {string[]} parts */
function nameOf(...parts) {
  return parts.map(escaped).join(NUL)
}

/** @param {string} name made by `nameOf` */
function partsOf(name) {
  return name.split(NUL).map(unescaped)
}

/**
 * The names whose first parts are these, as bounds of ZRANGEBYLEX.
 *
 * @param {string[]} parts
 */
function rangeOf(...parts) {
  const name = nameOf(...parts)
  return { min: `[${name}${NUL}`, max: `(${name}${AFTER_NUL}` }
}

/** @param {string} part */
function escaped(part) {
  if (!part.includes(NUL) && !part.includes(AFTER_NUL)) return part
  return part.replace(DELIMITERS, (character) => (character === NUL ? '\x01\x02' : '\x01\x03'))
}

/** @param {string} part */
function unescaped(part) {
  if (!part.includes(AFTER_NUL)) return part
  return part.replace(ESCAPED, (pair) => (pair === '\x01\x02' ? NUL : AFTER_NUL))
}

module.exports = { hashTag, nameOf, partsOf, rangeOf }
