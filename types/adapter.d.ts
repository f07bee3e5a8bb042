import type { EventEmitter } from 'node:events'
import type { ConnectOptions } from './connecting.js'
import type { RedisStateAdapterEvents } from './events.js'
import type { NodeRedisClientLike, RedisStateAdapterOptions, StateOptions } from './options.js'
import type { StateStore } from './store.js'
import type { TypedState } from './typed-state.js'

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
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: a declaration; the implementation is checked against it
export class RedisStateAdapter extends EventEmitter<RedisStateAdapterEvents> implements StateStore {
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

  /** As `typed` of {@link StateStore}; the result has the events of this class too. */
  typed<States extends object>(): TypedState<States>
}

/** `RedisStateAdapter` or a subclass, whose constructor can be called with options. */
type AdapterClass<Adapter extends RedisStateAdapter> = new (options: RedisStateAdapterOptions) => Adapter

// The methods of every store. Merged into the class, so that each subject has its methods and their options in one file.
export interface RedisStateAdapter extends StateStore {}
