// @ts-check

import { inspect } from 'node:util'

/**
 * @param {unknown} value
 * @returns {string} all that is in it; of an error its stack, its properties and its causes
 */
export function shown(value) {
  return inspect(value, { depth: 10, breakLength: Infinity, maxStringLength: 1000 })
}
