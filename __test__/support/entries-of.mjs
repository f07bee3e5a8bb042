// @ts-check

/**
 * The names (`<traceId>:<key>`) and values of items. Joined, because a listing may split a name with several colons
 * elsewhere than the call that wrote it.
 *
 * @param {import('redis-state-adapter').StateItem[]} items
 */
export function entriesOf(items) {
  return items.map(({ groupId, key, value }) => [`${groupId}:${key}`, value])
}
