import type { ClientRateLimitInfo, IncrementResponse, Options, Store } from 'express-rate-limit'
import type { RedisStateAdapter } from '../adapter.js'
import type { NodeRedisClientLike, RedisStateAdapterOptions } from '../options.js'

/** Options of a {@link RedisStore}. */
export interface RedisStoreOptions {
  /**
   * How to connect: a url, options of `RedisStateAdapter` (Sentinel, Cluster, TLS, timeouts, `memory:`), or a `RedisStateAdapter`, which
   * `shutdown` does not close. The options of a node-redis client are read for a separate connection; the client is neither used nor
   * closed. Default: the environment variables that `RedisStateAdapter.fromEnv` reads, such as `REDIS_URL`.
   */
  client?: string | URL | RedisStateAdapterOptions | RedisStateAdapter | NodeRedisClientLike | undefined
  /** First part of the Redis keys of the counters; each limiter needs its own. Default: `rl:`. */
  prefix?: string | undefined
}

/**
 * A store for express-rate-limit in Redis or Valkey, with the keys of rate-limit-redis.
 *
 * Methods reject with a `RedisStateError` within `commandTimeout`. With `offlineQueue: false` among the options of `client` they reject at
 * once while there is no connection. `passOnStoreError` of express-rate-limit then lets requests pass.
 *
 * @example
 * import { rateLimit } from 'express-rate-limit'
 * import { RedisStore } from 'redis-state-adapter/rate-limit'
 *
 * const store = new RedisStore({ client: process.env.REDIS_URL })
 * app.use(rateLimit({ store, windowMs: 60_000, limit: 100 }))
 */
export declare class RedisStore implements Store {
  /** The adapter that stores the counters. It emits the connection events. */
  readonly client: RedisStateAdapter
  readonly prefix: string
  /** `false`: processes share the counters. */
  readonly localKeys: false
  /** Length of a window in milliseconds; `undefined` until `init` is called. */
  windowMs: number | undefined

  /**
   * Connects in the background.
   *
   * @throws RedisStateError `ERR_INVALID_CONFIG` if an option is invalid or unknown
   */
  constructor(options?: RedisStoreOptions)

  /**
   * Sets the length of a window from the options of the limiter. A fraction is rounded up. express-rate-limit calls it.
   *
   * @throws RedisStateError `ERR_INVALID_CONFIG` if `windowMs` is not a number greater than 0 and at most 4294967295000
   */
  init(options: Pick<Options, 'windowMs'>): void

  /**
   * Reads the hits of a client.
   *
   * @returns the hits and the end of the window, or `undefined` if there is no window
   */
  get(key: string): Promise<ClientRateLimitInfo | undefined>

  /**
   * Counts a hit, in one round trip. The first one starts a window.
   *
   * @returns the hits and the end of the window
   * @throws RedisStateError `ERR_INVALID_CONFIG` if `init` was not called
   */
  increment(key: string): Promise<IncrementResponse>

  /**
   * Removes a hit from the counter.
   *
   * @throws RedisStateError `ERR_INVALID_CONFIG` if `init` was not called
   */
  decrement(key: string): Promise<void>

  /** Removes the hits of a client. */
  resetKey(key: string): Promise<void>

  /** Closes the adapter, unless it was passed to the constructor. An open store does not keep the process alive. */
  shutdown(): Promise<void>
}

export default RedisStore
