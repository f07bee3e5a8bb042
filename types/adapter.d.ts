import type { EventEmitter } from 'node:events'
import type { BulkMethods } from './bulk.js'
import type { PingOptions } from './call-options.js'
import type { CleanupOptions, ConnectOptions } from './connecting.js'
import type { EntryMethods } from './entry.js'
import type { RedisStateAdapterEvents } from './events.js'
import type { GroupMethods } from './group.js'
import type { ListingMethods } from './listing.js'
import type { LockMethods } from './lock.js'
import type { NodeRedisClientLike, RedisStateAdapterOptions, StateOptions } from './options.js'
import type { QueryMethods } from './query.js'
import type { RateLimitMethods } from './rate-limit.js'
import type { StateStats } from './stats.js'
import type { TransactionMethods } from './transaction.js'
import type { TypedState } from './typed-state.js'
import type { UpdateMethods } from './update.js'
import type { WatchMethods } from './watch.js'

/**
 * State that Node.js processes share through Redis or Valkey. Implements the `StateAdapter` of Motia.
 *
 * **Entries.** State consists of entries. An entry is identified by a trace id (a group of entries, such as an order, a
 * user or a session) and a key, and has a JSON value. It is stored as the JSON text of its value under the Redis key
 * `<keyPrefix><traceId>:<key>`, exactly as `@motiadev/adapter-redis-state` stores it. Trace ids and keys are any
 * well-formed strings; one with a lone surrogate rejects with `ERR_INVALID_ARGUMENT`.
 *
 * **Connections.** The adapter connects in the background and reconnects automatically; calls wait meanwhile. It uses a
 * *command connection* for calls on single entries; the first listing opens a *scan connection*, which then stays open.
 * Calls of one tick on entries are sent in the order in which they were made (in a cluster, those to the same node). A
 * listing uses another connection and may overtake a `set`: await a call that another depends on.
 *
 * **Settlement.** Every call settles within `commandTimeout`; `lock` within its `timeout` and `commandTimeout`
 * together. A bulk method has this time for each batch, `scan` for each page. Reads are retried until then. A write is
 * sent again only if it never left this process, or if the server rejected it temporarily (LOADING, BUSY, MASTERDOWN,
 * READONLY, MISCONF, NOREPLICAS, TRYAGAIN, CLUSTERDOWN). `error.applied` is `no`, `unknown`, `yes` or, for bulk writes,
 * `partly`: whether a failed write took effect.
 *
 * **Errors.** Every call can reject with `ERR_INVALID_ARGUMENT`, `ERR_INVALID_CONFIG`, `ERR_BACKPRESSURE`,
 * `ERR_CLOSED`, `ERR_CONNECTION`, `ERR_AUTH`, `ERR_COMMAND_TIMEOUT`, `ERR_ABORTED`, `ERR_REPLY` or `ERR_INTERNAL`; with
 * the option `waitReplicas`, a write also with `ERR_NOT_REPLICATED`. Each method documents only the codes that it adds.
 *
 * **Listings.** `getGroup`, `getByPrefix`, `keys`, `count`, `traceIds`, `items`, `query`, `scan` and `clear` scan the
 * whole database with SCAN, in steps that adapt to the server. Their time therefore grows with the number of keys in
 * the database, even for a small trace. The keys found and the result are held in memory (of a `query` only the items
 * of the page, of a `scan` only two pages of values). A listing is not a snapshot: it returns every entry that exists
 * during the whole call, each once, and may return entries that are created or deleted during it. Trace ids and
 * prefixes are literal: wildcard characters have no special meaning. Keys of other Redis types are skipped.
 *
 * **Process.** The process stays alive while the first connection is being established (for at most `commandTimeout`),
 * while calls are pending, and while `ready` or the next change of a watch is awaited. An idle adapter does not keep it
 * alive. Close an adapter that you no longer need with `cleanup`; otherwise its connections stay open.
 *
 * **Methods** are bound to their object: `const { get } = state` works, and so does an adapter behind a `Proxy`, such
 * as those of dependency-injection containers. The same holds for groups, locks, transactions and watches.
 *
 * @example
 * const state = new RedisStateAdapter({ url: 'redis://localhost:6379', ttl: 3600 })
 * await state.set('order-1', 'status', { paid: true })
 * await state.get('order-1', 'status') // { paid: true }
 * await state.cleanup()
 */
export class RedisStateAdapter extends EventEmitter<RedisStateAdapterEvents> {
  /**
   * Creates an adapter and starts to connect in the background. It neither waits for the server nor throws if the
   * server cannot be reached.
   *
   * @param connection connection options, or all options in one object; a url; or a node-redis client, whose options
   *   are read for a separate connection (the client is neither used nor closed). Default: the server at
   *   `localhost:6379`
   * @param options state options; they override those in `connection`
   * @throws RedisStateError `ERR_INVALID_CONFIG` for an option that is invalid, unknown or conflicts with another one;
   *   `ERR_UNSUPPORTED` for a `credentialsProvider` of an unsupported type
   *
   * @example
   * const state = new RedisStateAdapter({ url: 'redis://localhost:6379', keyPrefix: 'app:' })
   */
  constructor(connection?: RedisStateAdapterOptions | NodeRedisClientLike | string | URL, options?: StateOptions)

