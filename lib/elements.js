// @ts-check
'use strict'

/** What tells where an element ends: strings as a whole, brackets and commas. */
const MARKS = /"(?:[^"\\]|\\.)*"|[[\]{},]/gs

/**
 * The texts of an array's elements, whether they are JSON or not, as long as each closes what it opens.
 *
 * @param {string} array
 */
function elementsOf(array) {
  const elements = []
  let depth = 0
  let start = 1
  for (const { 0: mark, index } of array.matchAll(MARKS)) {
    if (mark === '[' || mark === '{') depth += 1
    const ends = depth === 1 && (mark === ',' || index === array.length - 1)
    if (ends) {
      elements.push(array.slice(start, index))
      start = index + 1
    }
    if (mark === ']' || mark === '}') depth -= 1
  }
  return elements
}

module.exports = { elementsOf }
