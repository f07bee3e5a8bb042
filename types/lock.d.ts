import type { WriteOptions } from './call-options.js'
import type { Duration } from './duration.js'

/** Options of `lock` and `withLock`. */
export interface LockOptions extends WriteOptions {
  /**
   * How long the lock is held unless it is extended or released: `'1ms'` to `'1d'`, or up to `'366d'` with
   * `allowLongTtl`.
   */
  ttl: Duration
  /**
   * How long to wait for a lock that another caller holds. Can exceed `commandTimeout`. Default: `'0s'`, a single
   * attempt.
   */
  timeout?: Duration | undefined
  /** `true` accepts a `ttl` of more than one day, also in `extend`. Default: `false`. */
  allowLongTtl?: boolean | undefined
}

/**
 * A lock that is held until it is released or its `ttl` expires.
 *
 * @example
 * await using lock = await state.lock('order-1', 'packing', { ttl: '10s' }) // released at the end of the block
 */
export interface StateLock {
  /** Trace id of the lock. */
  readonly traceId: string
  /** Key of the lock. */
  readonly key: string
  /** Random text that identifies this holder. */
  readonly token: string
  /**
   * Fencing token: a safe integer, larger than the fencing tokens of all earlier holders of this lock. A resource
   * outside of the store can remember the largest token it has received and reject smaller ones. The difference of two
   * tokens has no meaning.
   */
  readonly fence: number
  /**
   * Extends the lock so that it expires `ttl` from now.
   *
   * @param ttl new duration. Default: the `ttl` given to `lock`
   * @returns `false` if the lock was lost before: its `ttl` had expired, or it was released
   *
   * @example
   * if (!(await lock.extend('30s'))) throw new Error('the lock was lost')
   */
  extend(ttl?: Duration): Promise<boolean>
  /**
   * Releases the lock. After that, a transaction with `holds` rejects.
   *
   * @returns `false` if the lock was lost before: its `ttl` had expired, or it was released
   *
   * @example
   * await lock.release()
   */
  release(): Promise<boolean>
  /** Releases the lock unless `release` did, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Mutual exclusion between all clients of the store. */
export interface LockMethods {
  /**
   * Acquires a lock. No other caller can acquire it until it is released or its `ttl` expires.
   *
   * If another caller holds the lock, the call waits for up to `timeout`. A release wakes the waiting calls. The
   * waiting calls of an adapter acquire the lock in the order in which they were made; a call
   * that is made at the moment of a release can get the lock ahead of the waiting ones.
   *
   * A process that stalls for longer than the `ttl` can lose the lock without noticing. Guard writes to the store with
   * `tx.holds(lock)` in a transaction. For writes to another resource, pass `lock.fence` along and let the resource
   * reject smaller tokens.
   *
   * A lock is not an entry: it is stored under its own key, listings do not return it, and `clear` does not delete it.
   * That key expires one hour after the release or the end of the `ttl`; later fencing tokens are larger nevertheless.
   *
   * A lock is only as safe as the server: if a failover loses acknowledged writes, the same lock can be acquired twice.
   * `waitReplicas` makes this unlikely.
   *
   * @returns the lock, or `null` if another caller held it until `timeout` had passed
   * @throws RedisStateError `ERR_INVALID_ARGUMENT` for a duration without a unit, `ERR_WRONG_TYPE` if another client
   *   wrote something else to the key of the lock
   *
   * @example
   * const lock = await state.lock('order-1', 'packing', { ttl: '10s', timeout: '2s' })
   * if (lock) {
   *   await state.transaction('order-1', (tx) => tx.holds(lock).set('status', 'packed'))
   *   await lock.release()
   * }
   */
  lock(traceId: string, key: string, options: LockOptions): Promise<StateLock | null>

  /**
   * Runs a function while a lock is held: acquires the lock, extends it until the function is done, and releases it,
   * whether the function succeeds or fails.
   *
   * The lock is acquired as by `lock`, with the same options, except that the call rejects with `ERR_LOCK_TIMEOUT` if
   * another caller holds the lock until `timeout` has passed; `work` is not called then. While `work` runs, the lock is
   * extended after each third of its `ttl`, so a short `ttl` is enough for long work. If an extension fails, further
   * attempts follow until the `ttl` ends.
   *
   * `signal` of `work` is aborted when the lock is lost: an extension was refused, or none succeeded. In the second
   * case it is aborted 1% of the `ttl` and 2 ms before the `ttl` ends by the clock of this process, before another
   * caller can acquire the lock. Its reason is an error with the code `ERR_LOCK_LOST`. Stop the work then. If the
   * JavaScript thread is blocked, the signal is aborted late: guard writes with `tx.holds(lock)`, or pass `lock.fence`
   * along.
   *
   * `options.signal` aborts the wait for the lock. Later it aborts the signal of `work`, with the same reason; the lock
   * is held until `work` is done.
   *
   * `work` can extend and release the lock itself; after `lock.release()` it is not extended any more. If the release
   * at the end fails, because the connection was lost, the call settles as `work` did, and the lock expires.
   *
   * @param work its first argument is the lock, the second one a signal
   * @returns what `work` returns or resolves to
   * @throws what `work` throws or rejects with, unchanged. RedisStateError `ERR_LOCK_TIMEOUT`; `ERR_LOCK_LOST` if the
   *   lock was lost before `work` was done, although `work` succeeded, because another caller may have worked at the
   *   same time; and what `lock` throws
   *
   * @example
   * const total = await state.withLock('order-1', 'packing', { ttl: '10s', timeout: '1m' }, async (lock, signal) => {
   *   const order = await state.get<{ total: number }>('order-1', 'cart', { signal })
   *   await state.transaction('order-1', (tx) => tx.holds(lock).set('status', 'packed'))
   *   return order?.total
   * })
   */
  withLock<T>(
    traceId: string,
    key: string,
    options: LockOptions,
    work: (lock: StateLock, signal: AbortSignal) => T | PromiseLike<T>,
  ): Promise<T>
}
