import type { ReadOptions } from './call-options.js'
import type { StateItem, StateValue } from './listing.js'

/** Value that a condition of a query compares with. */
export type StateQueryScalar = string | number | boolean | null

/**
 * Condition of a query, in the form of Dapr's state query API: an object with one operator.
 *
 * The member names of the comparison operators are paths into the value: names of members and indexes of elements,
 * separated by dots (`order.lines.0.sku`). The empty path is the value itself. A name that contains a dot cannot be
 * used in a path.
 *
 * | operator | is met if |
 * | --- | --- |
 * | `EQ`, `IN` | the path leads to a string, number, boolean or `null` that equals the value, or one of the values |
 * | `GT`, `GTE`, `LT`, `LTE` | the path leads to a number or string that is greater or less than the given number or string, as in JavaScript |
 * | `NEQ` | `EQ` is not met; also if the path leads to an array, an object or nothing |
 * | `AND` | all conditions are met, or there are none |
 * | `OR` | at least one condition is met |
 * | `NOT` | the condition is not met |
 *
 * Types are never converted. Numbers have double precision, as in JavaScript, so integers beyond 2^53 can compare as
 * equal.
 *
 * Limits: 32 levels of nesting, 1,000 conditions (each value of an `IN` counts as one), 64 names in a path.
 */
export type StateQueryFilter =
  | { EQ: Record<string, StateQueryScalar> }
  | { NEQ: Record<string, StateQueryScalar> }
  | { GT: Record<string, string | number> }
  | { GTE: Record<string, string | number> }
  | { LT: Record<string, string | number> }
  | { LTE: Record<string, string | number> }
  | { IN: Record<string, readonly StateQueryScalar[]> }
  | { AND: readonly StateQueryFilter[] }
  | { OR: readonly StateQueryFilter[] }
  | { NOT: StateQueryFilter }

/**
 * Part of a value by which the items of a query are sorted.
 *
 * Ascending order: entries without the part, `null`, `false`, `true`, numbers, strings (in the order of `<` in
 * JavaScript), then arrays and objects, which are all equal.
 */
export interface StateQuerySort {
  /** Path to the part, as in {@link StateQueryFilter}. */
  key: string
  /** `ASC` for ascending or `DESC` for descending order. Default: `ASC`. */
  order?: 'ASC' | 'DESC' | undefined
}

/** Selects a page of the items of a query. */
export interface StateQueryPage {
  /** Maximum number of items, 1 to 10000. Default: all items. */
  limit?: number | undefined
  /** Token of the previous page; `groupId`, `filter` and `sort` must be the same. Default: the first page. */
  token?: string | undefined
}

/** Input of `query`. Unknown members reject with `ERR_INVALID_ARGUMENT`. */
export interface StateQuery {
  /** Trace id whose entries are searched. Default, also for an empty string: all trace ids. */
  groupId?: string | undefined
  /** Condition that the items meet. Default: all entries. */
  filter?: StateQueryFilter | undefined
  /**
   * Parts to sort by, at most 32, the most significant first. Entries that are equal in all of them are sorted by
   * `groupId`, then by `key`, ascending. Default: sorted by `groupId`, then by `key`.
   */
  sort?: readonly StateQuerySort[] | undefined
  /** Page to return. Default: all items. */
  page?: StateQueryPage | undefined
}

/** Result of `query`. */
export interface StateQueryResult<T = StateValue> {
  /** The items of the page, sorted. */
  items: StateItem<T>[]
  /**
   * Token of the next page; absent after the last page. It is safe in a URL.
   *
   * The token contains trace id, key and sorted parts of the last item as readable text. It is not signed: an altered
   * token is either rejected or selects another position of the same query.
   */
  token?: string
}

/** Queries by value. */
export interface QueryMethods<Read extends ReadOptions = ReadOptions> {
  /**
   * Finds entries by their values, optionally sorted and in pages.
   *
   * There is no index: each call, and so each page, scans the database and reads all values of the trace id, or of all
   * trace ids. Only the items of the page are held in memory and converted to JavaScript. Without `limit` the page has
   * all items.
   *
   * A query is not a snapshot. Entries can be created and deleted between pages: the next page starts after the
   * position of the last item, even if that entry no longer exists. An entry that exists the whole time and keeps its
   * position is on exactly one page.
   *
   * @param input filter, sort order and page. Default: all entries
   * @returns the items of the page, and the token of the next page
   * @throws RedisStateError `ERR_INVALID_ARGUMENT`, with the path of the mistake (`filter.AND[1].EQ`);
   *   `ERR_CORRUPT_VALUE`, with trace id and `key`, if any stored text that the query reads is not JSON
   *
   * @example
   * const query = {
   *   filter: { AND: [{ EQ: { status: 'open' } }, { NOT: { IN: { 'customer.country': ['DE', 'FR'] } } }] },
   *   sort: [{ key: 'total', order: 'DESC' as const }, { key: 'customer.name' }],
   * }
   * const { items, token } = await state.query({ ...query, page: { limit: 20 } })
   * if (token) await state.query({ ...query, page: { limit: 20, token } })
   */
  query<T = StateValue>(input?: StateQuery, options?: Read): Promise<StateQueryResult<T>>
}
