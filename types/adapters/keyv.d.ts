// biome-ignore-all lint/suspicious/noExplicitAny: as in Keyv, whose two versions have other types

import type { EventEmitter } from 'node:events'
import type { RedisStateAdapter } from '../adapter.js'
import type { RedisStateAdapterOptions } from '../options.js'

/** Options of the adapter, as `@keyv/redis` has them. An option that it does not have is an error. */
export interface KeyvRedisOptions {
  /**
   * What keys begin with, before the separator: `namespace::key`. `Keyv` sets it to its own namespace. Default: none.
   */
  namespace?: string | undefined
  /** Stands between the namespace and the key. Default: `::`. */
  keyPrefixSeparator?: string | undefined
  /** About how many keys one step of `clear` looks at and removes, from 1 to 1,000,000. Default: 1000. */
  clearBatchSize?: number | undefined
  /** Removes with `UNLINK`, otherwise with `DEL`. Default: `true`. */
  useUnlink?: boolean | undefined
  /**
   * Without a namespace, `clear` empties the database (`FLUSHDB`) and an iteration has all keys. Default: `false`; they
   * have the keys that do not contain the separator.
   */
  noNamespaceAffectsAll?: boolean | undefined
  /**
   * A call that fails because there is no connection rejects, also without `throwOnErrors`, with the message
   * {@link RedisErrorMessages.RedisClientNotConnectedThrown}; its `cause` is the error. Default: `true`.
   */
  throwOnConnectError?: boolean | undefined
  /**
   * Calls that fail reject with a `RedisStateError`. Default: `false`; they emit `error` and resolve to `undefined` or
   * `false`.
   */
  throwOnErrors?: boolean | undefined
  /**
   * Milliseconds that a call waits for a connection, if there is none. Default: a call waits for as long as
   * `commandTimeout` (5 seconds), which also includes its reply.
   */
  connectionTimeout?: number | undefined
}

/** What `opts` returns: the options, and what Keyv 5 needs to know to iterate. */
export interface KeyvRedisPropertyOptions extends KeyvRedisOptions {
  dialect: 'redis'
  /** Always `redis:`. */
  url: string
}

/** The options of a cluster, as `createCluster` of node-redis has them. They are converted to `cluster`. */
export interface NodeRedisClusterOptions {
  rootNodes: ReadonlyArray<{ url?: string; socket?: unknown }>
  [option: string]: unknown
}

/** The options of sentinels, as `createSentinel` of node-redis has them. They are converted to `sentinel`. */
export interface NodeRedisSentinelOptions {
  name: string
  sentinelRootNodes: ReadonlyArray<{ host: string; port: number }>
  [option: string]: unknown
}

/**
 * Where Redis is: a url (`redis://`, `rediss://`, `unix://`, `memory:`), the options of `RedisStateAdapter`, an adapter
 * that is open and stays open, or the options of a cluster or of sentinels of node-redis. `undefined`: `REDIS_URL` and
 * the other variables of the environment, otherwise `redis://localhost:6379`.
 */
export type KeyvRedisConnection =
  | string
  | URL
  | RedisStateAdapterOptions
  | RedisStateAdapter
  | NodeRedisClusterOptions
  | NodeRedisSentinelOptions

/** The texts of errors that are not a `RedisStateError`. */
export declare const RedisErrorMessages: {
  readonly RedisClientNotConnectedThrown: 'Redis client is not connected or has failed to connect. This is thrown because throwOnConnectError is set to true.'
}

/** The delay that `@keyv/redis` has by default: 200 ms, doubled up to 2 seconds, with 50 ms of jitter. */
export declare function defaultReconnectStrategy(attempts: number): number

/**
 * Store of Keyv 5 and Keyv 6 on Redis or Valkey, with the names and the keys of `@keyv/redis`. docs/keyv.md has what
 * differs.
 *
 * Events: `error` of each call that failed (without a listener it is ignored). Unless the state is the user's own, also
 * `error` of each outage, `connect`, `reconnecting`, `disconnect`.
 *
 * It connects with its first call. No call takes longer than `commandTimeout`, and none is sent twice, except for reads.
 *
 * @example
 * const keyv = new Keyv({ store: new KeyvRedis('redis://localhost:6379'), namespace: 'users' })
 * await keyv.set('ada', { admin: true }, 60_000)
 */
export declare class KeyvRedis<T = any> extends EventEmitter {
  /**
   * @param connection where Redis is
   * @param options of the adapter
   * @throws RedisStateError `ERR_INVALID_CONFIG` or `ERR_INVALID_ARGUMENT`, which names the option
   */
  constructor(connection?: KeyvRedisConnection, options?: KeyvRedisOptions)

  /**
   * The state that the adapter works on. After `disconnect` one is opened again. Setting it closes the one before, if
   * this adapter has opened it.
   */
  get client(): RedisStateAdapter
  set client(connection: KeyvRedisConnection)
  /** Resolves to the state when it is connected. */
  getClient(): Promise<RedisStateAdapter>

  /** The options; setting it changes those that are given. Keyv 5 reads `dialect`. */
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
   * What Keyv 6 reads when it takes a store. From then on `set` and `setMany` take the end of a value, and `deleteMany`
   * resolves to a boolean for each key.
   */
  get capabilities(): any

  /**
   * Writes a value.
   *
   * @param ttl milliseconds, rounded up; 0 and `undefined` are for ever. With Keyv 6: its end, in milliseconds since
   *   1970. A value that has ended already is removed
   * @returns whether it was written; `false` if the call failed
   */
  set(key: string, value: any, ttl?: number): Promise<boolean>
  /**
   * Writes values in transactions of 1,000 entries; on a cluster in one batch, entry by entry.
   *
   * @returns for each entry whether it was written
   */
  setMany(entries: Array<{ key: string; value: any; ttl?: number; expires?: number }>): Promise<any>
  /** Whether there is a value. */
  has(key: string): Promise<boolean>
  /** For each key whether there is a value, in one batch. */
  hasMany(keys: string[]): Promise<boolean[]>
  /** The value, as it was written, or `undefined`. */
  get<Value = T>(key: string): Promise<Value | undefined>
  /** The value of each key, or `undefined`, in one batch. */
  getMany<Value = T>(keys: string[]): Promise<Array<Value | undefined>>
  /** Removes a value, and returns whether there was one. */
  delete(key: string): Promise<boolean>
  /** Removes values in one batch, and returns whether there was one. With Keyv 6: for each key. */
  deleteMany(keys: string[]): Promise<any>
  /** Removes the values of the namespace, by steps of `SCAN`. See `noNamespaceAffectsAll` for what it does without one. */
  clear(): Promise<void>
  /**
   * The entries of a namespace, by steps of `SCAN`. An entry that changes meanwhile may be missing or come twice. Rejects
   * if a step fails.
   *
   * @param namespace default: that of the adapter
   */
  iterator<Value = T>(namespace?: string): AsyncGenerator<[string, Value | undefined], void, unknown>
  /**
   * Closes the connections when the pending calls have settled. A state of the user stays open. The next call connects
   * again.
   *
   * @param force rejects the pending calls
   */
  disconnect(force?: boolean): Promise<void>

  /** `namespace::key`, or the key without a namespace. */
  createKeyPrefix(key: string, namespace?: string): string
  /** The key without its namespace. */
  getKeyWithoutPrefix(key: string, namespace?: string): string
  /** Whether the state is of a cluster. */
  isCluster(): boolean
}
