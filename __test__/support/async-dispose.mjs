// @ts-check

/** Why tests of `await using` are skipped: Node.js 20.3 lacks the symbol. @type {string | false} */
export const lacksAsyncDispose = Symbol.asyncDispose === undefined && 'there is no Symbol.asyncDispose'

/** Names of the methods that close an adapter. */
export const CLOSING_METHODS = /** @type {const} */ (['cleanup', Symbol.asyncDispose]).filter(Boolean)
