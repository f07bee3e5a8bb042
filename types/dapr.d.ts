/** A value of an entry. */
// biome-ignore lint/suspicious/noExplicitAny: as in the client of Dapr, so that code written for it compiles
export type DaprValue = any

/** How a write of Dapr's client treats other writes: numbers of `StateConcurrencyEnum`, or texts. */
export type DaprConcurrency = 0 | 1 | 2 | 'first-write' | 'last-write'

/** Options of an operation of Dapr's client. `consistency` has no effect. */
export interface DaprStateOptions {
  /**
   * 1 or `first-write`: without an etag, the write fails if the entry exists. 2 or `last-write`: the etag is ignored.
   * Default: the etag is checked, if there is one. Any other value is an error.
   */
  concurrency?: DaprConcurrency | undefined
  consistency?: number | string | undefined
}

/** An entry that is written. */
export interface DaprStateItem {
  key: string
  /** Default: `null`. */
  value?: unknown
  /** The entry is written only if it has this etag. */
  etag?: string | { value: string } | undefined
  /** `ttlInSeconds`: expiry in seconds; 0 or less: none. Other names have no effect. */
  metadata?: Readonly<Record<string, unknown>> | undefined
  options?: DaprStateOptions | undefined
}

/** An entry that is read. Without `data` if there is none. */
export interface DaprStateEntry {
  key: string
  data?: DaprValue
  etag?: string
}

/** An operation of a transaction. */
export interface DaprOperation {
  /** `upsert` or `delete`. */
  operation: string
  request: DaprStateItem
}

/** The methods of `DaprClient.state`, of the package `@dapr/dapr`. */
export interface DaprState {
  /** Writes entries. Resolves to the error instead of rejecting. */
  save(
    storeName: string,
    stateObjects: readonly DaprStateItem[],
    options?: { metadata?: Readonly<Record<string, unknown>> | undefined },
  ): Promise<{ error?: Error }>
  /** Reads a value. Resolves to an empty string if there is no entry. */
  get(storeName: string, key: string, options?: object): Promise<DaprValue>
  /** Reads entries, in the order of the keys. */
  getBulk(storeName: string, keys: readonly string[], options?: object): Promise<DaprStateEntry[]>
  /** Deletes an entry. Resolves to the error instead of rejecting. */
  delete(
    storeName: string,
    key: string,
    options?: DaprStateOptions & {
      etag?: string | { value: string } | undefined
      metadata?: Readonly<Record<string, unknown>> | undefined
    },
  ): Promise<{ error?: Error }>
  /** Executes all operations, or none. Rejects if it fails. */
  transaction(
    storeName: string,
    operations?: readonly DaprOperation[],
    metadata?: Readonly<Record<string, unknown>> | null,
  ): Promise<void>
  /** Finds entries by their values. `filter`, `sort` and `page` are those of `query` of the adapter; `{}` as filter selects all. */
  query(
    storeName: string,
    query: {
      filter?: object
      sort?: readonly { key: string; order?: string }[]
      page?: { limit?: number; token?: string }
    },
  ): Promise<{ results: Required<DaprStateEntry>[]; token?: string }>
}

/** What `stores.dapr` has of a `DaprClient`. */
export interface DaprClientLike {
  readonly state: DaprState
}
