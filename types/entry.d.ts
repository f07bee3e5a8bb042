import type { CachedReadOptions, ReadOptions, WriteOptions } from './call-options.js'
import type { TimeToLive } from './duration.js'

/** Options of `set`. */
export interface SetOptions extends WriteOptions {
  /**
   * Expiry in whole seconds, 1 to 4294967295, or as a duration such as `'1500ms'`. 0 or -1: the entry does not expire.
   * Value and expiry are written by the same command. Default: the `ttl` of the adapter.
   */
  ttl?: TimeToLive | undefined
  /**
   * Writes only if the entry does not exist; otherwise the call rejects with `ERR_CONFLICT`. Of several concurrent
   * callers exactly one succeeds. Default: `false`.
   */
  ifAbsent?: boolean | undefined
  /**
   * Writes only if the entry exists and has this etag ({@link EntryMetadata.etag}); otherwise the call rejects with
   * `ERR_CONFLICT`. A text that cannot be an etag (`*`, quotation marks, upper case) rejects with
   * `ERR_INVALID_ARGUMENT`. `undefined` rejects as well: `found?.etag` is `undefined` if the entry is missing, and the
   * write would then be unconditional. Default: none.
   */
  ifMatch?: string
}

/** Options of `delete`. */
export interface DeleteOptions extends WriteOptions {
  /**
   * Deletes only if the entry exists and has this etag ({@link EntryMetadata.etag}); otherwise the call rejects with
   * `ERR_CONFLICT`. Default: none.
   */
  ifMatch?: string
  /**
   * `true`: the call resolves to whether the entry existed, in place of its value, and succeeds also if the value is not
   * JSON. Default: `false`.
   */
  existence?: boolean | undefined
}

/** A value with its etag and its time to live. */
export interface EntryMetadata<T> {
  /** The value. */
  value: T
  /**
   * Identifies this version of the value: the SHA-1 of its stored JSON text in hexadecimal. Equal texts have equal
   * etags.
   */
  etag: string
  /** Time to live in seconds, with a precision of milliseconds; -1 if the entry does not expire. */
  ttl: number
}

/** Methods for single entries. */
export interface EntryMethods<Read extends ReadOptions = ReadOptions> {
  /**
   * Reads the value of an entry.
   *
   * @returns the value, or `null` if the entry does not exist
   * @throws RedisStateError `ERR_CORRUPT_VALUE` if the stored text is not JSON, `ERR_WRONG_TYPE` if the key holds
   *   another Redis type
   *
   * @example
   * const status = await state.get<string>('order-1', 'status') // null if there is no such entry
   */
  get<T>(traceId: string, key: string, options?: Read & CachedReadOptions): Promise<T | null>

  /**
   * Writes the value of an entry, and its expiry, with a single atomic command.
   *
   * The value is converted to JSON before `set` returns, so later changes of an object have no effect. The JSON text
   * can have at most `maxPendingBytes`, and at most 512 MiB (the limit of Redis).
   *
   * @param value any value that `JSON.stringify` converts to text. `undefined`, functions, symbols, BigInts, cycles and
   *   promises reject with `ERR_INVALID_ARGUMENT`
   * @returns the given value
   * @throws RedisStateError `ERR_CONFLICT` if the condition `ifAbsent` or `ifMatch` is not met
   *
   * @example
   * await state.set('order-1', 'session', { user: 7 }, { ttl: 3600 })
   * await state.set('order-1', 'owner', 'me', { ifAbsent: true }) // rejects with ERR_CONFLICT if there is an owner
   */
  set<T>(traceId: string, key: string, value: T, options?: SetOptions): Promise<T>

  /**
   * Reads and deletes an entry atomically: of several concurrent callers exactly one gets the value.
   *
   * Requires Redis 6.2 (GETDEL). If the stored text is not JSON, the entry is deleted and the call rejects with
   * `ERR_CORRUPT_VALUE`. The error has `applied: 'unknown'`, although the entry is deleted.
   *
   * @returns the deleted value, or `null` if the entry did not exist
   * @throws RedisStateError `ERR_CORRUPT_VALUE`, `ERR_WRONG_TYPE` if the key holds another Redis type, `ERR_CONFLICT`
   *   if the condition `ifMatch` is not met, `ERR_UNSUPPORTED` if the server is older than 6.2
   *
   * @example
   * const token = await state.delete<string>('order-1', 'token') // null for all callers but one
   * await state.delete('order-1', 'token', { existence: true }) // true for one caller, if there is a token
   */
  delete(traceId: string, key: string, options: DeleteOptions & { existence: true }): Promise<boolean>
  delete<T>(
    traceId: string,
    key: string,
    options?: DeleteOptions & { existence?: false | undefined },
  ): Promise<T | null>
  delete<T>(traceId: string, key: string, options?: DeleteOptions): Promise<T | boolean | null>

  /**
   * Checks whether an entry exists. An entry whose value is `null` exists.
   *
   * @returns `true` if the entry exists
   * @throws RedisStateError `ERR_WRONG_TYPE` if the key holds another Redis type
   *
   * @example
   * await state.set('order-1', 'note', null)
   * await state.has('order-1', 'note') // true
   */
  has(traceId: string, key: string, options?: Read & CachedReadOptions): Promise<boolean>

  /**
   * Reads a value with its etag and its time to live, atomically.
   *
   * Requires EVAL, as do `getManyWithMetadata`, `ttl`, `touch`, `persist`, `ifMatch`, `increment`, `update`,
   * `transaction`, `lock`, `rateLimit` and, unless it finds a value without `staleWhileRevalidate`, `getOrSet`.
   *
   * @returns the value with its metadata, or `null` if the entry does not exist
   * @throws RedisStateError `ERR_CORRUPT_VALUE` if the stored text is not JSON, `ERR_WRONG_TYPE` if the key holds
   *   another Redis type
   *
   * @example
   * const found = await state.getWithMetadata<number>('order-1', 'stock')
   * if (found) await state.set('order-1', 'stock', found.value - 1, { ifMatch: found.etag })
   */
  getWithMetadata<T>(traceId: string, key: string, options?: Read): Promise<EntryMetadata<T> | null>

  /**
   * Reads the time to live of an entry.
   *
   * @returns seconds, with a precision of milliseconds; -1 if the entry does not expire, `null` if it does not exist
   * @throws RedisStateError `ERR_WRONG_TYPE` if the key holds another Redis type
   *
   * @example
   * await state.set('order-1', 'hold', true, { ttl: 60 })
   * await state.ttl('order-1', 'hold') // 59.998
   */
  ttl(traceId: string, key: string, options?: Read): Promise<number | null>

  /**
   * Sets the time to live of an existing entry without rewriting its value.
   *
   * @param ttl time to live from now: whole seconds, 1 to 4294967295, or a duration such as `'1500ms'`
   * @returns `true` if the entry exists
   *
   * @example
   * await state.touch('order-1', 'session', 3600)
   * await state.touch('order-1', 'session', '1h') // the same
   */
  touch(traceId: string, key: string, ttl: TimeToLive, options?: WriteOptions): Promise<boolean>

  /**
   * Removes the expiry of an entry, so that it is kept until deleted.
   *
   * @returns `true` if the entry had an expiry
   *
   * @example
   * await state.persist('order-1', 'session')
   */
  persist(traceId: string, key: string, options?: WriteOptions): Promise<boolean>
}