  /**
   * Creates an adapter whose options are read from environment variables: `REDIS_URL`, `REDIS_HOST`, `REDIS_PORT`,
   * `REDIS_USERNAME`, `REDIS_PASSWORD`, `REDIS_DATABASE`, `STATE_KEY_PREFIX`, `STATE_TTL`. Variables that are not set
   * or empty are ignored.
   *
   * @param env environment variables by name. Default: `process.env`
   * @returns an adapter; of the subclass if it is called on one, whose constructor receives the options
   * @throws RedisStateError as the constructor does; the message also contains the names of the variables
   *
   * @example
   * const state = RedisStateAdapter.fromEnv({ REDIS_URL: 'memory:', STATE_TTL: '3600' })
   */
  static fromEnv<Adapter extends RedisStateAdapter>(
    this: AdapterClass<Adapter>,
    env?: Record<string, string | undefined>,
  ): Adapter
  static fromEnv(this: void, env?: Record<string, string | undefined>): RedisStateAdapter

  /**
   * Creates an adapter and waits until it is ready, as {@link RedisStateAdapter.connect} does. If that fails, the adapter
   * is closed.
   *
   * @param options as the first parameter of the constructor
   * @param waiting how long to wait
   * @returns the adapter; of the subclass if it is called on one, whose constructor receives `options`
   * @throws RedisStateError as the constructor and `connect` do
   *
   * @example
   * const state = await RedisStateAdapter.connect({ url: 'redis://localhost:6379' })
   */
  static connect<Adapter extends RedisStateAdapter>(
    this: AdapterClass<Adapter>,
    options?: RedisStateAdapterOptions | NodeRedisClientLike | string | URL,
    waiting?: ConnectOptions,
  ): Promise<Adapter>
  static connect(
    this: void,
    options?: RedisStateAdapterOptions | NodeRedisClientLike | string | URL,
    waiting?: ConnectOptions,
  ): Promise<RedisStateAdapter>

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
   * Waits until the adapter is ready. Calls do not need it, as they wait by themselves; it reports at the start that a
   * server cannot be reached. The adapter connects in any case, and goes on to reconnect after a rejection.
   *
   * Rejects at once if waiting does not help: the server rejects the login (`ERR_AUTH`), is a node of a cluster or a
   * Sentinel (`ERR_INVALID_CONFIG`), has no such database, or one side rejects the certificate of the other
   * (`ERR_CONNECTION`); or the reconnect strategy gave up (`ERR_CONNECTION`).
   *
   * @returns the adapter; at once if it is ready
   * @throws RedisStateError `ERR_COMMAND_TIMEOUT` after `timeout`, with the reason; `ERR_ABORTED`; `ERR_CLOSED` after
   *   `cleanup`
   *
   * @example
   * await state.connect({ timeout: 2000 })
   */
  connect(options?: ConnectOptions): Promise<this>

  /**
   * Sends PING on the command connection and measures the time until the reply.
   *
   * An error reply counts as a reply, for servers that do not support PING or do not permit it. Temporary refusals
   * (LOADING, BUSY, …) are retried until `commandTimeout`.
   *
   * @returns round-trip time in milliseconds; with the embedded store the time of one turn of the event loop
   *
   * @example
   * const milliseconds = await state.ping()
   */
  ping(options?: PingOptions): Promise<number>

  /**
   * Returns this adapter with types for its trace ids, keys and values: a misspelt trace id or key and a value of
   * another type become errors of the type checker. Nothing is checked at runtime, and nothing is copied; see `group`
   * for values that a schema validates.
   *
   * `States` maps each trace id to an object type, which maps each key to the type of its value. An index signature
   * such as ``[user: `user:${string}`]`` covers every trace id or key of that form.
   *
   * @returns this adapter
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
  typed<States extends object>(): TypedState<States>

  /**
   * Returns counters and latencies of this adapter since it was created. Takes a few microseconds and sends nothing.
   *
   * @returns a snapshot
   *
   * @example
   * const { inFlight, latency } = state.stats()
   */
  stats(): StateStats

  /**
   * Closes the adapter. Pending calls have up to `commandTimeout` to complete, or less with `timeout`; later calls reject
   * with `ERR_CLOSED`. Can be called more than once, also to shorten the time.
   *
   * @example
   * process.once('SIGTERM', () => state.cleanup({ timeout: 1000 }))
   */
  cleanup(options?: CleanupOptions): Promise<void>

  /**
   * Closes the adapter as `cleanup` does, for `await using`.
   *
   * @example
   * await using state = new RedisStateAdapter({ url: 'memory:' })
   */
  [Symbol.asyncDispose](): Promise<void>
}

/** `RedisStateAdapter` or a subclass, whose constructor can be called with options. */
type AdapterClass<Adapter extends RedisStateAdapter> = new (options: RedisStateAdapterOptions) => Adapter

// All other methods. Merged into the class, so that each subject has its methods and their options in one file.
export interface RedisStateAdapter
  extends EntryMethods,
    BulkMethods,
    UpdateMethods,
    TransactionMethods,
    LockMethods,
    RateLimitMethods,
    GroupMethods,
    ListingMethods,
    QueryMethods,
    WatchMethods {}
