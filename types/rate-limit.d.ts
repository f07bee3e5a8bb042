import type { WriteOptions } from './call-options.js'
import type { Duration } from './duration.js'

/**
 * How a rate limit counts. Each keeps a record of its own, so a limit whose algorithm is changed begins anew.
 *
 * | algorithm | allows | record |
 * | --- | --- | --- |
 * | `fixed` | `limit` in each window, which the first call starts. Around the end of a window up to twice the `limit` in a short time | one number |
 * | `sliding` | never more than `limit` in any time of the length of `window`. A call counts for up to 1/32 of the window longer than the window | up to 33 sums of costs, at most 1 kB |
 * | `token-bucket` | `limit` at once after a pause, and `refill` per window in the long run | three numbers |
 */
export type RateLimitAlgorithm = 'fixed' | 'sliding' | 'token-bucket'

/** Options of `rateLimit`. */
export interface RateLimitOptions extends WriteOptions {
  /** Sum of the costs that a window allows; with `token-bucket` the size of the bucket. A whole number, 1 or more. */
  limit: number
  /** Length of a window, `'1ms'` or more. */
  window: Duration
  /** Cost of this call: a whole number from 1 to `limit`. Default: 1. */
  cost?: number | undefined
  /** How calls are counted. Default: `'fixed'`. */
  algorithm?: RateLimitAlgorithm | undefined
  /**
   * Only with `token-bucket`: the tokens that are added to the bucket during a `window`, continuously. A whole number,
   * 1 or more. Default: `limit`.
   */
  refill?: number | undefined
}

/** Result of `rateLimit`. */
export interface RateLimitResult {
  /** Whether the call is within the limit. A call that is not allowed is not counted. */
  allowed: boolean
  /** Cost that is still allowed now. */
  remaining: number
  /**
   * Seconds until the whole `limit` is available again, if no other call is counted; if the call was not allowed,
   * seconds until a call with the same cost would be. With `fixed` both are the end of the window. With a precision of
   * milliseconds.
   */
  resetAfter: number
}

/** Rate limits that all clients of the store share. */
export interface RateLimitMethods {
  /**
   * Counts a call against a rate limit, atomically, by the clock of the server.
   *
   * The default algorithm has fixed windows: the first call starts a window, and so does the first call after a window
   * has ended. See {@link RateLimitAlgorithm} for the other ones. `limit`, `window` and `refill` can differ from those
   * of earlier calls: what was counted before stays counted.
   *
   * The count is not an entry: it is stored under its own key, listings do not return it, and `clear` does not delete
   * it. That key expires when the whole limit is available again.
   *
   * @returns whether the call is allowed, and the state of the limit
   * @throws RedisStateError `ERR_INVALID_ARGUMENT` if `cost` is larger than `limit`, or for `refill` with another
   *   algorithm than `token-bucket`; `ERR_WRONG_TYPE` if another client wrote something else to the key of the count
   *
   * @example
   * const { allowed, resetAfter } = await state.rateLimit('limits', 'user-7', { limit: 100, window: '1h' })
   *
   * // 10 requests at once, and 5 per second in the long run
   * const burst = { limit: 10, refill: 5, window: '1s', algorithm: 'token-bucket' } as const
   * const { remaining } = await state.rateLimit('limits', 'user-7', burst)
   */
  rateLimit(traceId: string, key: string, options: RateLimitOptions): Promise<RateLimitResult>
}
