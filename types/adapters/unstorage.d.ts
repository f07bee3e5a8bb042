import type { RedisStateAdapter } from '../adapter.js'
import type { RedisStateAdapterOptions } from '../options.js'
import type { ClusterOptions, NodeAddress } from '../topology.js'

/** Options of the driver itself. */
export interface RedisDriverOwnOptions {
  /** What the keys of all items begin with: `base:key`. Default: none. */
  base?: string | undefined
  /** Seconds after which items expire, unless a call has a `ttl`. A fraction counts. Default: 0, never. */
  ttl?: number | undefined
  /** About how many keys one step of `getKeys` and `clear` looks at, from 1 to 1,000,000. Default: 100. */
  scanCount?: number | undefined
  /** Connects when the driver is made, and not with the first call. Default: `false`. */
  preConnect?: boolean | undefined
  /**
   * How `setItemRaw` writes bytes: as they are, or as the driver of unstorage 1 does, `base64:` and a text. `getItemRaw`
   * reads both. Default: `bytes`.
   */
  raw?: 'bytes' | 'base64' | undefined
  /**
   * `storage.watch` reports the changes that any process makes, by keyspace notifications of the server; needs `base`.
   * With `configure`, they are enabled there. Default: `false`; it reports the calls of this storage, as without a driver
   * that watches.
   */
  watch?: boolean | { configure?: boolean | undefined } | undefined
}

/** The state that the driver opens: the options of `RedisStateAdapter`, and names that ioredis has for them. */
export interface RedisDriverConnection extends Omit<RedisStateAdapterOptions, 'cluster' | 'keyPrefix' | 'ttl'> {
  state?: undefined
  /** `database`. */
  db?: number | undefined
  /** `name`. */
  connectionName?: string | undefined
  /** `offlineQueue`. */
  enableOfflineQueue?: boolean | undefined
  /** Options of a cluster, or its nodes. */
  cluster?: ClusterOptions | ReadonlyArray<NodeAddress | string | number> | undefined
  /** Without effect: the first connection is always made by the first call. */
  lazyConnect?: boolean | undefined
  /** Without effect. */
  maxRetriesPerRequest?: number | null | undefined
}

/** An open state, which stays open. */
export interface RedisDriverState {
  state: RedisStateAdapter
}

/** Options of the driver, and of the state that it opens; or a state that is open, which stays open. */
export type RedisDriverOptions = RedisDriverOwnOptions & (RedisDriverConnection | RedisDriverState)

/** What calls of unstorage pass on to the driver. */
export interface RedisItemOptions {
  /** Seconds after which the item expires; 0 is never. Default: `ttl` of the driver. */
  ttl?: number | undefined
}

/** Driver of unstorage on Redis or Valkey. Its methods reject with `RedisStateError`. */
export interface RedisDriver {
  name: 'redis'
  options: RedisDriverOptions
  /** The state, opened by the first call. */
  getInstance(): RedisStateAdapter
  hasItem(key: string): Promise<boolean>
  getItem(key: string): Promise<string | null>
  /** Reads items in one batch. */
  getItems(items: Array<{ key: string }>): Promise<Array<{ key: string; value: string | null }>>
  /** The bytes of an item. */
  getItemRaw(key: string): Promise<Buffer | null>
  setItem(key: string, value: string, options?: RedisItemOptions): Promise<void>
  /** Writes items in one batch. It is no transaction. */
  setItems(
    items: Array<{ key: string; value: string; options?: RedisItemOptions }>,
    options?: RedisItemOptions,
  ): Promise<void>
  /** Writes bytes, or a string. */
  setItemRaw(key: string, value: unknown, options?: RedisItemOptions): Promise<void>
  removeItem(key: string): Promise<void>
  /** `size` in bytes, and `ttl`: the seconds left, if the item expires. */
  getMeta(key: string): Promise<{ size: number; ttl?: number } | null>
  /** The keys of all items below a base, by steps of `SCAN`. */
  getKeys(base?: string): Promise<string[]>
  /** Removes all items below a base, by steps of `SCAN`. */
  clear(base?: string): Promise<void>
  /** Closes the state that the driver has opened, when the pending calls have settled. */
  dispose(): Promise<void>
  /** Only with the option `watch`. */
  watch?(callback: (event: 'update' | 'remove', key: string) => unknown): Promise<() => Promise<void>>
}

/**
 * Returns a driver of unstorage, with the options and the keys of `unstorage/drivers/redis`. docs/unstorage.md has what
 * differs.
 *
 * Making it needs no Redis: it connects with its first call. No call takes longer than `commandTimeout`.
 *
 * @param options of the driver and of the state
 * @throws RedisStateError `ERR_INVALID_CONFIG`, which names the option; options of the state are read by the first call
 *
 * @example
 * const storage = createStorage({ driver: redisDriver({ url: 'redis://localhost:6379', base: 'cache', ttl: 60 }) })
 * await storage.setItem('user:1', { name: 'Ada' })
 */
export declare function redisDriver(options?: RedisDriverOptions): RedisDriver
