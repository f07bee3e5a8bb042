import type { CachedReadOptions, ReadOptions, WriteOptions } from './call-options.js'
import type { EntryMetadata, SetOptions } from './entry.js'

/** Options of `setMany`. They apply to all entries; the options of an entry override them. */
export type BulkSetOptions = Omit<SetOptions, 'ifMatch'>

/** An entry of `setMany`, with its own options. */
export interface SetManyEntry<T = unknown, Key extends string = string>
  extends Pick<SetOptions, 'ttl' | 'ifAbsent' | 'ifMatch'> {
  key: Key
  value: T
}

/** An entry of `deleteMany` that is deleted only if it has the etag `ifMatch`. */
export interface DeleteManyEntry<Key extends string = string> {
  key: Key
  ifMatch: string
}

/** Options of `deleteMany`. */
export interface DeleteManyOptions extends WriteOptions {
  /** `true`: the call resolves to one boolean per key, whether its entry existed, in the order of the keys. Default: `false`. */
  existence?: boolean | undefined
}

/** Methods for many entries of a trace id. */
export interface BulkMethods<Read extends ReadOptions = ReadOptions> {
  /**
   * Reads the values of several entries of a trace id.
   *
   * Entries are read in batches of 10,000, or fewer if `maxPendingCommands` or `maxPendingBytes` requires it.
   * `commandTimeout` applies to each batch.
   *
   * @returns one value per key, in the order of `keys`; `null` where the entry does not exist
   * @throws RedisStateError if entries cannot be read: the error that `get` rejects with for one of them
   *
   * @example
   * const [paid, sent] = await state.getMany<boolean>('order-1', ['paid', 'sent'])
   */
  getMany<T>(traceId: string, keys: readonly string[], options?: Read & CachedReadOptions): Promise<(T | null)[]>

  /**
   * Reads the values of several entries with their etags and times to live, in batches as `getMany` does.
   *
   * @returns one result per key, in the order of `keys`; `null` where the entry does not exist
   * @throws RedisStateError if entries cannot be read: the error that `getWithMetadata` rejects with for one of them
   *
   * @example
   * const [paid] = await state.getManyWithMetadata<boolean>('order-1', ['paid'])
   * paid?.etag
   */
  getManyWithMetadata<T>(traceId: string, keys: readonly string[], options?: Read): Promise<(EntryMetadata<T> | null)[]>

  /**
   * Checks which of several entries exist, in batches as `getMany` does. No values are transferred.
   *
   * @returns one boolean per key, in the order of `keys`; an entry whose value is `null` exists
   * @throws RedisStateError if entries cannot be checked: the error that `has` rejects with for one of them
   *
   * @example
   * const [paid, sent] = await state.hasMany('order-1', ['paid', 'sent'])
   */
  hasMany(traceId: string, keys: readonly string[], options?: Read & CachedReadOptions): Promise<boolean[]>

  /**
   * Writes several entries of a trace id, each independently of the others, in batches as `getMany` does. To write all
   * or none, use `transaction`.
   *
   * All entries are validated before the first one is sent: if a value is not JSON-serializable or an option is
   * invalid, nothing is written. If the signal is aborted, no further batches are sent.
   *
   * @param entries values by key (a plain object; convert a Map with `Object.fromEntries(map)`), or a list of entries
   *   with their own options
   * @throws RedisStateError `ERR_INVALID_ARGUMENT` if an entry is invalid, `ERR_PARTIAL` if some or all entries were
   *   not written: `errors` has one error for each of them, with its `key`
   *
   * @example
   * await state.setMany('order-1', { paid: true, sent: false }, { ttl: 3600 })
   * await state.setMany('order-1', [{ key: 'owner', value: 'me', ifAbsent: true }])
   */
  setMany<T>(
    traceId: string,
    entries: Record<string, T> | readonly SetManyEntry<T>[],
    options?: BulkSetOptions,
  ): Promise<void>

  /**
   * Deletes several entries of a trace id, each independently of the others, in batches as `getMany` does.
   *
   * @param keys keys, or objects with a key and the etag that the entry must have
   * @returns number of entries that were deleted; with `existence: true` one boolean per key, in the order of `keys`
   * @throws RedisStateError `ERR_PARTIAL` if some or all entries could not be deleted: `errors` has one error for
   *   each of them, with its `key`
   *
   * @example
   * await state.deleteMany('order-1', ['paid', 'sent']) // 2
   * await state.deleteMany('order-1', ['paid', 'owner'], { existence: true }) // [false, true]
   */
  deleteMany(
    traceId: string,
    keys: readonly (string | DeleteManyEntry)[],
    options: DeleteManyOptions & { existence: true },
  ): Promise<boolean[]>
  deleteMany(
    traceId: string,
    keys: readonly (string | DeleteManyEntry)[],
    options?: DeleteManyOptions & { existence?: false | undefined },
  ): Promise<number>
  deleteMany(
    traceId: string,
    keys: readonly (string | DeleteManyEntry)[],
    options?: DeleteManyOptions,
  ): Promise<number | boolean[]>
}
