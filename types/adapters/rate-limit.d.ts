import type { ClientRateLimitInfo, IncrementResponse, Options, Store } from 'express-rate-limit'
import type { RedisStateAdapter } from '../adapter.js'
import type { NodeRedisClientLike, RedisStateAdapterOptions } from '../options.js'

/** Options of a {@link RedisStore}. */
export interface RedisStoreOptions {
  /**
   * What the counters are in: a url, options of `RedisStateAdapter` (Sentinel, Cluster, TLS, timeouts, `memory:`), or an adapter, which
   * stays open when the store is shut down. Of a client of node-redis the options are read, and a connection of its own is
   * opened; the client is neither used nor closed. Default: the variables that `RedisStateAdapter.fromEnv` reads, such as `REDIS_URL`.
   */
  client?: string | URL | RedisStateAdapterOptions | RedisStateAdapter | NodeRedisClientLike | undefined
  /** What the Redis keys of the counters start with; each limiter needs its own. Default: `rl:`. */
  prefix?: string | undefined
}

/**
 * A store of express-rate-limit in Redis or Valkey, with the keys of rate-limit-redis.
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
  /** The adapter that the counters are in. Emits the events of its connection. */
  readonly client: RedisStateAdapter
  readonly prefix: string
  /** `false`: processes share the counters. */
  readonly localKeys: false
  /** Length of a window in milliseconds, once `init` was called. */
  windowMs: number | undefined

  /**
   * Connects in the background.
   *
   * @throws RedisStateError `ERR_INVALID_CONFIG` if an option is invalid or unknown
   */
  constructor(options?: RedisStoreOptions)

  /**
   * Takes the length of a window from the options of the limiter. express-rate-limit calls it.
   *
   * @throws RedisStateError `ERR_INVALID_CONFIG` if `windowMs` is not a whole number of milliseconds from 1
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
   * Takes back a hit.
   *
   * @throws RedisStateError `ERR_INVALID_CONFIG` if `init` was not called
   */
  decrement(key: string): Promise<void>

  /** Removes the hits of a client. */
  resetKey(key: string): Promise<void>

  /** Closes the adapter, unless it was passed to the constructor. A store that is not closed keeps no process alive. */
  shutdown(): Promise<void>
}

export default RedisStore
