/** Options of `watch`. */
export interface WatchOptions {
  /**
   * `true` adds the values to the changes: each change costs one read, and the values of all watched entries are held
   * in memory. Default: `false`; only keys are held in memory.
   */
  values?: boolean | undefined
  /**
   * `true` enables keyspace notifications on the server (`CONFIG SET notify-keyspace-events`) if they are off. Flags
   * that are already set are kept. The adapter enables them again when the server restarts or another client changes
   * the setting. Default: `false`; if notifications are off, the watch rejects with `ERR_UNSUPPORTED`.
   */
  configure?: boolean | undefined
  /**
   * When the watch keeps the process alive:
   *
   * - `true`: while it is open.
   * - `false`: only until the subscription is active, for at most `commandTimeout`.
   * - omitted: as for `false`. Also while a call of `next` is pending (`for await` makes them), and while `ready` is
   *   pending after your program has read it.
   */
  keepAlive?: boolean | undefined
  /**
   * Ends the watch: the iteration rejects with `ERR_ABORTED`, with the reason of the signal as `cause`. Default: none.
   */
  signal?: AbortSignal | undefined
}

/** A change of one entry. */
export interface EntryChange<T = unknown, Id extends string = string, Key extends string = string> {
  /** `deleted` is also emitted for eviction (the server frees memory) and for the old name of a renamed entry. */
  type: 'created' | 'updated' | 'deleted' | 'expired'
  /** Trace id of the entry. */
  traceId: Id
  /** Key of the entry. */
  key: Key
  /**
   * With the option `values`, for `created` and `updated`: the value read after the change. It is the value of a
   * later change if there was one by then, and `null` if the entry is gone by then. With `readFrom` other than
   * `primary` it can also be older. Absent if the value cannot be read.
   */
  value?: T | null
  /** With the option `values`: the value that the previous change of this entry reported, if known. */
  oldValue?: T | null
}

/** Announces that changes may have been missed. List the watched entries again. */
export interface GapInChanges {
  type: 'gap'
}

/** An item that a {@link StateWatch} returns. */
export type StateChange<T = unknown> = EntryChange<T> | GapInChanges

/** Async iterator over changes, which `watch` returns. */
export interface StateWatch<T = unknown, Change = EntryChange<T>> extends AsyncIterableIterator<Change | GapInChanges> {
  /**
   * Resolves once the subscription is active; every later change is delivered. Stays pending while the server cannot be
   * reached. Rejects if the watch fails or ends before that.
   */
  readonly ready: Promise<void>
  /** Waits for the next change. */
  next(): Promise<IteratorResult<Change | GapInChanges, undefined>>
  /** Ends the watch, as `break` does. */
  return(): Promise<IteratorResult<Change | GapInChanges, undefined>>
  [Symbol.asyncIterator](): this
  /** Ends the watch, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Subscriptions to changes of entries. */
export interface WatchMethods {
  /**
   * Watches one entry, all entries of a trace id, or all entries, and returns an async iterator over their changes. It
   * does not matter what causes a change: this process, another process, any other client, or expiry.
   *
   * **Server.** Watches use the keyspace notifications of Redis, which require the setting `notify-keyspace-events`
   * with at least `Kg$xe` (see {@link WatchOptions.configure}). The setting is checked when the watch starts and every
   * 2 seconds afterwards. If another client turns notifications off, a watch with `configure` turns them on again and
   * emits a `gap`; other watches reject with `ERR_UNSUPPORTED`. If CONFIG is not permitted, the setting cannot be
   * verified; one process warning says so.
   *
   * **Gaps.** The server does not repeat notifications that a subscriber has missed. `{ type: 'gap' }` is emitted when
   * changes may have been missed: after a lost connection or a failover, when other nodes of a cluster take over slots,
   * and when more than 10,000 changes wait to be consumed. `FLUSHALL`, `FLUSHDB`, and a setting that is turned off and
   * on again within 2 seconds are not noticed.
   *
   * **Changes.** The keys of the watched entries are listed when the watch starts and after each gap, and held in
   * memory to distinguish `created` from `updated`. Several writes in quick succession may be emitted as one change.
   * `expired` is emitted when the server removes the entry, which can be later than its expiry. Keys of other Redis
   * types are ignored.
   *
   * **End.** A watch ends with `break`, `return()`, its signal or `cleanup`. When `cleanup` is called, a pending
   * `next()` resolves to `{ done: true }`, changes that were not consumed are dropped, and a pending `ready` rejects
   * with `ERR_CLOSED`.
   *
   * All watches of an adapter share two connections to each primary: one for notifications, one for checks of the
   * setting.
   *
   * @param traceId trace id of the entries. Default: all trace ids
   * @param key key of the entry. Default: all keys of the trace id
   * @returns the watch, synchronously; `ready` resolves once it is active
   * @throws RedisStateError `ERR_INVALID_ARGUMENT`, synchronously. The iteration and `ready` reject with
   *   `ERR_UNSUPPORTED` if notifications are off, `ERR_REPLY` if the ACL user may not subscribe, `ERR_ABORTED`,
   *   `ERR_CLOSED` if the adapter was already closed, `ERR_CONNECTION` if the reconnect strategy gave up, and
   *   `ERR_COMMAND_TIMEOUT` if three attempts in a row to list the entries time out before the watch is active
   *
   * @example
   * const changes = state.watch('order-1', undefined, { values: true, configure: true })
   * await changes.ready
   * for await (const change of changes) {
   *   if (change.type === 'gap') console.log(await state.items({ groupId: 'order-1' }))
   *   else console.log(change.type, change.key, change.value)
   * }
   */
  watch<T = unknown>(traceId?: string, key?: string, options?: WatchOptions): StateWatch<T>
}
