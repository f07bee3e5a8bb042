// @ts-check
// Where the runtimes that run the tests differ from each other.

const RUNTIMES = /** @type {const} */ ({
  // Waits forever for such a promise.
  bun: { unsettledAwait: undefined },
  deno: { unsettledAwait: 1 },
  node: { unsettledAwait: 13 },
})

const name = process.versions.bun ? 'bun' : process.versions.deno ? 'deno' : 'node'

/** The exit code of a process in which nothing but a module awaits, at top level, what never settles; `undefined`: runs on. */
export const UNSETTLED_TOP_LEVEL_AWAIT = RUNTIMES[name].unsettledAwait
