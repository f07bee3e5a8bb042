// @ts-check
// Loads of `getOrSet` that a test holds up.

/** A load that waits until the test lets it return. @param {unknown} [value] */
export function heldLoad(value = 'loaded') {
  const { promise: started, resolve: start } = withResolvers()
  const { promise: released, resolve: release, reject: fail } = withResolvers()
  // The test may let it fail before it is called.
  released.catch(() => {})
  let calls = 0
  /** @type {AbortSignal | undefined} */
  let signal
  const load = async (/** @type {import('redis-state-adapter').LoadContext} */ context) => {
    calls += 1
    ;({ signal } = context)
    start(undefined)
    await released
    return value
  }
  return { load, started, release, fail, calls: () => calls, signal: () => /** @type {AbortSignal} */ (signal) }
}

/**
 * Resolves when the calls of an adapter that were made before have read the entry, and wait for its load.
 *
 * @param {import('redis-state-adapter').StateStore} state
 * @param {string} key of an entry that is missing or does not expire
 */
export async function joined(state, key) {
  // Behind the reads of this entry, also where those of others have other connections.
  await state.persist('t', key)
  // Takes more turns than the calls need to wait for the load.
  await state.getOrSet('t', 'other', () => 1)
}

function withResolvers() {
  /** @type {(value: unknown) => void} */
  let resolve = () => {}
  /** @type {(error: unknown) => void} */
  let reject = () => {}
  const promise = new Promise((...both) => {
    ;[resolve, reject] = both
  })
  return { promise, resolve, reject }
}
