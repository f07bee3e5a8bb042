// @ts-check

/**
 * The place that a key moves to in a list.
 *
 * @param {string} key
 * @param {{ at: number, last: number, page: number }} list the current place, the last one, the rows of a page
 * @returns {number | undefined} undefined if the key does not move
 */
export function placeFor(key, { at, last, page }) {
  switch (key) {
    case 'ArrowDown':
      return Math.min(at + 1, last)
    case 'ArrowUp':
      return Math.max(at - 1, 0)
    case 'PageDown':
      return Math.min(at + page, last)
    case 'PageUp':
      return Math.max(at - page, 0)
    case 'Home':
      return 0
    case 'End':
      return last
    default:
      return undefined
  }
}
