import type { RedisStateAdapter } from '../adapter.js'
import type { RedisStateAdapterOptions } from '../options.js'
import type { ClusterOptions, NodeAddress } from '../topology.js'

/** Options of the driver itself. */
export interface RedisDriverOwnOptions {
  /** First part of the keys of all items: `base:key`. Default: none; `getKeys` and `clear` then cover the whole database. */
  base?: string | undefined
  /** Seconds after which items expire, unless a call has its own `ttl`; fractions are kept. Less than 10^10. Default: 0, never. */
  ttl?: number | undefined
  /** About how many keys one `SCAN` step of `getKeys` and `clear` visits, from 1 to 1,000,000. Default: 100. */
  scanCount?: number | undefined
  /** `true` connects when the driver is created, not with the first call. Default: `false`. */
  preConnect?: boolean | undefined
  /**
   * How `setItemRaw` writes bytes. `'bytes'`: unchanged. `'base64'`: as base64 after `base64:`, as the Redis driver of
   * unstorage 1 does. `getItemRaw` reads both. Default: `'bytes'`.
   */
  raw?: 'bytes' | 'base64' | undefined
  /**
   * `true`: `storage.watch` reports the changes that any process makes, from keyspace notifications of the server; needs
   * `base`. `{ configure: true }` also enables the notifications (`CONFIG SET`). `false`: it reports only the calls of this
   * storage. Default: `false`.
   */
  watch?: boolean | { configure?: boolean | undefined } | undefined
}

/** Options of the connection that the driver opens: those of `RedisStateAdapter`, and some option names of ioredis. */
export interface RedisDriverConnection extends Omit<RedisStateAdapterOptions, 'cluster' | 'keyPrefix' | 'ttl'> {
  state?: undefined
  /** The ioredis name of `database`. */
  db?: number | undefined
  /** The ioredis name of `name`. */
  connectionName?: string | undefined
  /** The ioredis name of `offlineQueue`. */
  enableOfflineQueue?: boolean | undefined
  /** Options of a cluster, or its nodes. The first login in their urls, and TLS of `rediss:`, are those of all nodes. */
  cluster?: ClusterOptions | ReadonlyArray<NodeAddress | string | number> | undefined
  /** No effect: the driver connects with the first call, or with `preConnect`. */
  lazyConnect?: boolean | undefined
  /** No effect. */
  maxRetriesPerRequest?: number | null | undefined
}

/** An existing `RedisStateAdapter`, which `dispose` does not close. */
export interface RedisDriverState {
  state: RedisStateAdapter
}

/** Options of the driver, and either of the connection that it opens or an existing `RedisStateAdapter`. */
export type RedisDriverOptions = RedisDriverOwnOptions & (RedisDriverConnection | RedisDriverState)

/** Options of a single call, which unstorage passes to the driver. */
export interface RedisItemOptions {
  /** Seconds after which the item expires; 0 is never. Default: `ttl` of the driver. */
  ttl?: number | undefined
}

/** Driver for unstorage on Redis or Valkey. Its methods reject with `RedisStateError`. */
export interface RedisDriver {
  name: 'redis'
  options: RedisDriverOptions
  /** Returns the `RedisStateAdapter`, and opens it if no call has done so. */
  getInstance(): RedisStateAdapter
  hasItem(key: string): Promise<boolean>
  getItem(key: string): Promise<string | null>
  /** Reads items in one batch. */
  getItems(items: Array<{ key: string }>): Promise<Array<{ key: string; value: string | null }>>
  /** Returns the bytes of an item, or `null`. */
  getItemRaw(key: string): Promise<Buffer | null>
  setItem(key: string, value: string, options?: RedisItemOptions): Promise<void>
  /** Writes items in one batch, not in a transaction. */
  setItems(
    items: Array<{ key: string; value: string; options?: RedisItemOptions }>,
    options?: RedisItemOptions,
  ): Promise<void>
  /** Writes bytes, or a string. */
  setItemRaw(key: string, value: unknown, options?: RedisItemOptions): Promise<void>
  removeItem(key: string): Promise<void>
  /** Returns `size` in bytes and, if the item expires, `ttl` in seconds, rounded up; `null` if there is no item. */
  getMeta(key: string): Promise<{ size: number; ttl?: number } | null>
  /** Returns the keys of all items below a base, in steps of `SCAN`. */
  getKeys(base?: string): Promise<string[]>
  /** Removes all items below a base, in steps of `SCAN`. */
  clear(base?: string): Promise<void>
  /** Closes the connection that the driver opened, when the pending calls have settled. The next call opens a new one. */
  dispose(): Promise<void>
  /** Reports changes until the returned function is called. Exists only with the option `watch`. */
  watch?(callback: (event: 'update' | 'remove', key: string) => unknown): Promise<() => Promise<void>>
}

/**
 * Returns a driver for unstorage, with the options and the keys of `unstorage/drivers/redis`. docs/unstorage.md lists the
 * differences.
 *
 * Creating it does not need Redis: it connects with its first call. `commandTimeout` limits each step of a call.
 *
 * @param options of the driver and of the connection
 * @throws RedisStateError `ERR_INVALID_CONFIG`, which names the option; options of `RedisStateAdapter` are checked by the
 *   first call
 *
 * @example
 * const storage = createStorage({ driver: redisDriver({ url: 'redis://localhost:6379', base: 'cache', ttl: 60 }) })
 * await storage.setItem('user:1', { name: 'Ada' })
 */
export declare function redisDriver(options?: RedisDriverOptions): RedisDriver
