/// <reference types="node" />

import { EventEmitter } from 'node:events'

/** How the next attempt to connect is decided; see {@link SocketOptions.reconnectStrategy}. */
export type ReconnectStrategy = (retries: number, cause: Error) => number | false | Error

/**
 * Certificates or a key: PEM text, its bytes, a list of these, or the path of a file (a string without `-----BEGIN`). A file
 * is read at each connect, so it may be exchanged while the adapter runs.
 */
export type Pem = string | Uint8Array | (string | Uint8Array)[]

/**
 * Verification and identity for TLS 1.2 and 1.3, named as in `node:tls`. What cannot be used (no PEM, no such file, a
 * server that is not trusted) shows when it connects: the `error` event, and the `cause` of calls that time out, say what
 * it was. Nothing is ever sent in the clear instead.
 */
export interface TlsOptions {
  /** Certificates of the authorities to trust. Default: those of the system. */
  ca?: Pem
  /** Client certificate, followed by those that lead to its authority. Needs `key`. */
  cert?: Pem
  /** Private key of the client certificate, not encrypted. Needs `cert`. */
  key?: Pem
  /** Name or address that the server's certificate must have. Default: the host connected to. */
  servername?: string
  /**
   * `false` accepts any certificate: the connection is encrypted, but whoever answers is taken for the server. One process
   * warning says so. Default: `true`.
   */
  rejectUnauthorized?: boolean
}

/** The `socket` object of a node-redis configuration. */
export interface SocketOptions {
  /** Server host. Default: `localhost`. */
  host?: string
  /** Server port, 1 to 65535. Default: 6379. */
  port?: number
  /** Path of a unix socket; in place of `host` and `port`. */
  path?: string
  /**
   * TLS on or off, as in node-redis; the other TLS options may stand beside it, and ask for it by themselves. The same as
   * {@link ConnectionOptions.tls}, which wins where both give an option. Default: `false`.
   */
  tls?: boolean
  /** See {@link TlsOptions.ca}. */
  ca?: Pem
  /** See {@link TlsOptions.cert}. */
  cert?: Pem
  /** See {@link TlsOptions.key}. */
  key?: Pem
  /** See {@link TlsOptions.servername}. */
  servername?: string
  /** See {@link TlsOptions.rejectUnauthorized}. */
  rejectUnauthorized?: boolean
  /** Longest time for one attempt to connect and to log in, in milliseconds, 1 or more. Default: 10000. */
  connectTimeout?: number
  /** TCP keepalive probes: `false` for none. Default: `true`, first probe after 5 seconds of silence. */
  keepAlive?: boolean
  /** `true` sends small packets at once (Nagle's algorithm off). Default: `true`. */
  noDelay?: boolean
  /**
   * What to do when the connection is lost or cannot be made.
   *
   * - a number: wait so many milliseconds before each attempt, 0 to 2147483647.
   * - `false`: give up at once.
   * - a function of (retries so far, from 0; what went wrong), which returns the milliseconds to wait, or
   *   `false` or an `Error` to give up. Anything else (a throw, a promise, `NaN`, a negative number) is a
   *   mistake: one process warning names it and the default delay is used.
   *
   * Giving up rejects the waiting calls and all later ones with `ERR_CONNECTION` and emits `end`.
   *
   * It is asked about the connection for point calls. The one for listings is opened while listings wait, with the
   * default delays, and ends with the other.
   *
   * Default: never give up; 50 ms, doubled with each attempt up to 2 seconds, with jitter; with Sentinel and Cluster up to
   * half a second, and no longer than until the sentinels name another master.
   */
  reconnectStrategy?: number | false | ReconnectStrategy
}

/** Address of one server. */
export interface NodeAddress {
  host: string
  /** 1 to 65535. */
  port: number
}

/**
 * Addresses as servers name each other, `host:port`, and how they are reached from here: for servers behind NAT or in
 * containers. What is not in it is taken as it is.
 */
export type NodeAddressMap = Record<string, NodeAddress>

/**
 * A master found through Redis Sentinel. All given sentinels are asked at each connect, by the names given here; of their
 * answers the one with the highest configuration epoch counts, and the server it names must say that it is a master
 * (`ROLE`). All sentinels are listened to for `+switch-master`, so a master that is frozen or cut off is left as soon as
 * they agree on another one.
 *
 * Redis replicates asynchronously: what the old master acknowledged last may be lost in a failover, whatever the client.
 */
export interface SentinelOptions {
  /** Name of the master set. */
  name: string
  /** Sentinels to ask, at least one. Give all of them: no others are looked for. */
  nodes: NodeAddress[]
  /** ACL user at the sentinels. Default: none. Login and TLS towards the master are those outside of `sentinel`. */
  username?: string
  /** Password at the sentinels. Default: none. */
  password?: string
  /** TLS towards the sentinels. Default: off. */
  tls?: boolean | TlsOptions
  /** How the addresses that sentinels give are reached. Default: as they are. */
  nodeAddressMap?: NodeAddressMap
}

/**
 * A Redis Cluster. Each call goes to the node that serves its slot, and to another one when that says so (MOVED, ASK); what
 * it refuses for now (TRYAGAIN, CLUSTERDOWN) is repeated until the deadline. Listings and `clear` walk all primaries, and
 * those once more that take slots over meanwhile, so that slots may move without an entry being missed. Calls of one tick
 * that go to other nodes do not wait for a node that is away for longer than 10 ms.
 *
 * There is one connection for point calls to each primary, and one for listings where they are used.
 *
 * The events are about the cluster as a whole: `ready` when each slot has a node that is connected; `reconnecting` and
 * `error` for each node that is lost. `reconnectStrategy` is asked when no node answers; single nodes are connected to
 * again with the default delays.
 */
export interface ClusterOptions {
  /** Nodes to learn the cluster from, at least one; the others are learnt from them. */
  nodes: NodeAddress[]
  /**
   * Which nodes serve `get`: `primary`; `replica`, each in its turn, and the primary where none can be reached; `any` of
   * them. Replicas lag behind: a `get` may not see a `set` that was awaited before it. Listings always ask primaries.
   * Default: `primary`.
   */
  readFrom?: 'primary' | 'replica' | 'any'
  /** How the addresses that nodes give are reached. Default: as they are. */
  nodeAddressMap?: NodeAddressMap
}

/** What to log in with. */
export interface Credentials {
  /** ACL user. Default: none, which means `default`. */
  username?: string
  password: string
}

/** Replicas that are to have a write. */
export interface WaitReplicas {
  /** So many of them, 1 to 1000; in a cluster, of the primary that was written to. */
  count: number
  /** Within so many milliseconds, 1 or more, and less than `commandTimeout`. */
  timeout: number
}

/** Options of a call that reads. */
export interface ReadOptions {
  /**
   * Stops waiting: the call rejects with `ERR_ABORTED` and the signal's reason as `cause`. A call that was made with an
   * aborted signal is not sent (`applied: 'no'`); one that is aborted later may be on its way, so a write says
   * `applied: 'unknown'`. Default: none.
   */
  signal?: AbortSignal
}

