import type { WaitReplicas } from './call-options.js'
import type { Codec } from './codec.js'
import type { TimeToLive } from './duration.js'
import type { SocketOptions } from './socket.js'
import type { TlsOptions } from './tls.js'
import type { ClusterOptions, SentinelOptions } from './topology.js'

/** User name and password, as the option `credentials` returns them. */
export interface Credentials {
  /** ACL user. Default: the user `default`. */
  username?: string | undefined
  /** Password of the user. */
  password: string
}

/** Which server to connect to, and how. The names are those of node-redis. */
export interface ConnectionOptions {
  /**
   * Address of the server as a url. Other options override parts of it. Default: none, see `host`.
   *
   * | url | server |
   * | --- | --- |
   * | `redis://[[user]:password@]host[:port][/database]` | a Redis or Valkey server over TCP (also `valkey:`) |
   * | `rediss://…` | the same over TLS (also `valkeys:`) |
   * | `unix:///path` | a unix socket |
   * | `memory:` | the embedded store: no server, not shared with other processes. One process warning is emitted |
   * | `memory:name` | the embedded store with this name: shared by all adapters of this process that use the name, and dropped when the last of them is closed |
   *
   * After a `?` the url can have the parameters `database` (or `db`), `username` (`user`), `password` (`pass`),
   * `name` and `tls` (`ssl`; `true` or `false`). Other parameters and a fragment (`#…`) throw `ERR_INVALID_CONFIG`.
   *
   * The server must hold all entries. Cluster nodes and Sentinels are rejected, because their listings would be
   * incomplete: `error` is emitted, and calls reject with `ERR_INVALID_CONFIG` until a
   * suitable server answers at the address. Use `cluster` or `sentinel` instead. A replica serves reads; writes
   * reject with `ERR_REPLY` (`reply: 'READONLY'`) after `commandTimeout`, because it can become a master meanwhile.
   */
  url?: string | URL | undefined
  /** Host name or IP address of the server, without a port. Default: `localhost`. */
  host?: string | undefined
  /** Port of the server, 1 to 65535. Default: 6379. */
  port?: number | undefined
  /** ACL user. Default: none; with a password, the user `default`. */
  username?: string | undefined
  /** Password of the user. Default: none. */
  password?: string | undefined
  /**
   * Returns the credentials. Called on every (re)connect, so that credentials can rotate.
   *
   * Overrides credentials in `url`, and cannot be combined with `username` or `password`. If it throws, rejects or
   * returns no password, the attempt to connect fails with `ERR_AUTH`, with the thrown error as `cause`. The time it
   * takes counts against `socket.connectTimeout`. Instead of this option, the option `credentialsProvider` of
   * node-redis is accepted, if its type is `async-credentials-provider`. Default: none.
   *
   * @example
   * const state = new RedisStateAdapter({
   *   url: 'rediss://redis.example.com',
   *   credentials: async () => ({ username: 'app', password: await fetchToken() }),
   * })
   */
  credentials?: (() => Credentials | Promise<Credentials>) | undefined
  /** Number of the database, 0 or more. Default: 0. */
  database?: number | undefined
  /**
   * Client name that `CLIENT LIST` shows, in printable ASCII without spaces. `false` omits the command CLIENT SETNAME,
   * for proxies that close the connection when they receive it. If the server rejects the command, the connection is
   * used without a name. Default: `redis-state-adapter`.
   */
  name?: string | false | undefined
  /** Socket settings. */
  socket?: SocketOptions | undefined
  /**
   * Enables TLS. `true` verifies the server certificate against the default authorities (see {@link TlsOptions.ca}).
   * Conflicting settings, such as a `rediss:` url with `tls: false`, throw `ERR_INVALID_CONFIG`. Default: off, unless
   * the url has `rediss:`.
   */
  tls?: boolean | TlsOptions | undefined
  /** Finds the server through Redis Sentinel. Replaces `url`, `host` and `port`. Default: none. */
  sentinel?: SentinelOptions | undefined
  /** Connects to a Redis Cluster. Replaces `url`, `host` and `port`. Default: none. */
  cluster?: ClusterOptions | undefined
}

