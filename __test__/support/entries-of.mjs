// @ts-check

/**
 * The names and values of items; how a listing by a trace id with `:` splits a name is left open here.
 *
 * @param {import('redis-state-adapter').StateItem[]} items
 */
export function entriesOf(items) {
  return items.map(({ groupId, key, value }) => [`${groupId}:${key}`, value])
}
