import { type SessionData, Store } from 'express-session'
import type { RedisStateAdapter } from '../adapter.js'
import type { NodeRedisClientLike, RedisStateAdapterOptions } from '../options.js'

/** Converts sessions to texts and back. `JSON` is one. */
export interface SessionSerializer {
  parse(text: string): SessionData | Promise<SessionData>
  stringify(session: SessionData): string
}

/** Seconds after which a session expires, or a function that returns them for a session. Fractions are rounded up. */
export type SessionTtl = number | ((session: SessionData) => number)

/** Receives an error, or the result of a call. */
export type SessionCallback<Data = null> = (error: unknown, data?: Data) => unknown

/** Options of a {@link RedisStore}: those of connect-redis. */
export interface RedisStoreOptions {
  /**
   * What the sessions are in: a url, options of `RedisStateAdapter` (Sentinel, Cluster, TLS, timeouts, `memory:`), or an adapter, which
   * stays open when the store is closed. Of a client of node-redis the options are read, and a connection of its own is
   * opened; the client is neither used nor closed. Default: the variables that `RedisStateAdapter.fromEnv` reads, such as `REDIS_URL`.
   */
  client?: string | URL | RedisStateAdapterOptions | RedisStateAdapter | NodeRedisClientLike | undefined
  /** What the Redis keys of the sessions start with. The `keyPrefix` of an adapter is not used. Default: `sess:`. */
  prefix?: string | undefined
  /** Number of keys that each SCAN of `clear`, `length`, `ids` and `all` visits, 1 to 1,000,000. Default: 100. */
  scanCount?: number | undefined
  /** Converts sessions. `parse` can return a promise. Default: `JSON`. */
  serializer?: SessionSerializer | undefined
  /**
   * Seconds until a session expires whose cookie has no expiry of its own, at least 0; 0 means the default. A function
   * decides for all sessions. Not more than 0 from a function deletes the session. Default: 86400, one day.
   */
  ttl?: SessionTtl | undefined
  /** Sessions never expire in Redis. Default: `false`. */
  disableTTL?: boolean | undefined
  /** Requests that do not change their session do not renew its expiry. Default: `false`. */
  disableTouch?: boolean | undefined
}

/**
 * A store of express-session in Redis or Valkey, with the options and the keys of connect-redis.
 *
 * Each method takes a callback, or returns a promise. They reject with a `RedisStateError` within `commandTimeout`, except that
 * `clear`, `length`, `ids` and `all` take as long as one pass over the keys of the database, in which each command has
 * that time.
 *
 * @example
 * import session from 'express-session'
 * import { RedisStore } from 'redis-state-adapter/session'
 *
 * const store = new RedisStore({ client: process.env.REDIS_URL })
 * app.use(session({ store, secret: 'keyboard cat', resave: false, saveUninitialized: false }))
 */
export declare class RedisStore extends Store {
  /** The adapter that the sessions are in. Emits the events of its connection. */
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
   * Writes a session with its expiry, in one command. Deletes one that has expired.
   *
   * @throws RedisStateError `ERR_INVALID_ARGUMENT` if its expiry is not a number of seconds, or it cannot be converted
   */
  set(sid: string, session: SessionData, callback?: SessionCallback): Promise<null>

  /**
   * Renews the expiry of a session. Does nothing if it does not exist, or with `disableTouch` or `disableTTL`.
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

  /** Reads all sessions; each has its `id`. Keys of another type than a string are left out. */
  all(callback?: SessionCallback<(SessionData & { id: string })[]>): Promise<(SessionData & { id: string })[]>

  /** Closes the adapter, unless it was passed to the constructor. A store that is not closed keeps no process alive. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