/** Options of a call that writes. */
export interface WriteOptions extends ReadOptions {
  /**
   * As {@link StateOptions.waitReplicas}, for this call, in place of that. Calls of the same tick that wait for nothing, or
   * for something else, are not held up by it for longer than 10 ms, unless they are behind it on the same connection.
   */
  waitReplicas?: WaitReplicas
}

/** Options of `set`. */
export interface SetOptions extends WriteOptions {
  /**
   * Expiry in whole seconds, 1 to 4294967295; 0 or -1: none. Value and expiry are written in one command. Default: the
   * store's `ttl`.
   */
  ttl?: number
  /** Writes only where there is no entry; else `ERR_CONFLICT`. Of many racing writers one succeeds. Default: `false`. */
  ifAbsent?: boolean
  /** Writes only where the entry has this etag ({@link EntryMetadata.etag}); else, and where there is none, `ERR_CONFLICT`. */
  ifMatch?: string
}

/** Options of `delete`. */
export interface DeleteOptions extends WriteOptions {
  /** Removes only where the entry has this etag; else, and where there is none, `ERR_CONFLICT`. */
  ifMatch?: string
}

/** A value with what is known about it. */
export interface EntryMetadata<T> {
  value: T
  /**
   * Tells this value from others: the SHA-1 of its stored text, in hexadecimal digits. The same text has the same etag,
   * whoever wrote it and when; only the JSON text is stored.
   */
  etag: string
  /** Seconds that it has to live, to the millisecond; -1: it does not expire. */
  ttl: number
}

/** Options of `setMany`, for all entries; an entry's own win. */
export type BulkSetOptions = Omit<SetOptions, 'ifMatch'>

/** One entry of `setMany`. */
export interface SetManyEntry<T = unknown> extends Pick<SetOptions, 'ttl' | 'ifAbsent' | 'ifMatch'> {
  key: string
  value: T
}

/** One entry of `deleteMany` that is conditioned. */
export interface DeleteManyEntry {
  key: string
  ifMatch: string
}

/** Options of `increment`. */
export interface IncrementOptions extends WriteOptions {
  /** Expiry in whole seconds for an entry that is created by it; one that is there keeps its own. Default: the store's `ttl`. */
  ttl?: number
  /** A number inside of the value, as {@link UpdateOperation} names it. Default: the value itself. */
  field?: FieldPath
}

/** Options of `update`. */
export interface UpdateOptions extends WriteOptions {
  /** Expiry in whole seconds for an entry that is created by it; one that is there keeps its own. Default: the store's `ttl`. */
  ttl?: number
  /** Updates only where the entry has this etag; else `ERR_CONFLICT`. */
  ifMatch?: string
}

/**
 * A part of a value: names joined by dots (`'user.address.0'`), or a list of names where one has a dot itself. An element of
 * an array is named by its index. An empty text is the value itself. At most 100 names.
 */
export type FieldPath = string | (string | number)[]

/**
 * A change of a part of a value; without `path` of the whole. Objects on the way that are missing are made. A part that is
 * there and of another kind rejects with `ERR_WRONG_TYPE`, and then none of the operations is done.
 *
 * | op | does |
 * | --- | --- |
 * | `set` | sets the part; in an array an element, or the one behind the last |
 * | `merge` | sets each member of `value` in the object, which is made where it is missing (`Object.assign`) |
 * | `increment`, `decrement` | adds `by` (default 1) to the number, or subtracts it; missing counts as 0. See {@link RedisStateAdapter.increment} |
 * | `append` | adds `value` as the last element of the array, which is made where it is missing |
 * | `remove` | removes the part; where it is missing, nothing. Elements behind it move up. Without `path` removes the entry |
 */
export type UpdateOperation =
  | { op: 'set' | 'append'; path?: FieldPath; value: unknown }
  | { op: 'merge'; path?: FieldPath; value: object }
  | { op: 'increment' | 'decrement'; path?: FieldPath; by?: number }
  | { op: 'remove'; path?: FieldPath }

/** A part of a transaction. */
export type TransactionOperation =
  | ({ op: 'set'; key: string; value: unknown } & Pick<SetOptions, 'ttl' | 'ifAbsent' | 'ifMatch'>)
  | { op: 'delete'; key: string; ifMatch?: string }
  /** Writes nothing; its condition must hold. */
  | { op: 'check'; key: string; ifAbsent?: boolean; ifMatch?: string }
  /** The lock must not have been given to anybody else since: its fencing number and its token are still the last. */
  | { op: 'holds'; lock: StateLock }

/** Gathers the operations of a transaction; nothing is sent before the function that gets it is done. */
export interface StateTransaction {
  set(key: string, value: unknown, options?: Pick<SetOptions, 'ttl' | 'ifAbsent' | 'ifMatch'>): this
  delete(key: string, options?: { ifMatch?: string }): this
  check(key: string, condition: { ifAbsent?: boolean; ifMatch?: string }): this
  holds(lock: StateLock): this
}

/** The operations of a transaction, or what makes them. */
export type TransactionWork = TransactionOperation[] | ((tx: StateTransaction) => unknown)

/** Options of `lock`. */
export interface LockOptions extends WriteOptions {
  /** How long it is held unless it is extended or released: seconds, from 0.001. */
  ttl: number
  /** How long to wait for it while others hold it, in milliseconds; longer than `commandTimeout` may be. Default: 0. */
  timeout?: number
}

