// @ts-check

/**
 * All that an iteration has, as `Array.fromAsync` of newer versions of Node.js.
 *
 * @template T
 * @param {AsyncIterable<T>} iteration
 * @param {(item: T) => Promise<void>} [onItem]
 */
export async function collected(iteration, onItem = async () => {}) {
  /** @type {T[]} */
  const items = []
  for await (const item of iteration) {
    items.push(item)
    await onItem(item)
  }
  return items
}
