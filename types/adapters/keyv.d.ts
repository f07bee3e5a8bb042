// biome-ignore-all lint/suspicious/noExplicitAny: as in Keyv, whose two versions have other types

import type { EventEmitter } from 'node:events'
import type { RedisStateAdapter } from '../adapter.js'
import type { NodeRedisClientLike, RedisStateAdapterOptions } from '../options.js'

/** Options of the store, as in `@keyv/redis`. An unknown option throws `ERR_INVALID_CONFIG`. */
export interface KeyvRedisOptions {
  /**
   * First part of the keys, before the separator: `namespace::key`. `Keyv` sets it to its own namespace. Default: none.
   */
  namespace?: string | undefined
  /** Text between the namespace and the key. Default: `::`. */
  keyPrefixSeparator?: string | undefined
  /** About how many keys one `SCAN` step of `clear` visits, from 1 to 1,000,000. Default: 1000. */
  clearBatchSize?: number | undefined
  /** `true` removes with `UNLINK`, `false` with `DEL`. Default: `true`. */
  useUnlink?: boolean | undefined
  /**
   * Applies without a namespace. `true`: `clear` empties the database (`FLUSHDB`), and `iterator` yields all string keys.
   * `false`: both cover the string keys that do not contain the separator. Default: `false`.
   */
  noNamespaceAffectsAll?: boolean | undefined
  /**
   * `true`: a call that fails because there is no connection rejects, even without `throwOnErrors`, with the message
   * {@link RedisErrorMessages.RedisClientNotConnectedThrown} and the `RedisStateError` as its `cause`. Default: `true`.
   */
  throwOnConnectError?: boolean | undefined
  /**
   * `true`: calls that fail reject with a `RedisStateError`. `false`: they emit `error` and resolve to `undefined` or
   * `false`. Default: `false`.
   */
  throwOnErrors?: boolean | undefined
  /**
   * Whole milliseconds, from 1, that a call waits for a connection; `commandTimeout` starts after it. Default: none, so that
   * `commandTimeout` (5 seconds) limits the wait and the reply together.
   */
  connectionTimeout?: number | undefined
}

/** What `opts` returns: the options, and the fields that Keyv 5 requires to iterate. */
export interface KeyvRedisPropertyOptions extends KeyvRedisOptions {
  dialect: 'redis'
  /** Always `redis:`. */
  url: string
}

/** Options of `createCluster` of node-redis. They are converted to `cluster`. */
export interface NodeRedisClusterOptions {
  rootNodes: ReadonlyArray<{ url?: string; socket?: unknown }>
  [option: string]: unknown
}

/** Options of `createSentinel` of node-redis. They are converted to `sentinel`. */
export interface NodeRedisSentinelOptions {
  name: string
  sentinelRootNodes: ReadonlyArray<{ host: string; port: number }>
  [option: string]: unknown
}

/**
 * How to connect: a url (`redis://`, `rediss://`, `unix://`, `memory:`), options of `RedisStateAdapter`, a
 * `RedisStateAdapter`, which `disconnect` does not close, or options of a cluster or of sentinels of node-redis. The options of
 * a node-redis client are read for a separate connection; the client is neither used nor closed.
 * `undefined`: `REDIS_URL` and the other environment variables, otherwise `redis://localhost:6379`.
 */
export type KeyvRedisConnection =
  | string
  | URL
  | RedisStateAdapterOptions
  | RedisStateAdapter
  | NodeRedisClientLike
  | NodeRedisClusterOptions
  | NodeRedisSentinelOptions

/** Messages of errors that are not a `RedisStateError`. */
export declare const RedisErrorMessages: {
  readonly RedisClientNotConnectedThrown: 'Redis client is not connected or has failed to connect. This is thrown because throwOnConnectError is set to true.'
}

/** The default delay of `@keyv/redis`, in milliseconds: 100 × 2^`attempts`, at most 2000, plus or minus 50 of jitter. */
export declare function defaultReconnectStrategy(attempts: number): number

/**
 * Store for Keyv 5 and Keyv 6 on Redis or Valkey, with the names and the keys of `@keyv/redis`. docs/keyv.md lists the
 * differences.
 *
 * Emits `error` for each call that fails (ignored without a listener). Unless a `RedisStateAdapter` was passed, it also
 * emits `error` for each outage, `connect`, `reconnecting` and `disconnect`.
 *
 * It connects in the background. `commandTimeout` limits each step of a call. Writes are sent at most once; reads are sent
 * again after a lost connection.
 *
 * @example
 * const keyv = new Keyv({ store: new KeyvRedis('redis://localhost:6379'), namespace: 'users' })
 * await keyv.set('ada', { admin: true }, 60_000)
 */