/** A lock that is held, until it is released or its time is over. */
export interface StateLock {
  readonly traceId: string
  readonly key: string
  /** Tells this holder from others. */
  readonly token: string
  /** Grows each time that the lock is taken, by 1: a resource that keeps the largest it has seen can refuse older ones. */
  readonly fence: number
  /**
   * Holds it from now on for so many seconds. Default: as long as it was taken for.
   *
   * @returns `false` when it was lost before: its time was over
   */
  extend(ttl?: number): Promise<boolean>
  /**
   * Gives it back.
   *
   * @returns `false` when it was lost before: its time was over
   */
  release(): Promise<boolean>
  /** The same as `release`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Options of `rateLimit`. */
export interface RateLimitOptions extends WriteOptions {
  /** So much is allowed within a window: a whole number, 1 or more. */
  limit: number
  /** Length of the window in seconds, from 0.001. */
  window: number
  /** What this call counts for: a whole number, 1 or more. Default: 1. */
  cost?: number
}

/** What `rateLimit` says. */
export interface RateLimitResult {
  /** Whether it is within the limit. What is not is not counted. */
  allowed: boolean
  /** What is left of the limit in this window. */
  remaining: number
  /** Seconds until the window ends, to the millisecond. */
  resetAfter: number
}

/**
 * What schema libraries agree on (https://standardschema.dev): zod, valibot, arktype and others.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** What a schema makes of a value: the value, or why it is refused. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
      }[]
    }

/** Options of `group`. */
export interface GroupOptions<T, Input = T> {
  /** What values must be. */
  schema: StandardSchema<Input, T>
  /** `true` checks what is read as well, as others may write without the schema. Default: `false`. */
  checkOnGet?: boolean
}

/**
 * The entries of one trace id, all of one type. Values are checked by the schema before anything is sent, and stored as the
 * schema gives them (defaults filled in, unknown members dropped); what it refuses rejects with `ERR_INVALID_VALUE` and the
 * schema's issues as `cause`.
 */
export interface StateGroup<T, Input = T> {
  readonly traceId: string
  get(key: string, options?: ReadOptions): Promise<T | null>
  set(key: string, value: Input, options?: SetOptions): Promise<T>
  delete(key: string, options?: DeleteOptions): Promise<T | null>
  getMany(keys: string[], options?: ReadOptions): Promise<(T | null)[]>
  /** Writes nothing where one of the values is refused. */
  setMany(values: Record<string, Input>, options?: BulkSetOptions): Promise<void>
  /** All entries, in no order. */
  entries(): Promise<{ key: string; value: T }[]>
  keys(): Promise<string[]>
  clear(): Promise<void>
}

/** What is stored, and how calls are bounded. */
export interface StateOptions {
  /** First part of every key in Redis. Default, also for an empty string: `motia:state:`. */
  keyPrefix?: string
  /** Expiry given to every `set`, in whole seconds, 0 to 4294967295. Default: 0, no expiry. */
  ttl?: number
  /**
   * `set` and `delete` wait until so many replicas have the write (`WAIT`, on the connection that wrote). Where too few have
   * it in time they reject with `ERR_NOT_REPLICATED` and `applied: 'yes'`: the value is written on the primary. It makes
   * losing an acknowledged write in a failover unlikely, not impossible. All calls of the tick, and those after it on the
   * same connection, wait along. `clear` does not wait. Not with `memory:`. Default: no waiting.
   */
  waitReplicas?: WaitReplicas
  /**
   * `true` refuses a `:` in a trace id. Without it `('a:b', 'c')` and `('a', 'b:c')` are one entry, because the
   * key in Redis joins both with `:`. Default: `false`.
   */
  strictTraceIds?: boolean
  /**
   * `true` writes `<keyPrefix>{<traceId>}:<key>`, so that all entries of a trace are in one slot of a Redis Cluster. It is
   * another layout: entries written without it are not seen, so all instances of a fleet must agree, and
   * `@motiadev/adapter-redis-state` cannot read them. An id ends at its first `}:` here. A `keyPrefix` with a `{` is
   * refused, as it would put everything into one slot; a trace id that is empty or begins with `}` is no hash tag to
   * Redis, so its entries are spread. Works with any kind of server. Default: `false`.
   */
  hashTags?: boolean
  /**
   * Longest time that any call stays unsettled, in milliseconds, 1 to 2147483647; connecting, waiting and
   * retries included. Default: 5000.
   */
  commandTimeout?: number
  /** Calls that may be unsettled at one time; one more rejects with `ERR_BACKPRESSURE`. Default: 100000. */
  maxPendingCommands?: number
  /**
   * Bytes of ids and values (UTF-8, and about three more for each call; and the script that the calls of a tick are done by,
   * once: 9 kB for `update`, up to 1.5 kB for what else has one) that unsettled calls may hold; beyond, a call rejects with `ERR_BACKPRESSURE`. With that it bounds a single value too. Default: 67108864 (64 MiB).
   */
  maxPendingBytes?: number
}

/** Where the state lives; the names are those of node-redis. */
export interface ConnectionOptions {
  /**
   * `redis://[[user]:password@]host[:port][/database]`, the same with `rediss:` for TLS, `unix:///path[?db=n]` (with
   * `valkey:` and `valkeys:` as well), or `memory:` for the embedded store: no server, nothing shared with other
   * processes, announced by one process warning.
   * `memory:name` is one store for all adapters of this process that give that name, for as long as one of them is
   * open. Parts of the url lose to the other options.
   */
  url?: string
  /** Server host. Default: `localhost`. */
  host?: string
  /** Server port, 1 to 65535. Default: 6379. */
  port?: number
  /** ACL user. Default: none, which means `default` where a password is given. */
  username?: string
  /** Password of the user. Default: none. */
  password?: string
  /**
   * Gives the credentials, asked anew at every connect, so that passwords may change; not to be combined with `username`
   * or `password`, and it wins over those in `url`. Where it throws, rejects or gives no password, the attempt to connect
   * failed with `ERR_AUTH` and what it threw as `cause`; it has `socket.connectTimeout`, which covers the whole attempt. A
   * node-redis `credentialsProvider` of type `async-credentials-provider` is taken for it. Default: none.
   */
  credentials?: () => Credentials | Promise<Credentials>
  /** Number of the database, 0 or more. Default: 0. */
  database?: number
  /** Name shown by `CLIENT LIST`, without white space. Default: `redis-state-adapter`. */
  name?: string
  /** Socket settings. */
  socket?: SocketOptions
  /**
   * TLS. `true` verifies the server with the authorities that the system trusts. One place that asks for it and another
   * that switches it off (`rediss:` and `tls: false`) throw `ERR_INVALID_CONFIG`. Default: off, unless the url has `rediss:`.
   */
  tls?: boolean | TlsOptions
  /** Redis Sentinel; in place of `url`, `host` and `port`. */
  sentinel?: SentinelOptions
  /** Redis Cluster; in place of `url`, `host` and `port`. */
  cluster?: ClusterOptions
}

/** All options in one object. */
export interface RedisStateAdapterOptions extends ConnectionOptions, StateOptions {}

/**
 * What is read of a node-redis client that is given in place of options: its `options`, nothing else. A cluster, a
 * sentinel or a pool shows none and is refused.
 */
export interface NodeRedisClientLike {
  readonly isOpen: boolean
  readonly options: object
  connect(): Promise<unknown>
}

/** Kind of a JSON value. */
export type StateItemType = 'string' | 'number' | 'boolean' | 'object' | 'array' | 'null'

/** One entry, as `items` lists it. */
export interface StateItem {
  /** Trace id: the part of the stored name before its first `:`. */
  groupId: string
  key: string
  type: StateItemType
  value: string | number | boolean | object | unknown[] | null
}

/** How a filter compares: as JavaScript does. What JavaScript cannot compare does not match. */
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
  /** Own field of an object or array; of any other value the value itself is compared, whatever the name. */
  valueKey: string
  operation: StateFilterOperation
  /** What to compare with; `isNull` and `isNotNull` need none. */
  value?: string | number | boolean | null
}

/** Which entries `items` lists. */
export interface StateItemsInput {
  /** Only this trace id. Default, also for an empty string: all. */
  groupId?: string
  /** Conditions that must all hold. Default: none. */
  filter?: StateFilter[]
}

