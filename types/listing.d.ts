import type { ReadOptions } from './call-options.js'

/** Type of a JSON value. */
export type StateItemType = 'string' | 'number' | 'boolean' | 'object' | 'array' | 'null'

/** Any JSON value. */
export type StateValue = string | number | boolean | object | unknown[] | null

/** An entry with its value, as listings return it. */
export interface StateItem<T = StateValue, Id extends string = string, Key extends string = string> {
  /**
   * Trace id of the entry, named as in Motia. If all traces are listed, the text before the first `:` (with `hashTags`,
   * before `}:`) counts as the trace id.
   */
  groupId: Id
  /** Key of the entry. */
  key: Key
  /** Type of the value. */
  type: StateItemType
  /** The value. */
  value: T
}

/**
 * Comparison of a filter of `items`, with the semantics of the JavaScript operators.
 *
 * | operation | matches if the field |
 * | --- | --- |
 * | `eq`, `neq` | is equal, or not equal (`===`, `!==`) |
 * | `gt`, `gte`, `lt`, `lte` | is greater, greater or equal, less, less or equal (`>`, `>=`, `<`, `<=`) |
 * | `contains`, `notContains` | is a string that contains the text, or a string that does not contain it |
 * | `startsWith`, `endsWith` | is a string that starts or ends with the text |
 * | `isNull` | is `null` or missing |
 * | `isNotNull` | is neither |
 *
 * The text to search for is converted with `String()`. An object with a member `toString` cannot be compared
 * with `gt`, `gte`, `lt` or `lte` and does not match.
 */
export type StateFilterOperation =
  | 'eq'
  | 'neq'
  | 'gt'
  | 'gte'
  | 'lt'
  | 'lte'
  | 'contains'
  | 'notContains'
  | 'startsWith'
  | 'endsWith'
  | 'isNotNull'
  | 'isNull'

/** A condition on one field of a value. */
export interface StateFilter {
  /**
   * Name of a member of an object, or index of an array. If the value is neither an object nor an array, the value
   * itself is compared.
   */
  valueKey: string
  /** How to compare. */
  operation: StateFilterOperation
  /** What to compare with. Not used by `isNull` and `isNotNull`. */
  value?: string | number | boolean | null | undefined
}

/** Selects entries for `items`. Unknown members reject with `ERR_INVALID_ARGUMENT`. */
export interface StateItemsInput {
  /**
   * Trace id whose entries are listed. Default, also for an empty string: all trace ids. A trace id that contains a `:`
   * must be given here: without it the entry `('a:b', 'c')` is listed as trace id `a`, key `b:c`.
   */
  groupId?: string | undefined
  /** Conditions that must all be met. Default: none. */
  filter?: readonly StateFilter[] | undefined
}

/** Options of `scan`. */
export interface ScanOptions {
  /** Number of values that are read with one call, 1 to 10000. Default: 100. */
  pageSize?: number | undefined
  /** Prefix of the keys. Default: all keys. */
  keyPrefix?: string | undefined
  /** Ends the iteration, which rejects with `ERR_ABORTED`, with the reason of the signal as `cause`. Default: none. */
  signal?: AbortSignal | undefined
}

/**
 * Methods on the entries of a trace, or of all traces. They scan all keys of the database. With the option `index`, those on one
 * trace read only its entries.
 */
export interface ListingMethods<Read extends ReadOptions = ReadOptions> {
  /**
   * Reads all values of a trace id. Not a snapshot.
   *
   * @returns the values, in no particular order; with `index: true`, in the order of the keys, by their bytes in UTF-8
   * @throws RedisStateError `ERR_CORRUPT_VALUE`, with the `key`, if a stored text is not JSON
   *
   * @example
   * const orders = await state.getGroup<{ total: number }>('orders')
   */
  getGroup<T>(traceId: string, options?: Read): Promise<T[]>

  /**
   * Lists the entries of a trace id whose key starts with a prefix. Not a snapshot.
   *
   * @param keyPrefix start of the keys. An empty string selects all keys
   * @returns the entries with their values, in no particular order; with `index: true`, in the order of the keys, by their bytes
   *   in UTF-8
   * @throws RedisStateError `ERR_CORRUPT_VALUE`, with the `key`, if a stored text is not JSON
   *
   * @example
   * const lines = await state.getByPrefix('order-1', 'line:')
   * lines[0] // { groupId: 'order-1', key: 'line:1', type: 'object', value: { sku: 'a' } }
   */
  getByPrefix<T = StateValue>(traceId: string, keyPrefix: string, options?: Read): Promise<StateItem<T>[]>

