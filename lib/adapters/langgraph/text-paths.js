// @ts-check
'use strict'

/** The paths of the texts of an item that are embedded: `title`, `chapters[*].content`, `authors[-1]`, `{title,abstract}`, `*`. */

/** A part in brackets, one in braces, or a name. */
const TOKEN = /\[[^\]]*\]|\{[^}]*\}|[^.[{]+/g

/** @param {string} path @returns {string[]} */
function tokensOf(path) {
  return path.match(TOKEN) ?? []
}

/**
 * The texts at a path; what is no text is shown as JSON.
 *
 * @param {unknown} value
 * @param {string[]} tokens
 * @returns {string[]}
 */
function textsAt(value, [token, ...rest]) {
  if (token === undefined) return textOf(value)
  if (token === '$') return textOf(value)
  if (token.startsWith('[')) return elementsAt(value, token.slice(1, -1)).flatMap((one) => textsAt(one, rest))
  if (typeof value !== 'object' || value === null) return []
  if (token.startsWith('{')) return fieldsAt(value, token.slice(1, -1))
  if (token === '*') return Object.values(value).flatMap((one) => textsAt(one, rest))
  return Object.hasOwn(value, token) ? textsAt(/** @type {Record<string, unknown>} */ (value)[token], rest) : []
}

/** @param {unknown} value @param {string} index */
function elementsAt(value, index) {
  if (!Array.isArray(value)) return []
  if (index === '*') return value
  const element = value.at(Number.parseInt(index, 10))
  return element === undefined ? [] : [element]
}

/** @param {object} value @param {string} paths */
function fieldsAt(value, paths) {
  return paths.split(',').flatMap((path) => textsAt(value, tokensOf(path.trim())))
}

/** @param {unknown} value @returns {string[]} */
function textOf(value) {
  if (value === null || value === undefined) return []
  return [typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value)]
}

module.exports = { textsAt, tokensOf }