/** What a condition of a query compares with. */
export type StateQueryScalar = string | number | boolean | null

/**
 * A condition, in Dapr's form: an object with one operator.
 *
 * A path leads from the value to a field of it: names of fields and indexes of elements, separated by dots
 * (`order.lines.0.sku`). The empty path is the value itself. Fields whose name has a dot cannot be named.
 *
 * | operator | holds where |
 * | --- | --- |
 * | `EQ`, `IN` | there is a string, number, boolean or null at the path, and it is the same, or one of these |
 * | `GT`, `GTE`, `LT`, `LTE` | a number is compared with a number, or a string with a string, as JavaScript does |
 * | `NEQ`, `NOT` | `EQ`, or the condition, does not: so also where nothing is at the path, or an array or an object |
 * | `AND` | all conditions hold; of none they do |
 * | `OR` | one of them does |
 *
 * Types are never converted. Numbers are those of JavaScript, so integers beyond 2^53 that it cannot tell apart are the
 * same. A filter has 32 levels, 1,000 conditions (each value of an `IN` is one) and paths of 64 parts at most.
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
 * What decides about the order of a query's items. In ascending order come entries without such a field, then null,
 * false, true, numbers by size, strings (as `<` compares them in JavaScript), and at the end arrays and objects, which
 * are all equal.
 */
export interface StateQuerySort {
  /** A path, as in {@link StateQueryFilter}. */
  key: string
  /** `DESC` turns the order round. Default: `ASC`. */
  order?: 'ASC' | 'DESC'
}

/** Which part of a query's items is wanted. */
export interface StateQueryPage {
  /** Items at most, 1 to 10000. Default: all. */
  limit?: number
  /** That of the page before, with the same `groupId`, `filter` and `sort`. Default: from the start. */
  token?: string
}

/** What a query asks for. Anything else in it is refused. */
export interface StateQuery {
  /** Only this trace id. Default, also for an empty string: all. */
  groupId?: string
  /** Default: all entries. */
  filter?: StateQueryFilter
  /**
   * The most important one first, 32 at most. Entries that are equal in all come by `groupId` and then by `key`,
   * ascending, so there is always one order. Default: none but these.
   */
  sort?: readonly StateQuerySort[]
  page?: StateQueryPage
}

/** What a query came to. */
export interface StateQueryResult {
  items: StateItem[]
  /**
   * Where the next page begins; absent where there is none. A text to be handed back as it is, and safe in a URL. It
   * holds the names and the sorted fields of the last item, so it is as long as these are, and anybody can read them.
   */
  token?: string
}

/** How entries are gone through. */
export interface ScanOptions {
  /** Entries that are read together, 1 to 10000. Default: 100. */
  pageSize?: number
  /** Only keys that start so. Default: all. */
  keyPrefix?: string
}

/** Options of {@link RedisStateAdapter.watch}. */
export interface WatchOptions {
  /**
   * `true` tells values: each change costs a read, and the values of all that is watched are held in memory. Default: `false`,
   * where names are held.
   */
  values?: boolean
  /**
   * `true` sets a server that does not tell of changes to do so, with `CONFIG SET notify-keyspace-events`, which keeps what
   * else is set there. It does not outlast a restart of the server, and is done again then. Default: `false`, where the
   * watch fails with `ERR_UNSUPPORTED`.
   */
  configure?: boolean
  /**
   * `true` keeps the process alive for as long as the watch is open. Default: `false`: only until it stands, and no longer than
   * `commandTimeout`.
   */
  keepAlive?: boolean
  /** Ends the watch: the iteration rejects with `ERR_ABORTED`, the signal's reason being the `cause`. */
  signal?: AbortSignal
}

/** A change of one entry. */
export interface EntryChange<T = unknown> {
  /** `deleted` is also what an entry is that the server evicted for want of memory, or that was renamed. */
  type: 'created' | 'updated' | 'deleted' | 'expired'
  traceId: string
  key: string
  /**
   * With `values`, of an entry that was written: its value when it was read, soon after the change. It may be a later one by
   * then, or `null` where the entry is gone; absent where it cannot be read. It is read as `get` reads: with `readFrom` other
   * than `primary` it may be an earlier one.
   */
  value?: T
  /** With `values`: the value that was last known, where one was. */
  oldValue?: T
}

/** From some time on until now changes may have been missed. What is watched is as a listing shows it. */
export interface GapInChanges {
  type: 'gap'
}

/** What a {@link StateWatch} gives. */
export type StateChange<T = unknown> = EntryChange<T> | GapInChanges