  /**
   * Lists the keys of a trace id. Not a snapshot. Requires Redis 6.0.
   *
   * @returns the keys, in no particular order; with `index: true`, in the order of their bytes in UTF-8
   *
   * @example
   * await state.keys('order-1') // ['status', 'cart']
   */
  keys(traceId: string, options?: Read): Promise<string[]>

  /**
   * Counts the entries of a trace id, or those whose key starts with a prefix. Not a snapshot. Requires Redis 6.0.
   *
   * @param keyPrefix start of the keys. Default: all keys
   * @returns number of entries
   *
   * @example
   * await state.count('order-1') // 12
   * await state.count('order-1', 'line:') // 10
   */
  count(traceId: string, keyPrefix?: string, options?: Read): Promise<number>

  /**
   * Counts all entries: the keys with the key prefix of this adapter, also those that other programs wrote without a
   * trace id. Not a snapshot. Requires Redis 6.0.
   *
   * @returns number of entries
   *
   * @example
   * await state.count() // 340
   */
  count(): Promise<number>
  count(options: Read): Promise<number>

  /**
   * Lists the trace ids that have at least one entry. Not a snapshot. Requires Redis 6.0. The text before the first
   * `:` (with `hashTags`, before `}:`) counts as the trace id.
   *
   * @returns the trace ids, in no particular order
   *
   * @example
   * for (const traceId of await state.traceIds()) console.log(traceId)
   */
  traceIds(options?: Read): Promise<string[]>

  /**
   * Lists entries with their values: of one trace id or of all, optionally filtered. Not a snapshot.
   *
   * @param input which entries to list. Default: all
   * @returns the entries, in no particular order; with `index: true`, those of one trace id in the order of the keys, by their
   *   bytes in UTF-8
   * @throws RedisStateError `ERR_CORRUPT_VALUE`, with trace id and `key`, if a stored text is not JSON
   *
   * @example
   * await state.items<{ total: number }>({ groupId: 'orders', filter: [{ valueKey: 'total', operation: 'gt', value: 100 }] })
   */
  items<T = StateValue>(input?: StateItemsInput, options?: Read): Promise<StateItem<T>[]>

  /**
   * Iterates over the entries of a trace id without holding all values in memory.
   *
   * The keys are listed first and held in memory. The values are then read in pages: while you process one page, the
   * next one is fetched. Entries that are created while the keys are listed can be returned; entries that are created
   * later, or deleted before their page is read, are not. With `index: true`, no keys are listed first: each page continues
   * behind the last key of the one before, and entries that are created behind it are returned. If you `break` out of the loop, no further pages are fetched.
   * `commandTimeout` applies to each page, and each page counts as one call in `stats()`.
   *
   * @returns the entries, in no particular order; with `index: true`, in the order of the keys, by their bytes in UTF-8
   * @throws RedisStateError the iteration rejects with `ERR_INVALID_ARGUMENT` if an argument is invalid, and with
   *   `ERR_CORRUPT_VALUE` if a stored text is not JSON
   *
   * @example
   * for await (const { key, value } of state.scan('order-1', { keyPrefix: 'line:' })) console.log(key, value)
   */
  scan<T = StateValue>(traceId: string, options?: ScanOptions & Read): AsyncIterable<StateItem<T>>

  /**
   * Deletes all entries of a trace id, or those whose key starts with a prefix. Requires Redis 6.0.
   *
   * Entries are deleted in batches, so that the server is not blocked for long. Entries that are written during the
   * call may remain. If the call is aborted or fails, the entries of earlier batches stay deleted.
   *
   * @param keyPrefix start of the keys. Default: all keys
   * @throws RedisStateError with `applied: 'unknown'` if entries may have been deleted
   *
   * @example
   * await state.clear('order-1', 'line:')
   */
  clear(traceId: string, keyPrefix?: string, options?: ReadOptions): Promise<void>
}
