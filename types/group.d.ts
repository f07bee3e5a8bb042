import type { BulkSetOptions, DeleteManyEntry, DeleteManyOptions, SetManyEntry } from './bulk.js'
import type { CachedReadOptions, ReadOptions, WriteOptions } from './call-options.js'
import type { TimeToLive } from './duration.js'
import type { DeleteOptions, EntryMetadata, SetOptions } from './entry.js'
import type { ScanOptions } from './listing.js'
import type { GetOrSetOptions, LoadContext } from './load.js'
import type { LockOptions, StateLock } from './lock.js'
import type { StateQuery } from './query.js'
import type { RateLimitOptions, RateLimitResult } from './rate-limit.js'
import type { StandardSchema } from './schema.js'
import type { TypedTransaction, TypedTransactionOperation } from './typed-state.js'
import type { StateWatch, WatchOptions } from './watch.js'

/** Options of `group`. */
export interface GroupOptions<T, Input = T> {
  /** Schema of the values. */
  schema: StandardSchema<Input, T>
  /**
   * `true` also validates values that are read, because other clients can write without the schema. Default: `false`.
   */
  checkOnGet?: boolean | undefined
}

/** An entry of a group. */
export interface GroupEntry<T> {
  key: string
  value: T
}

/** Input of `query` of a group. */
export type GroupQuery = Omit<StateQuery, 'groupId'>

/** A page of the entries of a group. */
export interface GroupQueryResult<T> {
  /** The entries of the page, sorted. */
  items: GroupEntry<T>[]
  /** Token of the next page; absent after the last page. */
  token?: string
}

/**
 * The entries of one trace id, all with values of one type.
 *
 * The methods are those of `RedisStateAdapter` without the parameter `traceId`, with the same options and errors. The
 * schema validates a value before it is sent, and its output is stored, for example with default values added and
 * unknown members removed. An invalid value rejects with `ERR_INVALID_VALUE`, with the issues of the schema as `cause`.
 * An error that the schema throws is passed on unchanged.
 *
 * There is no `update` and no `increment`: they change values on the server, where the schema cannot validate them.
 * There is no `getGroup` and no `items`: use `values` and `entries`.
 */
export interface StateGroup<T, Input = T> {
  /** The trace id of the group. */
  readonly traceId: string

  /** Reads the value of an entry; `null` if it does not exist. */
  get(key: string, options?: CachedReadOptions): Promise<T | null>
  /** Reads the value of an entry with its etag and its time to live; `null` if it does not exist. */
  getWithMetadata(key: string, options?: ReadOptions): Promise<EntryMetadata<T> | null>
  /** Validates and writes the value of an entry. Resolves to the stored value. */
  set(key: string, value: Input, options?: SetOptions): Promise<T>
  /** Reads the value of an entry; if it is missing, loads, validates and writes it. */
  getOrSet(
    key: string,
    load: (context: LoadContext) => Input | PromiseLike<Input>,
    options?: GetOrSetOptions,
  ): Promise<T>
  /**
   * Reads and deletes an entry atomically. Resolves to the deleted value, which is not validated, or `null`; with
   * `existence: true` to whether the entry existed.
   */
  delete(key: string, options: DeleteOptions & { existence: true }): Promise<boolean>
  delete(key: string, options?: DeleteOptions & { existence?: false | undefined }): Promise<T | null>
  /** Checks whether an entry exists. */
  has(key: string, options?: CachedReadOptions): Promise<boolean>
  /** Reads the time to live of an entry in seconds; -1 if it does not expire, `null` if it does not exist. */
  ttl(key: string, options?: ReadOptions): Promise<number | null>
  /** Sets the time to live of an existing entry, in whole seconds or as a duration. Resolves to `true` if the entry exists. */
  touch(key: string, ttl: TimeToLive, options?: WriteOptions): Promise<boolean>
  /** Removes the expiry of an entry. Resolves to `true` if it had one. */
  persist(key: string, options?: WriteOptions): Promise<boolean>