/** Changes as they come, see {@link RedisStateAdapter.watch}. */
export interface StateWatch<T = unknown> extends AsyncIterableIterator<StateChange<T>> {
  /**
   * Resolves when the watch stands: changes made from then on are told. Where the server is away it waits, as a watch does;
   * rejects where the watch fails or ends before.
   */
  readonly ready: Promise<void>
  next(): Promise<IteratorResult<StateChange<T>, undefined>>
  /** Ends the watch, as `break` does. */
  return(): Promise<IteratorResult<StateChange<T>, undefined>>
  [Symbol.asyncIterator](): this
  /** The same as `return`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Announced before each attempt to reconnect. */
export interface ReconnectingInfo {
  /** Attempts made since the connection was lost, from 0. */
  retries: number
  /** Time until the next attempt, in milliseconds. */
  delay: number
  /** Why the connection was lost or could not be made. */
  cause: RedisStateError
}

/**
 * Events of a {@link RedisStateAdapter}, all about the connection for point calls; with a cluster see
 * {@link ClusterOptions}.
 */
export interface RedisStateAdapterEvents {
  /** A connection was made and is about to log in. */
  connect: []
  /** The connection is logged in and serves calls. */
  ready: []
  /** The connection is away; the next attempt follows after `delay`. */
  reconnecting: [ReconnectingInfo]
  /** The connection was lost or could not be made. Without a listener nothing is emitted and nothing is thrown. */
  error: [RedisStateError]
  /** No further attempt follows: `cleanup` was called or the strategy gave up. */
  end: []
}

/** What an adapter did so far, see {@link RedisStateAdapter.stats}. */
export interface StateStats {
  /** Calls made, those included that were refused. */
  calls: number
  /** Failed calls, by the `code` of their error. */
  errors: Record<string, number>
  /** Calls that are not settled now. */
  inFlight: number
  /** Commands that wait to be sent now: of this tick, or as the connection is away or takes no more. */
  waiting: number
  /** Bytes that unsettled calls hold, as `maxPendingBytes` counts them. */
  pendingBytes: number
  /** Bytes sent to and received from the server, on both connections. */
  bytesSent: number
  bytesReceived: number
  /** Times that a connection was made after an earlier one was lost, on both connections. */
  reconnects: number
  /**
   * Time from a call to its settlement in milliseconds, of all calls but refused ones: what half, 90 % and 99 % of them
   * did not exceed (each right to an eighth), and the longest.
   */
  latency: { p50: number; p90: number; p99: number; max: number }
}

/**
 * What subscribers of the tracing channels (`node:diagnostics_channel`) get. Each channel has the five events of Node's
 * `TracingChannel`; `start` and `end` enclose the synchronous part, `asyncStart` and `asyncEnd` come when it is settled,
 * `error` before these when it failed. Values are never among it; keys and trace ids are. Without subscribers nothing is
 * done.
 *
 * | channel | what | fields |
 * | --- | --- | --- |
 * | `redis-state-adapter:command` | a call of a method | `operation`, `traceId`, `key` |
 * | `redis-state-adapter:batch` | calls that travel together | `calls`, `failed` |
 * | `redis-state-adapter:connection` | an attempt to connect and log in; `error` alone: the connection was lost | |
 *
 * All have the fields of the server, and `error` where they failed. In OpenTelemetry's conventions for databases
 * (https://opentelemetry.io/docs/specs/semconv/database/redis/):
 *
 * | field | attribute |
 * | --- | --- |
 * | | `db.system.name`: `redis` |
 * | `operation` | `db.operation.name` |
 * | `calls` | `db.operation.batch.size` |
 * | `database` | `db.namespace` |
 * | `serverAddress`, `serverPort` | `server.address`, `server.port` |
 * | `error.code` | `error.type` |
 * | `error.reply` | `db.response.status_code` |
 */
export interface TracingContext {
  /** Name of the method. */
  operation?: string
  traceId?: string
  key?: string
  /** Calls in the batch. */
  calls?: number
  /** Of these, the calls that failed on the way or at the server. */
  failed?: number
  /** Host name or path of the unix socket; absent with the embedded store, Sentinel and Cluster. */
  serverAddress?: string
  serverPort?: number
  database?: number
  error?: RedisStateError
}

/**
 * What went wrong, to be told apart by `code`, never by the message.
 *
 * | code | meaning |
 * | --- | --- |
 * | `ERR_INVALID_CONFIG` | an option is malformed or unknown; the message gives its path |
 * | `ERR_INVALID_ARGUMENT` | an argument of a call is not accepted; nothing was sent |
 * | `ERR_CONNECTION` | the connection was lost with the call on it, or the strategy gave up |
 * | `ERR_AUTH` | the server refuses the credentials, or `credentials` gave none |
 * | `ERR_COMMAND_TIMEOUT` | not settled within `commandTimeout` |
 * | `ERR_BACKPRESSURE` | `maxPendingCommands` or `maxPendingBytes` is reached |
 * | `ERR_CLOSED` | the adapter was closed by `cleanup` |
 * | `ERR_CORRUPT_VALUE` | the stored text is not JSON |
 * | `ERR_WRONG_TYPE` | the key holds another Redis type than a string, or the value is not what the method works on |
 * | `ERR_REPLY` | the server answered with another error; its first word is in `reply` |
 * | `ERR_UNSUPPORTED` | the server, or this version of the package, lacks what was asked |
 * | `ERR_CONFLICT` | a condition (`ifAbsent`, `ifMatch`, of a transaction) does not hold: nothing was written |
 * | `ERR_OUT_OF_RANGE` | a number, or what becomes of it, is beyond 2^53 - 1: nothing was written |
 * | `ERR_INVALID_VALUE` | a schema refuses the value; its issues are the `cause` |
 * | `ERR_PARTIAL` | some entries of a bulk write failed, each with its error in `errors`; the others are written |
 * | `ERR_ABORTED` | the signal given stopped the call or the watch; its reason is the `cause` |
 * | `ERR_NOT_REPLICATED` | written, but fewer replicas than `waitReplicas` asks for confirmed it in time |
 * | `ERR_INTERNAL` | a fault of this package; please report it |
 */
export type RedisStateErrorCode =
  | 'ERR_INVALID_CONFIG'
  | 'ERR_INVALID_ARGUMENT'
  | 'ERR_CONNECTION'
  | 'ERR_AUTH'
  | 'ERR_COMMAND_TIMEOUT'
  | 'ERR_BACKPRESSURE'
  | 'ERR_CLOSED'
  | 'ERR_CORRUPT_VALUE'
  | 'ERR_WRONG_TYPE'
  | 'ERR_REPLY'
  | 'ERR_UNSUPPORTED'
  | 'ERR_CONFLICT'
  | 'ERR_OUT_OF_RANGE'
  | 'ERR_INVALID_VALUE'
  | 'ERR_PARTIAL'
  | 'ERR_ABORTED'
  | 'ERR_NOT_REPLICATED'
  | 'ERR_INTERNAL'

/** What a {@link RedisStateError} carries beside code and message. */
export interface RedisStateErrorDetails {
  applied?: 'no' | 'unknown' | 'yes'
  traceId?: string
  key?: string
  reply?: string
  cause?: unknown
  errors?: RedisStateError[]
}

/** Every error of this package. Messages hold no password. */
export class RedisStateError extends Error {
  constructor(code: RedisStateErrorCode, message: string, details?: RedisStateErrorDetails)
  readonly code: RedisStateErrorCode
  /**
   * Of a failed write: `no` when nothing was written, `unknown` when it may have been, `yes` when
   * it was and something else failed that was asked for with it (`waitReplicas`). Absent on errors of reads.
   */
  readonly applied?: 'no' | 'unknown' | 'yes'
  /** Trace id of the call, or of the entry at fault. */
  readonly traceId?: string
  /** Key of the call, or of the entry at fault. */
  readonly key?: string
  /** First word of the server's error reply, such as `OOM` or `NOPERM`. */
  readonly reply?: string
  readonly cause?: unknown
  /** Of a bulk write (`ERR_PARTIAL`): why which entries failed, each with its `key`. */
  readonly errors?: RedisStateError[]
}

/**
 * State shared through Redis (or Valkey), scoped by trace id; implements Motia's `StateAdapter`.
 *
 * An entry is the JSON text of its value under the key `<keyPrefix><traceId>:<key>`, byte for byte what
 * `@motiadev/adapter-redis-state` writes. Ids are any well-formed strings; a lone surrogate rejects with
 * `ERR_INVALID_ARGUMENT`.
 *
 * The connection is opened in the background and comes back by itself. Calls made while it is away wait.
 * Every call settles within `commandTimeout`. Reads are repeated until then; a write is sent at most once, unless it
 * never left this process or the server said that it was not carried out for now (LOADING, MASTERDOWN, READONLY,
 * MISCONF, NOREPLICAS, TRYAGAIN, CLUSTERDOWN); so the error of a write says by `applied` whether it may have been
 * carried out. Calls of one tick travel together, point calls and listings on connections of their own: await a call
 * that another one depends on.
 *
 * An idle adapter keeps no process alive; calls in flight do. One that is not needed any more must be closed with
 * `cleanup`, or its connections stay.
 *
 * Any call may reject with `ERR_INVALID_ARGUMENT`, `ERR_BACKPRESSURE`, `ERR_CLOSED`, `ERR_CONNECTION`, `ERR_AUTH`,
 * `ERR_COMMAND_TIMEOUT` or `ERR_REPLY`; the methods name what they may reject with besides.
 *
 * Listings (`getGroup`, `getByPrefix`, `keys`, `count`, `traceIds`, `items`, `query`, the start of a `scan`) and
 * `clear` walk the whole database with SCAN, in steps that adapt to the server, however small the group is: their time
 * grows with all keys of the database. The names found and the result are held in memory.
 *
 * @example
 * const state = new RedisStateAdapter({ url: 'redis://localhost:6379', ttl: 3600 })
 * await state.set('order-1', 'status', { paid: true })
 * await state.get('order-1', 'status') // { paid: true }
 * await state.cleanup()
 */
export class RedisStateAdapter extends EventEmitter<RedisStateAdapterEvents> {
  /**
   * Starts to connect in the background; never waits for a server and never throws because one is away.
   *
   * @param connection where the state lives, alone or with the state options in the same object; or a node-redis
   *   client, whose options are read for a connection of its own (the client is neither used nor closed)
   * @param options state options; they win over those in `connection`
   * @throws RedisStateError `ERR_INVALID_CONFIG` for an option that is malformed or unknown, or does not go together with
   *   another; `ERR_UNSUPPORTED` for a `credentialsProvider` of another type
   *
   * @example
   * const state = new RedisStateAdapter({ url: 'redis://localhost:6379', keyPrefix: 'app:' })
   */
  constructor(connection?: RedisStateAdapterOptions | NodeRedisClientLike, options?: StateOptions)

