import type { WriteOptions } from './call-options.js'
import type { Duration } from './duration.js'

/** Options of `rateLimit`. */
export interface RateLimitOptions extends WriteOptions {
  /** Sum of the costs that a window allows: a whole number, 1 or more. */
  limit: number
  /** Length of a window, `'1ms'` or more. */
  window: Duration
  /** Cost of this call: a whole number from 1 to `limit`. Default: 1. */
  cost?: number | undefined
}

/** Result of `rateLimit`. */
export interface RateLimitResult {
  /** Whether the call is within the limit. A call that is not allowed is not counted. */
  allowed: boolean
  /** Cost that the current window still allows. */
  remaining: number
  /** Seconds until the current window ends, with a precision of milliseconds. */
  resetAfter: number
}

/** Rate limits that all clients of the store share. */
export interface RateLimitMethods {
  /**
   * Counts a call against a rate limit with fixed windows, atomically.
   *
   * The first call starts a window, and so does the first call after a window has ended. Around the end of a window up
   * to twice the `limit` can therefore be allowed in a short time.
   *
   * The count is not an entry: it is stored under its own key, listings do not return it, and `clear` does not delete
   * it. That key expires at the end of the window.
   *
   * @returns whether the call is allowed, and the state of the window
   * @throws RedisStateError `ERR_INVALID_ARGUMENT` if `cost` is larger than `limit`, `ERR_WRONG_TYPE` if another client
   *   wrote something else to the key of the count
   *
   * @example
   * const { allowed, resetAfter } = await state.rateLimit('limits', 'user-7', { limit: 100, window: '1h' })
   */
  rateLimit(traceId: string, key: string, options: RateLimitOptions): Promise<RateLimitResult>
}
