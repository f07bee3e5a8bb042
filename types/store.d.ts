import type { BulkMethods } from './bulk.js'
import type { HealthOptions, PingOptions, ReadOptions } from './call-options.js'
import type { CommandMethods } from './commands.js'
import type { CleanupOptions, ConnectOptions } from './connecting.js'
import type { EntryMethods } from './entry.js'
import type { GroupMethods } from './group.js'
import type { StateHealth } from './health.js'
import type { IndexMethods } from './indexes.js'
import type { ListingMethods } from './listing.js'
import type { LoadMethods } from './load.js'
import type { LockMethods } from './lock.js'
import type { QueryMethods } from './query.js'
import type { RateLimitMethods } from './rate-limit.js'
import type { StateStats } from './stats.js'
import type { TransactionMethods } from './transaction.js'
import type { TypedState } from './typed-state.js'
import type { UpdateMethods } from './update.js'
import type { WatchMethods } from './watch.js'

/**
 * The methods that every store has, whatever keeps its entries: the type for code that is independent of it.
 * {@link RedisStateAdapter} implements it, and so does `CosmosStateAdapter` of `redis-state-adapter/cosmos`;
 * `StateStores.get` returns it. `Read` is the type of the options of reads.
 *
 * A method or an option that a store does not support rejects with `ERR_UNSUPPORTED` (`watch` throws it). A class adds its
 * constructor, static functions and events: narrow a store by `store instanceof RedisStateAdapter` to listen to them.
 *
 * @example
 * async function countVisit(store: StateStore, user: string): Promise<number> {
 *   return store.increment(`user:${user}`, 'visits')
 * }
 */
export interface StateStore<Read extends ReadOptions = ReadOptions>
  extends EntryMethods<Read>,
    BulkMethods<Read>,
    UpdateMethods,
    TransactionMethods,
    LoadMethods,
    LockMethods,
    RateLimitMethods,
    GroupMethods,
    ListingMethods<Read>,
    IndexMethods,
    CommandMethods,
    QueryMethods<Read>,
    WatchMethods {
  /**
   * Whether calls are sent at once: the connection is established and the login complete; for a cluster, with the
   * primary of every slot. `false` from the call of `cleanup` on. It sends nothing, so it does not notice a server that
   * stopped responding: `ping` with a `timeout` does.
   *
   * @example
   * const status = state.isReady ? 200 : 503
   */
  readonly isReady: boolean

  /**
   * Waits until the store is ready. Calls do not need it, as they wait by themselves; it reports at the start that a
   * server cannot be reached. The store connects in any case, and goes on to reconnect after a rejection.
   *
   * Rejects at once if waiting does not help. For Redis: the server rejects the login (`ERR_AUTH`), is a node of a cluster or a
   * Sentinel (`ERR_INVALID_CONFIG`), has no such database, or one side rejects the certificate of the other
   * (`ERR_CONNECTION`); or the reconnect strategy gave up (`ERR_CONNECTION`).
   *
   * @returns the store; at once if it is ready
   * @throws RedisStateError `ERR_COMMAND_TIMEOUT` after `timeout`, with the reason; `ERR_ABORTED`; `ERR_CLOSED` after
   *   `cleanup`
   *
   * @example
   * await state.connect({ timeout: 2000 })
   */
  connect(options?: ConnectOptions): Promise<this>

  /**
   * Sends a request (Redis: PING, on the command connection) and measures the time until the reply.
   *
   * An error reply of Redis counts as a reply, for servers that do not support PING or do not permit it. Temporary refusals
   * (LOADING, BUSY, …) are retried until `commandTimeout`.
   *
   * @returns round-trip time in milliseconds; with the embedded store the time of one turn of the event loop
   *
   * @example
   * const milliseconds = await state.ping()
   */
  ping(options?: PingOptions): Promise<number>

  /**
   * Checks the store, for a readiness probe: connects if necessary, and makes a round trip. Takes `timeout` at most, 3 seconds by default.
   *
   * @returns the status, and the reason if it is `down`. Never rejects because of the store
   * @throws RedisStateError `ERR_INVALID_ARGUMENT` if an option is invalid
   *
   * @example
   * const { status, latency, role } = await state.health({ timeout: 500 })
   * const isReady = status !== 'down'
   */
  health(options?: HealthOptions): Promise<StateHealth>

  /**
   * Returns this store with types for its trace ids, keys and values: a misspelt trace id or key and a value of
   * another type become errors of the type checker. Nothing is checked at runtime, and nothing is copied; see `group`
   * for values that a schema validates.
   *
   * `States` maps each trace id to an object type, which maps each key to the type of its value. An index signature
   * such as ``[user: `user:${string}`]`` covers every trace id or key of that form.
   *
   * @returns this store
   *
   * @example
   * interface States {
   *   orders: Record<string, { total: number }> // any key
   *   settings: { theme: string; limits?: number[] } // these keys
   *   [user: `user:${string}`]: { visits: number } // every trace id that starts with `user:`
   * }
   * const typed = state.typed<States>()
   * const order = await typed.get('orders', 'order-1') // { total: number } | null
   * await typed.set('settings', 'theme', 'dark')
   */
  typed<States extends object>(): TypedState<States, StateStore>

  /**
   * Returns counters and latencies of this store since it was created. Takes a few microseconds and sends nothing.
   *
   * @returns a snapshot
   *
   * @example
   * const { inFlight, latency } = state.stats()
   */
  stats(): StateStats

  /**
   * Closes the store. Pending calls have up to `commandTimeout` to complete, or less with `timeout`; later calls reject
   * with `ERR_CLOSED`. Can be called more than once, also to shorten the time.
   *
   * @example
   * process.once('SIGTERM', () => state.cleanup({ timeout: 1000 }))
   */
  cleanup(options?: CleanupOptions): Promise<void>

  /**
   * Closes the store as `cleanup` does, for `await using`.
   *
   * @example
   * await using state = new RedisStateAdapter({ url: 'memory:' })
   */
  [Symbol.asyncDispose](): Promise<void>
}