  /**
   * An adapter configured by environment variables: `REDIS_URL`, `REDIS_HOST`, `REDIS_PORT`, `REDIS_USERNAME`,
   * `REDIS_PASSWORD`, `REDIS_DATABASE`, `STATE_KEY_PREFIX`, `STATE_TTL`. Unset and empty ones count as not given.
   *
   * @param env default: `process.env`
   * @throws RedisStateError as the constructor does; the message tells which variable set which option
   *
   * @example
   * const state = RedisStateAdapter.fromEnv({ REDIS_URL: 'memory:', STATE_TTL: '3600' })
   */
  static fromEnv(env?: Record<string, string | undefined>): RedisStateAdapter

  /**
   * Reads one value.
   *
   * @returns the value, or `null` where there is none
   * @throws RedisStateError `ERR_CORRUPT_VALUE`, `ERR_WRONG_TYPE`
   *
   * @example
   * const status = await state.get<string>('order-1', 'status') // null where there is none
   */
  get<T>(traceId: string, key: string, options?: ReadOptions): Promise<T | null>

  /**
   * Writes one value with its expiry in a single atomic command. The value is taken as it is at the time of the call. Its
   * JSON text may have `maxPendingBytes`, and 512 MiB at most, the server's own limit for a string.
   *
   * @param value anything that `JSON.stringify` turns into a text; `undefined`, a function, a symbol, a BigInt, a cycle
   *   and a promise reject with `ERR_INVALID_ARGUMENT`
   * @returns the value given
   * @throws RedisStateError `ERR_CONFLICT` where `ifAbsent` or `ifMatch` does not hold, `ERR_NOT_REPLICATED` where it was
   *   to wait for replicas
   *
   * @example
   * await state.set('order-1', 'session', { user: 7 }, { ttl: 3600 })
   * await state.set('order-1', 'owner', 'me', { ifAbsent: true }) // ERR_CONFLICT for all others
   */
  set<T>(traceId: string, key: string, value: T, options?: SetOptions): Promise<T>

  /**
   * Reads and removes one value atomically: of many racing callers exactly one gets it. Needs GETDEL (Redis 6.2).
   *
   * A stored text that is not JSON is removed too and rejects with `ERR_CORRUPT_VALUE` and `applied: 'unknown'`.
   *
   * @returns the value removed, or `null` where there was none
   * @throws RedisStateError `ERR_CORRUPT_VALUE`, `ERR_WRONG_TYPE`, `ERR_UNSUPPORTED` from an older server,
   *   `ERR_CONFLICT` where `ifMatch` does not hold, `ERR_NOT_REPLICATED` where it was to wait for replicas
   *
   * @example
   * const token = await state.delete<string>('order-1', 'token') // one of many callers gets it
   */
  delete<T>(traceId: string, key: string, options?: DeleteOptions): Promise<T | null>

  /**
   * Reads all values of a trace id, each once, in no order. Not a snapshot: an entry that is written or removed
   * meanwhile may be in it or not; one that exists during the whole call is.
   *
   * @throws RedisStateError `ERR_CORRUPT_VALUE`, naming the key, when one of the texts is not JSON
   *
   * @example
   * const orders = await state.getGroup<{ total: number }>('orders')
   */
  getGroup<T>(traceId: string): Promise<T[]>

  /**
   * Lists the entries of a trace id whose key starts so, as `items` does. Wildcard characters mean themselves, and an empty
   * prefix all keys.
   *
   * @throws RedisStateError `ERR_CORRUPT_VALUE`, naming the key, when one of the texts is not JSON
   * @example
   * const lines = await state.getByPrefix('order-1', 'line:')
   * lines[0] // { groupId: 'order-1', key: 'line:1', type: 'object', value: { sku: 'a' } }
   */
  getByPrefix(traceId: string, keyPrefix: string): Promise<StateItem[]>

  /**
   * Lists the keys of a trace id, each once, in no order; not a snapshot. Keys of other Redis types are left out. Needs
   * Redis 6.0, as `traceIds` and `clear` do.
   *
   * @example
   * await state.keys('order-1') // ['status', 'cart']
   */
  keys(traceId: string): Promise<string[]>

  /**
   * Counts the entries of a trace id, or those of them whose key starts so, each once; not a snapshot. Only the number
   * crosses. Keys of other Redis types are left out. Needs Redis 6.0.
   *
   * @example
   * await state.count('order-1') // 12
   * await state.count('order-1', 'line:') // 10
   */
  count(traceId: string, keyPrefix?: string): Promise<number>

  /**
   * Lists the trace ids that have an entry, each once, in no order; not a snapshot. An id ends at its first `:`.
   *
   * @example
   * for (const traceId of await state.traceIds()) console.log(traceId)
   */
  traceIds(): Promise<string[]>

  /**
   * Lists entries with their values, in no order, in one pass over the database; not a snapshot.
   *
   * @throws RedisStateError `ERR_CORRUPT_VALUE`, naming trace id and key, when one of the texts is not JSON
   *
   * @example
   * await state.items({ groupId: 'orders', filter: [{ valueKey: 'total', operation: 'gt', value: 100 }] })
   */
  items(input?: StateItemsInput): Promise<StateItem[]>