  /** Reads the values of several entries, in the order of `keys`; `null` where an entry does not exist. */
  getMany(keys: readonly string[], options?: CachedReadOptions): Promise<(T | null)[]>
  /** Reads the values of several entries with their etags and times to live, in the order of `keys`. */
  getManyWithMetadata(keys: readonly string[], options?: ReadOptions): Promise<(EntryMetadata<T> | null)[]>
  /** Checks which of several entries exist, in the order of `keys`. */
  hasMany(keys: readonly string[], options?: CachedReadOptions): Promise<boolean[]>
  /**
   * Validates all values, then writes them. If one of them is invalid, nothing is written.
   *
   * @param values values by key, or a list of entries with their own options
   */
  setMany(values: Record<string, Input> | readonly SetManyEntry<Input>[], options?: BulkSetOptions): Promise<void>
  /**
   * Deletes several entries. Resolves to the number of entries that were deleted; with `existence: true` to one boolean per
   * key.
   */
  deleteMany(
    keys: readonly (string | DeleteManyEntry)[],
    options: DeleteManyOptions & { existence: true },
  ): Promise<boolean[]>
  deleteMany(
    keys: readonly (string | DeleteManyEntry)[],
    options?: DeleteManyOptions & { existence?: false | undefined },
  ): Promise<number>
  /**
   * Writes several entries atomically: all of them or none. All values are validated first. If one is invalid,
   * `tx.set` throws `ERR_INVALID_VALUE` with a synchronous schema; with an asynchronous one the transaction rejects.
   *
   * @example
   * const users = state.group('users', { schema: z.object({ name: z.string() }) })
   * await users.transaction((tx) => tx.set('ada', { name: 'Ada' }, { ifAbsent: true }).delete('bob'))
   */
  transaction(
    work:
      | readonly TypedTransactionOperation<Record<string, Input>>[]
      | ((tx: TypedTransaction<Record<string, Input>>) => unknown),
    options?: WriteOptions,
  ): Promise<void>

  /** Lists all entries, in no particular order. */
  entries(options?: ReadOptions): Promise<GroupEntry<T>[]>
  /** Lists the values of all entries, in no particular order. */
  values(options?: ReadOptions): Promise<T[]>
  /** Lists the keys, in no particular order. */
  keys(options?: ReadOptions): Promise<string[]>
  /** Lists the entries whose key starts with a prefix, in no particular order. */
  getByPrefix(keyPrefix: string, options?: ReadOptions): Promise<GroupEntry<T>[]>
  /** Counts the entries, or those whose key starts with a prefix. */
  count(keyPrefix?: string, options?: ReadOptions): Promise<number>
  /**
   * Finds entries by their values, optionally sorted and in pages. Rejects if the trace id is empty, which would mean all
   * trace ids.
   */
  query(input?: GroupQuery, options?: ReadOptions): Promise<GroupQueryResult<T>>
  /** Iterates over the entries without holding all values in memory. */
  scan(options?: ScanOptions): AsyncIterable<GroupEntry<T>>
  /** Deletes all entries, or those whose key starts with a prefix. */
  clear(keyPrefix?: string, options?: ReadOptions): Promise<void>
  /** Watches one entry or all entries. Values of changes are not validated. */
  watch(key?: string, options?: WatchOptions): StateWatch<T>

  /** Acquires a lock of this trace id. */
  lock(key: string, options: LockOptions): Promise<StateLock | null>
  /** Runs a function while a lock of this trace id is held. */
  withLock<R>(
    key: string,
    options: LockOptions,
    work: (lock: StateLock, signal: AbortSignal) => R | PromiseLike<R>,
  ): Promise<R>
  /** Counts a call against a rate limit of this trace id. */
  rateLimit(key: string, options: RateLimitOptions): Promise<RateLimitResult>
}

/** Typed access to the entries of a trace id. */
export interface GroupMethods {
  /**
   * Returns an object with typed access to the entries of a trace id, whose values a schema validates.
   *
   * @returns the group, synchronously; nothing is sent
   * @throws RedisStateError `ERR_INVALID_ARGUMENT`, synchronously, if an argument is invalid
   *
   * @example
   * const users = state.group('users', { schema: z.object({ name: z.string() }) })
   * await users.set('ada', { name: 'Ada' })
   */
  group<T, Input = T>(traceId: string, options: GroupOptions<T, Input>): StateGroup<T, Input>
}
