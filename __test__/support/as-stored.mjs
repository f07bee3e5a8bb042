// @ts-check

/**
 * What `set` and JSON make of a value.
 *
 * @param {unknown} value
 */
export function asStored(value) {
  return JSON.parse(JSON.stringify(value))
}