/** What the option `cache` keeps, and for how long. */
export interface CacheOptions {
  /** Maximum number of entries; the least recently used ones are dropped. Default: 10000. */
  maxEntries?: number | undefined
  /** Maximum memory of the entries in bytes, as estimated from their values. Default: 33554432 (32 MiB). */
  maxBytes?: number | undefined
  /**
   * For how long entries are used after the last sign that the server still reports changes, in milliseconds, 1 to
   * 2147483647. Every reply is such a sign; if hits are the only calls, one small command is sent every half of this time.
   * It limits how old a value can be if the server is frozen or the network is cut. Default: 1000.
   */
  maxStaleness?: number | undefined
  /**
   * For how long an entry is used after it was read: whole seconds, 1 to 4294967295, or a duration such as `'1500ms'`.
   * Default: no limit.
   */
  ttl?: TimeToLive | undefined
  /**
   * `true`: values that `get` and `getMany` return are frozen, and the same object for all callers, which makes large
   * values as fast as small ones. Values that cannot be kept in memory may be returned as they are. Default: `false`;
   * each caller gets a copy.
   */
  frozen?: boolean | undefined
}

/** How entries are stored, and the limits of calls. */
export interface StateOptions {
  /**
   * First part of every key in Redis. An empty string selects the default. `false`: no prefix, the key is
   * `<traceId>:<key>`; listings then return all entries of the database, except for locks and rate limits, and the trace
   * id `__state__`, which these use, rejects with `ERR_INVALID_ARGUMENT`. Throws `ERR_INVALID_CONFIG` if the prefix
   * begins with `__state__:`, or is a beginning of it (such as `_`): it would collide with the keys of locks and rate
   * limits. Default: `motia:state:`.
   */
  keyPrefix?: string | false | undefined
  /**
   * Expiry of every `set`: whole seconds, 0 to 4294967295, or a duration such as `'1500ms'`. 0 means no expiry.
   * Default: 0.
   */
  ttl?: TimeToLive | undefined
  /**
   * Makes every write of an entry wait until this number of replicas has acknowledged it (`WAIT`). This makes it
   * unlikely, but not impossible, that a failover loses an acknowledged write.
   *
   * If too few replicas acknowledge the write within `timeout`, the call rejects with `ERR_NOT_REPLICATED` and
   * `applied: 'yes'`: the primary has the value. A call that wrote nothing (an unmet condition, a held lock, a
   * missing entry) settles as it would without this option.
   *
   * Other calls wait as well, see `waitReplicas` of `WriteOptions`. `clear` does not wait for replicas. Not available
   * with `memory:`. Default: writes do not wait.
   */
  waitReplicas?: WaitReplicas | undefined
  /**
   * `true` rejects a `:` in a trace id with `ERR_INVALID_ARGUMENT`. Otherwise `('a:b', 'c')` and `('a', 'b:c')` are the
   * same entry, because the key in Redis joins trace id and key with `:`. Default: `false`.
   */
  strictTraceIds?: boolean | undefined
  /**
   * `true` rejects values that JSON would change, with `ERR_INVALID_ARGUMENT` and the path of the first difference
   * (`value.items[3].at: NaN becomes null`).
   *
   * Rejects `undefined`, holes, `NaN`, infinities, -0, BigInts, functions, symbols (also as keys), properties that are
   * not enumerable, additional properties of arrays, Date, Map, Set, RegExp, Error, typed arrays, Buffer, boxed
   * primitives, class instances, getters, Proxies and objects with `toJSON`. Accepts objects without a prototype and
   * shared references. Applies to every method that writes values, and costs one more pass over each value.
   *
   * Default: `false`; such values are stored as `JSON.stringify` writes them.
   */
  strictValues?: boolean | undefined
  /**
   * Stores values in the format of this codec instead of JSON. All programs that use the same entries must have the same
   * codec. `increment`, `update` and `query`, for which the server reads JSON, reject with `ERR_UNSUPPORTED`; the
   * embedded store keeps the encoded value as a JSON string. Throws `ERR_INVALID_CONFIG` with `strictValues: true`.
   * Default: values are stored as JSON.
   */
  codec?: Codec | undefined
  /**
   * `true` begins the `stack` of every error with the line that made the call, also if the call is rejected later.
   * Frames of this package and of Node.js itself are left out. Costs about 3 µs of the JavaScript thread for each call.
   *
   * `false` leaves only name and message in the `stack` of errors of calls. Errors of the constructor have the line in
   * any case. Default: `true`, unless the environment variable `NODE_ENV` is `production` when the adapter is created.
   */
  stackTraces?: boolean | undefined
  /**
   * `true` stores entries under `<keyPrefix>{<traceId>}:<key>`, so that all entries of a trace are in the same slot of
   * a Redis Cluster. Works with every kind of server.
   *
   * All instances must use the same setting, because an adapter finds no entries that were stored with the other one.
   * `@motiadev/adapter-redis-state` cannot read these entries. In listings a trace id ends at its first `}:`. A
   * `keyPrefix` with a `{` throws `ERR_INVALID_CONFIG`, because it would put all entries into one slot. If a trace id
   * is empty or starts with `}`, Redis sees no hash tag in its keys, and its entries are spread over several slots.
   * Default: `false`.
   */
  hashTags?: boolean | undefined
  /**
   * `true` keeps an index of the keys of each trace, so that listings of a trace cost what they return, whatever the size
   * of the database. Needs `strictTraceIds: true` and, in a cluster, `hashTags: true`; otherwise the constructor throws
   * `ERR_INVALID_CONFIG`. The entries themselves do not change, so that other clients read them.
   *
   * All instances that write must use the same setting: an entry that an instance without `index` creates is missing in
   * listings until `reindex()`. Until the first `reindex()`, listings scan all keys, unless the database was empty; see
   * docs/index.md for the steps, and for what it costs. Needs Redis 6.2 or Valkey. The embedded store needs no index and ignores it. Default: `false`.
   */
  index?: boolean | undefined
  /**
   * Keeps entries that were read in memory: `get`, `getMany` and `has` are answered from it until the server reports a
   * change (`CLIENT TRACKING`). `true`: with the defaults of {@link CacheOptions}.
   *
   * Own writes are read back, and what other clients write is seen after one way of the network and the event loop, at
   * the latest after `maxStaleness`. Requires Redis 6 or Valkey, and for ACL users `+client|tracking +client|caching
   * +pttl`, in a cluster also `+cluster|info`. Otherwise one process warning is emitted and nothing is kept. `memory:`
   * ignores the option, as its entries are in this process already. Throws `ERR_INVALID_CONFIG` together with
   * `cluster.readFrom`. See docs/cache.md. Default: `false`.
   */
  cache?: boolean | CacheOptions | undefined
  /**
   * Maximum time before a call settles, in milliseconds, 1 to 2147483647. Includes connecting, waiting and retries.
   * Default: 5000.
   */
  commandTimeout?: number | undefined
  /**
   * `false` rejects calls with `ERR_CONNECTION` at once while there is no connection, with the reason and, for writes,
   * `applied: 'no'`; calls that are pending when the connection is lost are rejected too. In a cluster this applies to
   * the node that serves the entry, and for listings to all nodes. Default: `true`; calls wait for the connection, for
   * at most `commandTimeout`.
   */
  offlineQueue?: boolean | undefined
  /** Maximum number of pending calls. A further call rejects with `ERR_BACKPRESSURE`. Default: 100000. */
  maxPendingCommands?: number | undefined
  /**
   * Maximum number of bytes that pending calls hold. A further call rejects with `ERR_BACKPRESSURE`, so this also
   * limits the size of a single value. The sum of
   *
   * - trace ids, keys and values, in UTF-8,
   * - about 3 bytes per call,
   * - each script that the calls of a tick need, once: 21 kB for `update`, at most 3 kB for other methods.
   *
   * Default: 67108864 (64 MiB).
   */
  maxPendingBytes?: number | undefined
}

/**
 * All options in one object.
 *
 * `undefined` is treated as omitted and overrides nothing; `null` throws `ERR_INVALID_CONFIG`. Each option is read
 * once, also if it is a getter or inherited.
 */
export interface RedisStateAdapterOptions extends ConnectionOptions, StateOptions {}

/**
 * A node-redis client in place of options. The adapter reads its `options` and opens its own connection; the client is
 * neither used nor closed. Clients of a cluster, a sentinel or a pool have no `options` and throw `ERR_INVALID_CONFIG`.
 */
export interface NodeRedisClientLike {
  readonly isOpen: boolean
  readonly options: object
  connect(): Promise<unknown>
}
