import { type SessionData, Store } from 'express-session'
import type { RedisStateAdapter } from '../adapter.js'
import type { NodeRedisClientLike, RedisStateAdapterOptions } from '../options.js'

/** Converts sessions to texts and back. `JSON` is a serializer. */
export interface SessionSerializer {
  parse(text: string): SessionData | Promise<SessionData>
  stringify(session: SessionData): string
}

/** Seconds after which a session expires, or a function that returns the seconds for a session. Fractions are rounded up. */
export type SessionTtl = number | ((session: SessionData) => number)

/** Receives the error, or `null` and the result of a call. */
export type SessionCallback<Data = null> = (error: unknown, data?: Data) => unknown

/** Options of a {@link RedisStore}: those of connect-redis. */
export interface RedisStoreOptions {
  /**
   * How to connect: a url, options of `RedisStateAdapter` (Sentinel, Cluster, TLS, timeouts, `memory:`), or a `RedisStateAdapter`, which
   * `close` does not close. The options of a node-redis client are read for a separate connection; the client is neither used nor
   * closed. Default: the environment variables that `RedisStateAdapter.fromEnv` reads, such as `REDIS_URL`.
   */
  client?: string | URL | RedisStateAdapterOptions | RedisStateAdapter | NodeRedisClientLike | undefined
  /** First part of the Redis keys of the sessions. The `keyPrefix` of an adapter is not used. Default: `sess:`. */
  prefix?: string | undefined
  /** Number of keys that each SCAN of `clear`, `length`, `ids` and `all` visits, 1 to 1,000,000. Default: 100. */
  scanCount?: number | undefined
  /** Converts sessions. `parse` can return a promise. Default: `JSON`. */
  serializer?: SessionSerializer | undefined
  /**
   * Seconds until a session expires if its cookie has no expiry, at least 0; 0 selects the default. A function returns the
   * seconds for every session; if it returns 0 or less, the session is deleted. Default: 86400, one day.
   */
  ttl?: SessionTtl | undefined
  /** `true`: sessions never expire in Redis. Default: `false`. */
  disableTTL?: boolean | undefined
  /** `true`: requests that do not change their session do not renew its expiry. Default: `false`. */
  disableTouch?: boolean | undefined
}

/**
 * A store for express-session in Redis or Valkey, with the options and the keys of connect-redis.
 *
 * Each method takes a callback, or returns a promise. Errors are `RedisStateError`s. Calls settle within `commandTimeout`.
 * `clear`, `length`, `ids` and `all` scan the keys of the database, and `commandTimeout` limits each of their commands.
 *
 * @example
 * import session from 'express-session'
 * import { RedisStore } from 'redis-state-adapter/session'
 *
 * const store = new RedisStore({ client: process.env.REDIS_URL })
 * app.use(session({ store, secret: 'keyboard cat', resave: false, saveUninitialized: false }))
 */
export declare class RedisStore extends Store {
  /** The adapter that stores the sessions. It emits the connection events. */
  readonly client: RedisStateAdapter
  prefix: string
  scanCount: number
  serializer: SessionSerializer
  ttl: SessionTtl
  disableTTL: boolean
  disableTouch: boolean

  /**
   * Connects in the background.
   *
   * @throws RedisStateError `ERR_INVALID_CONFIG` if an option is invalid or unknown
   */
  constructor(options?: RedisStoreOptions)

  /**
   * Reads a session.
   *
   * @returns the session, or `null` if there is none
   * @throws RedisStateError `ERR_CORRUPT_VALUE` if the serializer cannot parse its text
   */
  get(sid: string, callback?: SessionCallback<SessionData | null>): Promise<SessionData | null>

  /**
   * Writes a session with its expiry, in one command. Deletes a session that has already expired.
   *
   * @throws RedisStateError `ERR_INVALID_ARGUMENT` if its expiry is not a number of seconds, or it cannot be converted
   */
  set(sid: string, session: SessionData, callback?: SessionCallback): Promise<null>

  /**
   * Renews the expiry of a session, or deletes it if it has already expired. Does nothing if it does not exist, or with
   * `disableTouch` or `disableTTL`.
   *
   * @throws RedisStateError `ERR_INVALID_ARGUMENT` if its expiry is not a number of seconds
   */
  touch(sid: string, session: SessionData, callback?: SessionCallback): Promise<null>

  /** Deletes a session, if it exists. */
  destroy(sid: string, callback?: SessionCallback): Promise<null>

  /** Deletes the sessions of this store: all keys with its prefix. */
  clear(callback?: SessionCallback): Promise<null>

  /** Counts the keys with the prefix of this store. */
  length(callback?: SessionCallback<number>): Promise<number>

  /** Lists the ids of the sessions, each once. */
  ids(callback?: SessionCallback<string[]>): Promise<string[]>

  /** Reads all sessions; each has its `id`. Keys that are not Redis strings are skipped. */
  all(callback?: SessionCallback<(SessionData & { id: string })[]>): Promise<(SessionData & { id: string })[]>

  /** Closes the adapter, unless it was passed to the constructor. An open store does not keep the process alive. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
