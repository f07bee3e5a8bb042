import type { WriteOptions } from './call-options.js'
import type { TimeToLive } from './duration.js'

/**
 * Path to a part of a value: names separated by dots (`'user.address.0'`), or a list of names if a name contains a dot.
 * An index names an element of an array. An empty string or list refers to the value itself. At most 100 names.
 */
export type FieldPath = string | readonly (string | number)[]

/** Options of `increment`. */
export interface IncrementOptions extends WriteOptions {
  /**
   * Expiry if the call creates the entry: whole seconds, 1 to 4294967295, or a duration such as `'1500ms'`. An existing
   * entry keeps its expiry. 0 or -1: the entry does not expire. Default: the `ttl` of the adapter.
   */
  ttl?: TimeToLive | undefined
  /** Path to a number inside the value. Default: the value itself. */
  field?: FieldPath | undefined
  /**
   * `true`: the call resolves to `{ value, ttl }`, the sum and the time to live of the entry, read in the same atomic step.
   * Stores on Azure Cosmos DB reject it with `ERR_UNSUPPORTED`. Default: `false`.
   */
  withTtl?: boolean | undefined
}

/** The result of `increment` with the option `withTtl`. */
export interface TimedSum {
  /** The sum. */
  value: number
  /** Time to live of the entry in seconds, with a precision of milliseconds; -1 if it does not expire. */
  ttl: number
}

/** Options of `update`. */
export interface UpdateOptions extends WriteOptions {
  /**
   * Expiry if the call creates the entry: whole seconds, 1 to 4294967295, or a duration such as `'1500ms'`. An existing
   * entry keeps its expiry. 0 or -1: the entry does not expire. Default: the `ttl` of the adapter.
   */
  ttl?: TimeToLive | undefined
  /**
   * Updates only if the entry exists and has this etag, which `getWithMetadata` returns; otherwise the call rejects
   * with `ERR_CONFLICT`. Default: none.
   */
  ifMatch?: string
}

/**
 * A change to the part of a value at `path`, or to the whole value if `path` is omitted.
 *
 * | op | effect |
 * | --- | --- |
 * | `set` | sets the part to `value`; in an array replaces an element or adds one after the last |
 * | `merge` | copies the members of `value` into the object (like `Object.assign`); creates the object if it is missing |
 * | `increment`, `decrement` | adds `by` to the number, or subtracts it (default 1); a missing number counts as 0 |
 * | `append` | adds `value` after the last element of the array; creates the array if it is missing |
 * | `remove` | removes the part if it exists; later elements of an array move up. Without `path`: deletes the entry |
 *
 * Missing objects on the path are created. If an existing part has the wrong type, the update rejects with
 * `ERR_WRONG_TYPE` and changes nothing.
 */
export type UpdateOperation =
  | { op: 'set' | 'append'; path?: FieldPath | undefined; value: unknown }
  | { op: 'merge'; path?: FieldPath | undefined; value: object }
  | { op: 'increment' | 'decrement'; path?: FieldPath | undefined; by?: number | undefined }
  | { op: 'remove'; path?: FieldPath | undefined }

/** The value of an entry before and after an update; `null` where the entry does not exist. */
export interface UpdateResult<T> {
  oldValue: T | null
  newValue: T | null
}

/** Methods that change parts of a value on the server. */
export interface UpdateMethods {
  /**
   * Adds to a number atomically. A missing number counts as 0.
   *
   * The entry stays a plain JSON number. Sums are computed with double precision, as in JavaScript; a number beyond
   * ±(2^53 - 1) is rejected, because it would not be exact.
   *
   * @param by any finite number. Default: 1
   * @returns the sum
   * @throws RedisStateError `ERR_WRONG_TYPE` if the value is not a number, `ERR_OUT_OF_RANGE`; with `field` also
   *   `ERR_TOO_LARGE` and `ERR_CORRUPT_VALUE`, as `update` does
   *
   * @example
   * const visits = await state.increment('site', 'visits', 1, { ttl: 3600 })
   * await state.increment('order-1', 'totals', -2.5, { field: 'net.eur' })
   * await state.increment('site', 'visits', 1, { ttl: 3600, withTtl: true }) // { value: 2, ttl: 3599.998 }
   */
  increment(
    traceId: string,
    key: string,
    by: number | undefined,
    options: IncrementOptions & { withTtl: true },
  ): Promise<TimedSum>
  increment(
    traceId: string,
    key: string,
    by?: number,
    options?: IncrementOptions & { withTtl?: false | undefined },
  ): Promise<number>
  increment(traceId: string, key: string, by?: number, options?: IncrementOptions): Promise<number | TimedSum>

  /**
   * Changes parts of a value atomically: all operations in the given order, or none of them.
   *
   * All other parts of the stored text stay unchanged, byte for byte. An existing entry keeps its expiry, also if the
   * operations remove the value and set it again. An entry that does not exist is created. A path can create an array
   * element only at the index directly after the last element. A path cannot lead into a number, a string, a boolean or
   * `null`, not even for `remove`.
   *
   * The server reads the stored text once, whatever the number of operations, and serves no other client during that
   * time: 5 to 60 ms per megabyte for most texts, up to 200 ms per megabyte for very many tiny members. To limit it,
   * the call rejects with `ERR_TOO_LARGE`, before anything is written, if
   *
   * - the stored text has more than 4 MiB,
   * - the value is nested deeper than 1,000 levels, or
   * - the objects and arrays on the paths have 100,000 or more members and elements in total. In an array that contains
   *   only numbers, booleans and `null`, 32 elements count as one.
   *
   * @param operations at most 1,000
   * @returns the value before and after the update; `null` where the entry does not exist
   * @throws RedisStateError `ERR_WRONG_TYPE` if a part has the wrong type, `ERR_OUT_OF_RANGE` if a number or sum is
   *   beyond ±(2^53 - 1), `ERR_TOO_LARGE`, `ERR_CONFLICT` if the condition `ifMatch` is not met, `ERR_CORRUPT_VALUE` if
   *   the stored text is not JSON in UTF-8. In each case the entry is unchanged
   *
   * @example
   * await state.update('order-1', 'cart', [
   *   { op: 'append', path: 'items', value: { sku: 'a-1' } },
   *   { op: 'increment', path: 'total', by: 12.5 },
   *   { op: 'remove', path: 'coupon' },
   * ])
   */
  update<T>(
    traceId: string,
    key: string,
    operations: readonly UpdateOperation[],
    options?: UpdateOptions,
  ): Promise<UpdateResult<T>>
}
