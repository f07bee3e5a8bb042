import type { WriteOptions } from './call-options.js'
import type { Duration, TimeToLive } from './duration.js'

/** The lock on a load, which all processes share. */
export interface LoadLock {
  /**
   * How long the lock is held if the process that loads dies, `'1ms'` to `'1d'`: then the next process loads. A process
   * that lives extends the lock. Default: `'10s'`.
   */
  ttl?: Duration | undefined
  /**
   * How long to wait for the load of another process. After it, `load` is called without the lock, as the other process
   * may hang. Default: `'30s'`.
   */
  timeout?: Duration | undefined
}

/** Options of `getOrSet`. */
export interface GetOrSetOptions extends WriteOptions {
  /** Expiry of a value that was loaded, as of `set`. Default: the `ttl` of the adapter. */
  ttl?: TimeToLive | undefined
  /**
   * For how long the value is kept beyond `ttl`: whole seconds, 1 or more, or a duration such as `'1500ms'`. A call in this time gets the old value at once, and one
   * load replaces it in the background. Requires `ttl`. Default: none.
   *
   * Every read then needs the time to live, which takes a script on the server in place of GET.
   */
  staleWhileRevalidate?: TimeToLive | undefined
  /**
   * Shortens `ttl` by a random part of up to this fraction, 0 to 1, so that entries that are written together do not
   * expire together. With 0.1 a `ttl` of 600 becomes 540 to 600 seconds. Requires `ttl`. Default: 0.
   */
  jitter?: number | undefined
  /**
   * `true`, or its options: only one process calls `load`, and the others wait for its value. Default: `false`, each
   * process calls `load` once.
   */
  lock?: boolean | LoadLock | undefined
  /**
   * Milliseconds, 1 to 2147483647, or a duration such as `'5s'`, for which a failure of `load` is remembered in this process: calls that find no value
   * reject with the same error, and `load` is not called. Default: none, the next call loads again.
   */
  failureTtl?: number | Duration | undefined
  /**
   * Aborts the call, not the load of other callers. When the last caller that waits for a load has left, the signal of
   * `load` is aborted, and its value is not written. Default: none.
   */
  signal?: AbortSignal | undefined
}

/** What `load` receives. */
export interface LoadContext {
  /** Aborted when no caller waits for the value any more. */
  readonly signal: AbortSignal
}

/** Reads through a cache. */
export interface LoadMethods {
  /**
   * Reads the value of an entry; if it is missing, calls `load` and writes what it returns.
   *
   * Calls of an adapter for the same entry share one load, with the function and the options of the first one; with
   * `lock`, those of all processes do. Each call gets an object of its own, as `get` would read it: a Date is a string,
   * also for the caller whose `load` returned it.
   *
   * `null` is a value: it is written, and later calls return it without a load. Use it for what does not exist. A `load`
   * that returns `undefined`, or a value without JSON text, rejects with `ERR_INVALID_ARGUMENT`, and nothing is written.
   *
   * A load never overwrites a value that was written meanwhile, by this or another process: that value is the result.
   * A deletion by this adapter during the load (`delete`, `deleteMany`, `clear`, or an `update` or `transaction` on the
   * entry) is kept: the callers get what was loaded, but it is not written, and later calls load again. A deletion by
   * another process during a load is not noticed: what was loaded is written.
   *
   * An error of a load behind a stale value is not reported, unless another call waits for it: log it in `load`.
   *
   * @param load returns the value or a promise of it. Its errors reject all calls that wait for it, unchanged
   * @returns the value
   * @throws what `load` throws. RedisStateError `ERR_CORRUPT_VALUE`, `ERR_WRONG_TYPE` as `get`; `ERR_UNSUPPORTED` for
   *   `lock` on a store without locks
   *
   * @example
   * const user = await state.getOrSet('users', 'user-7', ({ signal }) => fetchUser(7, { signal }), {
   *   ttl: 300,
   *   staleWhileRevalidate: 60,
   *   jitter: 0.1,
   *   lock: true,
   * })
   */
  getOrSet<T>(
    traceId: string,
    key: string,
    load: (context: LoadContext) => T | PromiseLike<T>,
    options?: GetOrSetOptions,
  ): Promise<T>
}