export declare class KeyvRedis<T = any> extends EventEmitter {
  /**
   * @param connection how to connect
   * @param options of the store
   * @throws RedisStateError `ERR_INVALID_CONFIG` or `ERR_INVALID_ARGUMENT`, which names the option
   */
  constructor(connection?: KeyvRedisConnection, options?: KeyvRedisOptions)

  /**
   * The `RedisStateAdapter` that the store uses. Reading it after `disconnect` opens a new one. Setting it closes the
   * previous one, if this store opened it.
   */
  get client(): RedisStateAdapter
  set client(connection: KeyvRedisConnection)
  /** Resolves to `client` when it is connected. */
  getClient(): Promise<RedisStateAdapter>

  /** The options. Setting it changes only the options that are given. Keyv 5 reads `dialect`. */
  get opts(): any
  set opts(options: KeyvRedisOptions)
  get namespace(): string | undefined
  set namespace(namespace: string | undefined)
  get keyPrefixSeparator(): string
  set keyPrefixSeparator(separator: string)
  get clearBatchSize(): number
  set clearBatchSize(keys: number)
  get useUnlink(): boolean
  set useUnlink(use: boolean)
  get noNamespaceAffectsAll(): boolean
  set noNamespaceAffectsAll(affects: boolean)
  get throwOnConnectError(): boolean
  set throwOnConnectError(throws: boolean)
  get throwOnErrors(): boolean
  set throwOnErrors(throws: boolean)
  get connectionTimeout(): number | undefined
  set connectionTimeout(milliseconds: number | undefined)

  /**
   * Read by Keyv 6 when it is created with this store. From then on `set` and `setMany` interpret the expiry as a time
   * instead of a duration, and `deleteMany` resolves to a boolean for each key.
   */
  get capabilities(): any

  /**
   * Writes a value.
   *
   * @param ttl milliseconds, rounded up; 0 and `undefined` mean no expiry. With Keyv 6: the time of expiry, in
   *   milliseconds since 1970. A value that has already expired is removed
   * @returns whether it was written; `false` if the call failed
   */
  set(key: string, value: any, ttl?: number): Promise<boolean>
  /**
   * Writes values in transactions of 1,000 entries; on a cluster in one batch, entry by entry.
   *
   * @returns `true` for each entry; `false` for each entry if the call failed, although some may have been written
   */
  setMany(entries: Array<{ key: string; value: any; ttl?: number; expires?: number }>): Promise<any>
  /** Returns whether there is a value. */
  has(key: string): Promise<boolean>
  /** Returns for each key whether there is a value, in one batch. */
  hasMany(keys: string[]): Promise<boolean[]>
  /** Returns the stored text, or `undefined`. */
  get<Value = T>(key: string): Promise<Value | undefined>
  /** Returns the stored text of each key, or `undefined`, in one batch. */
  getMany<Value = T>(keys: string[]): Promise<Array<Value | undefined>>
  /** Removes a value, and returns whether there was one. */
  delete(key: string): Promise<boolean>
  /** Removes values in one batch. Returns whether there was at least one; with Keyv 6, a boolean for each key. */
  deleteMany(keys: string[]): Promise<any>
  /** Removes the values of the namespace, in steps of `SCAN`. Without a namespace, see `noNamespaceAffectsAll`. */
  clear(): Promise<void>
  /**
   * Yields the entries of a namespace, in steps of `SCAN`. An entry that is written meanwhile may be missing or be yielded
   * twice. Rejects if a step fails.
   *
   * @param namespace default: the namespace of the store
   */
  iterator<Value = T>(namespace?: string): AsyncGenerator<[string, Value | undefined], void, unknown>
  /**
   * Closes the connections when the pending calls have settled, but not a `RedisStateAdapter` that was passed. The next
   * call connects again.
   *
   * @param force `true` rejects the pending calls. Default: `false`
   */
  disconnect(force?: boolean): Promise<void>

  /** Returns `namespace::key`, or the key itself without a namespace. */
  createKeyPrefix(key: string, namespace?: string): string
  /** Returns the key without its namespace. */
  getKeyWithoutPrefix(key: string, namespace?: string): string
  /** Returns whether the connection is to a cluster. */
  isCluster(): boolean
}
