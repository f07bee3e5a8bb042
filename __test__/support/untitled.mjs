// @ts-check

/**
 * Removes from the message of an error which call it is of: `get("t", "k"): ` or `new RedisStateAdapter: `.
 *
 * @param {Error} error
 */
export function untitled({ message }) {
  return message.replace(/^(\w+\(("[^"]*"(, )?)*\)|(new )?RedisStateAdapter(\.\w+)?): /, '')
}