  /**
   * Finds entries by what is in their values, in an order, page by page; not a snapshot.
   *
   * It needs no index, and has none: each call, so each page too, walks the database and reads all values of the trace
   * id, or of all; only the items of the page are held and cross to JavaScript. Without `limit` all items are held.
   *
   * Pages may be asked for while entries come and go: the next one begins behind the last item of the one before,
   * whether that is still there or not. An entry that is there all the time and keeps its place is on exactly one page.
   *
   * @throws RedisStateError `ERR_INVALID_ARGUMENT`, naming the path of the mistake (`filter.AND[1].EQ`);
   *   `ERR_CORRUPT_VALUE`, naming trace id and key, when one of the texts is not JSON, whether it would match or not
   * @example
   * const query = {
   *   filter: { AND: [{ EQ: { status: 'open' } }, { NOT: { IN: { 'customer.country': ['DE', 'FR'] } } }] },
   *   sort: [{ key: 'total', order: 'DESC' as const }, { key: 'customer.name' }],
   * }
   * const { items, token } = await state.query({ ...query, page: { limit: 20 } })
   * if (token) await state.query({ ...query, page: { limit: 20, token } })
   */
  query(input?: StateQuery): Promise<StateQueryResult>

  /**
   * Goes through the entries of a trace id, in no order, each once; not a snapshot. The keys are listed first, and their
   * names are held; values are read a page at a time, the next page while one is gone through. What is removed before its
   * page is read is left out, what comes later is not in it. Who stops early (`break`) has no further page read.
   *
   * `commandTimeout` is that of each page, and each page counts as a call. Mistakes reject the first step.
   *
   * @throws RedisStateError `ERR_CORRUPT_VALUE`, naming the key, when one of the texts of a page is not JSON
   * @example
   * for await (const { key, value } of state.scan('order-1', { keyPrefix: 'line:' })) console.log(key, value)
   */
  scan(traceId: string, options?: ScanOptions): AsyncIterable<StateItem>

  /**
   * Removes all entries of a trace id, or those of them whose key starts so, in batches that do not stall the server.
   * Entries written meanwhile may stay. Keys of other Redis types are left alone.
   *
   * @example
   * await state.clear('order-1', 'line:')
   */
  clear(traceId: string, keyPrefix?: string): Promise<void>

  /**
   * Whether there is an entry, whatever its value: one that is `null` is.
   *
   * @example
   * await state.has('order-1', 'note') // true, though the note is null
   */
  has(traceId: string, key: string, options?: ReadOptions): Promise<boolean>

  /**
   * Reads one value with its etag and the time that it has to live, all of one moment. Needs EVAL, as do `ifMatch`,
   * `increment`, `update`, `transaction`, `lock` and `rateLimit`.
   *
   * @returns `null` where there is no entry
   * @throws RedisStateError `ERR_CORRUPT_VALUE`, `ERR_WRONG_TYPE`
   *
   * @example
   * const found = await state.getWithMetadata<number>('order-1', 'stock')
   * if (found) await state.set('order-1', 'stock', found.value - 1, { ifMatch: found.etag })
   */
  getWithMetadata<T>(traceId: string, key: string, options?: ReadOptions): Promise<EntryMetadata<T> | null>

  /**
   * Reads the time that an entry has to live.
   *
   * @returns seconds, to the millisecond; -1 where it does not expire, `null` where there is no entry
   *
   * @example
   * await state.set('order-1', 'hold', true, { ttl: 60 })
   * await state.ttl('order-1', 'hold') // 59.998
   */
  ttl(traceId: string, key: string, options?: ReadOptions): Promise<number | null>

  /**
   * Gives an entry another time to live, without rewriting its value.
   *
   * @param seconds whole, 1 to 4294967295
   * @returns whether there is an entry
   *
   * @example
   * await state.touch('order-1', 'session', 3600)
   */
  touch(traceId: string, key: string, seconds: number, options?: WriteOptions): Promise<boolean>

  /**
   * Takes an entry its expiry.
   *
   * @returns whether it had one
   *
   * @example
   * await state.persist('order-1', 'session')
   */
  persist(traceId: string, key: string, options?: WriteOptions): Promise<boolean>

  /**
   * Reads many values of a trace id: one for each key, in their order, `null` where there is none. They travel together, in
   * rounds of 10,000, or `maxPendingCommands` where that is less; `commandTimeout` holds for each round.
   *
   * @throws RedisStateError as `get` does, where one of them fails
   *
   * @example
   * const [paid, sent] = await state.getMany<boolean>('order-1', ['paid', 'sent'])
   */
  getMany<T>(traceId: string, keys: string[], options?: ReadOptions): Promise<(T | null)[]>

  /**
   * As `getMany`, with etags and the time to live.
   *
   * @example
   * const [found] = await state.getManyWithMetadata('order-1', ['paid'])
   * found?.etag
   */
  getManyWithMetadata<T>(traceId: string, keys: string[], options?: ReadOptions): Promise<(EntryMetadata<T> | null)[]>

  /**
   * Writes many values of a trace id. They travel together, in rounds as with `getMany`, but each is written or fails by
   * itself; for all or nothing see `transaction`. A round that holds more than `maxPendingBytes` fails in part: give fewer
   * entries at a time. A signal stops further rounds.
   *
   * @param entries values by key, or a list of entries with options of their own
   * @throws RedisStateError `ERR_PARTIAL` where some failed; `errors` has why, the others are written
   *
   * @example
   * await state.setMany('order-1', { paid: true, sent: false }, { ttl: 3600 })
   * await state.setMany('order-1', [{ key: 'owner', value: 'me', ifAbsent: true }])
   */
  setMany<T>(traceId: string, entries: Record<string, T> | SetManyEntry<T>[], options?: BulkSetOptions): Promise<void>

  /**
   * Removes many entries of a trace id, each by itself.
   *
   * @param keys keys, or entries that are removed only with their etag
   * @returns how many there were
   * @throws RedisStateError `ERR_PARTIAL` where some failed; `errors` has why, the others are removed
   *
   * @example
   * await state.deleteMany('order-1', ['paid', 'sent']) // 2
   */
  deleteMany(traceId: string, keys: (string | DeleteManyEntry)[], options?: WriteOptions): Promise<number>

  /**
   * Adds to a number, atomically, from 0 where there is none. The entry stays a plain JSON number. Sums are JavaScript's;
   * numbers beyond 2^53 - 1 are refused, as they would not be exact.
   *
   * @param by any finite number. Default: 1
   * @returns the sum
   * @throws RedisStateError `ERR_WRONG_TYPE` where the value is not a number, `ERR_OUT_OF_RANGE`
   *
   * @example
   * const visits = await state.increment('site', 'visits', 1, { ttl: 3600 })
   * await state.increment('order-1', 'totals', -2.5, { field: 'net.eur' })
   */
  increment(traceId: string, key: string, by?: number, options?: IncrementOptions): Promise<number>

