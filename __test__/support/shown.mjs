// @ts-check

import { inspect } from 'node:util'

/**
 * @param {unknown} value
 * @returns {string} the whole value; of an error the stack, properties and causes
 */
export function shown(value) {
  return inspect(value, { depth: 10, breakLength: Infinity, maxStringLength: 1000 })
}
