// @ts-check
'use strict'

/** A string as a whole, a bracket or a comma. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[[\]{},]/gs

/**
 * Splits the text of an array into the texts of its elements, for an array that `JSON.parse` rejects because some elements are not
 * JSON. Native code ensures that the brackets and quotation marks of each element are balanced.
 *
 * @param {string} array
 */
function elementsOf(array) {
  const elements = []
  let depth = 0
  let start = 1
  for (const { 0: token, index } of array.matchAll(TOKENS)) {
    if (token === '[' || token === '{') depth += 1
    const isEnd = depth === 1 && (token === ',' || index === array.length - 1)
    if (isEnd) {
      elements.push(array.slice(start, index))
      start = index + 1
    }
    if (token === ']' || token === '}') depth -= 1
  }
  return elements
}

module.exports = { elementsOf }