  /**
   * Changes parts of a value, atomically: all operations, in their order, or none. What they do not name stays as it is,
   * byte for byte, and so does the expiry. An entry that is missing is made. The work is done by the server, in time that
   * grows with the stored text times the operations: mind it for values of megabytes. Values nested deeper than 1000
   * levels are refused as corrupt. Of a text that is nearly JSON (`{"a":NaN}`), written by others, the error may come after the
   * write: `applied` says so.
   *
   * @param operations at most 1000
   * @returns the value before and after, `null` where there is none
   * @throws RedisStateError `ERR_WRONG_TYPE`, `ERR_OUT_OF_RANGE`, `ERR_CORRUPT_VALUE`, `ERR_CONFLICT`: nothing was written
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
    operations: UpdateOperation[],
    options?: UpdateOptions,
  ): Promise<{ oldValue: T | null; newValue: T | null }>

  /**
   * Writes several entries of a trace id, or none: all conditions are looked at before the first write, then the operations
   * are done in their order. Nobody sees a part of it. In a cluster the entries have to be in one slot: needs `hashTags`,
   * unless there is only one entry.
   *
   * @param work the operations, at most 10,000, or a function that makes them; what it throws rejects the call
   * @throws RedisStateError `ERR_CONFLICT` with the `key` whose condition does not hold, `ERR_WRONG_TYPE`,
   *   `ERR_UNSUPPORTED` in a cluster without `hashTags`: nothing was written
   *
   * @example
   * await state.transaction('order-1', (tx) => {
   *   tx.set('status', 'paid', { ifMatch: etag }).delete('hold').set('receipt', { no: 7 }, { ifAbsent: true })
   * })
   */
  transaction(traceId: string, work: TransactionWork, options?: WriteOptions): Promise<void>

  /**
   * Takes a lock, which nobody else gets until it is released or its time is over. It is an entry of its own, which stays
   * afterwards, so that fencing numbers only grow; do not use its key for anything else.
   *
   * A holder that is paused for longer than it has the lock for does not know: what it writes must be refused elsewhere.
   * Within the trace, a transaction with `holds` does that; other resources compare `fence`.
   *
   * The lock is as safe as the server: one that loses acknowledged writes in a failover may give it twice, with the same
   * fencing number. `waitReplicas` makes that unlikely.
   *
   * @returns the lock, or `null` where others held it for all of `timeout`
   * @throws RedisStateError `ERR_WRONG_TYPE` where the entry is not a lock
   *
   * @example
   * const lock = await state.lock('order-1', 'lock', { ttl: 10, timeout: 2000 })
   * if (lock) {
   *   await state.transaction('order-1', (tx) => tx.holds(lock).set('status', 'packed'))
   *   await lock.release()
   * }
   */
  lock(traceId: string, key: string, options: LockOptions): Promise<StateLock | null>

  /**
   * Counts, and says whether that is within a limit for a window of time, atomically. A window begins with the first call
   * after the last one has ended. The entry is the count, a plain JSON number that expires with the window.
   *
   * @throws RedisStateError `ERR_WRONG_TYPE` where the entry is not a count
   *
   * @example
   * const { allowed, resetAfter } = await state.rateLimit('limits', 'user-7', { limit: 100, window: 3600 })
   */
  rateLimit(traceId: string, key: string, options: RateLimitOptions): Promise<RateLimitResult>

  /**
   * The entries of a trace id as values of one type, which a schema checks.
   *
   * @throws RedisStateError `ERR_INVALID_ARGUMENT`, at once
   *
   * @example
   * const users = state.group('users', { schema: z.object({ name: z.string() }) })
   * await users.set('ada', { name: 'Ada' })
   */
  group<T, Input = T>(traceId: string, options: GroupOptions<T, Input>): StateGroup<T, Input>

  /**
   * Tells of changes to one entry, to those of a trace id, or to all, whoever makes them: another process, another client, an
   * adapter in JavaScript only, or time.
   *
   * They are the server's keyspace notifications, so they cost those who write nothing; but each server must be set to tell
   * (`notify-keyspace-events` with at least `Kg$xe`, see {@link WatchOptions.configure}), and it tells only those who listen
   * at that moment, and never again. So the connection for it, which all watches of the adapter share, is made anew whenever
   * it is lost or silent (with the default delays, and to the new master after a failover); then a `gap` says that changes may have
   * been missed. There is also a gap where more than 10,000 changes wait to be taken. Wherever one is, list what you keep
   * anew. `FLUSHALL` and `FLUSHDB` are not told. In a cluster, where each primary tells of its own keys, all are listened to,
   * and there is a gap when others take over.
   *
   * The names of what is watched are held in memory, listed when the watch begins and after each gap: from them it is known
   * whether an entry is created or updated. Writes that follow each other closely may be told as one.
   *
   * A watch begins with this call, and ends with `break`, `return()`, its signal or `cleanup`. By itself it
   * keeps no process alive, see {@link WatchOptions.keepAlive}. An entry is `expired` when the server removes it, which may be later than its time.
   * Keys of other Redis types are no entries.
   *
   * @param traceId default: all trace ids
   * @param key default: all keys of the trace id
   * @throws RedisStateError `ERR_INVALID_ARGUMENT` for arguments that cannot be used. The iteration, and `ready`, reject with
   *   `ERR_UNSUPPORTED` where the server does not tell of changes, `ERR_REPLY` where the user may not subscribe (see README),
   *   `ERR_ABORTED`, `ERR_CLOSED` where the adapter was closed before, `ERR_CONNECTION` where the strategy gave up
   * @example
   * const changes = state.watch('order-1', undefined, { values: true })
   * await changes.ready
   * for await (const change of changes) {
   *   if (change.type === 'gap') await readAllAgain()
   *   else console.log(change.type, change.key, change.value)
   * }
   */
  watch<T = unknown>(traceId?: string, key?: string, options?: WatchOptions): StateWatch<T>

  /**
   * Asks the server for an answer, over the connection for point calls.
   *
   * @returns how long it took, in milliseconds; with the embedded store that of a turn of the event loop
   *
   * @example
   * const milliseconds = await state.ping()
   */
  ping(): Promise<number>

  /**
   * What this adapter did so far. Costs a few microseconds, so ask as often as you like.
   *
   * @example
   * const { inFlight, latency } = state.stats()
   */
  stats(): StateStats

  /**
   * Closes the adapter: calls in flight have up to `commandTimeout` to finish, later calls reject with `ERR_CLOSED`.
   * May be called more than once.
   *
   * @example
   * process.once('SIGTERM', () => state.cleanup())
   */
  cleanup(): Promise<void>

  /**
   * The same as {@link RedisStateAdapter.cleanup}, for `await using`.
   *
   * @example
   * await using state = new RedisStateAdapter({ url: 'memory:' })
   */
  [Symbol.asyncDispose](): Promise<void>
}
