// @ts-check

/**
 * The value that `get` returns after `set` stored the given one as JSON.
 *
 * @param {unknown} value
 */
export function asStored(value) {
  return JSON.parse(JSON.stringify(value))
}
