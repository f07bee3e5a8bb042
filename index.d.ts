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

/** Options of one `set` or `delete`. */
export interface WriteOptions {
  /**
   * As {@link StateOptions.waitReplicas}, for this call, in place of that. Calls of the same tick that wait for nothing, or
   * for something else, are not held up by it for longer than 10 ms, unless they are behind it on the same connection.
   */
  waitReplicas?: WaitReplicas
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
   * Bytes of ids and values (UTF-8, and about three more for each call) that unsettled calls may hold; beyond, a call
   * rejects with `ERR_BACKPRESSURE`. With that it bounds a single value too. Default: 67108864 (64 MiB).
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
 * | `ERR_WRONG_TYPE` | the key holds another Redis type than a string |
 * | `ERR_REPLY` | the server answered with another error; its first word is in `reply` |
 * | `ERR_UNSUPPORTED` | the server, or this version of the package, lacks what was asked |
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
  | 'ERR_NOT_REPLICATED'
  | 'ERR_INTERNAL'

/** What a {@link RedisStateError} carries beside code and message. */
export interface RedisStateErrorDetails {
  applied?: 'no' | 'unknown' | 'yes'
  traceId?: string
  key?: string
  reply?: string
  cause?: unknown
}

/** Every error of this package. Messages hold no password. */
export class RedisStateError extends Error {
  constructor(code: RedisStateErrorCode, message: string, details?: RedisStateErrorDetails)
  readonly code: RedisStateErrorCode
  /**
   * Of a failed write (`set`, `delete`, `clear`): `no` when nothing was written, `unknown` when it may have been, `yes` when
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
 * Listings (`getGroup`, `keys`, `traceIds`, `items`) and `clear` walk the whole database with SCAN, in steps that adapt to the server,
 * however small the group is: their time grows with all keys of the database. The names found and the result are held
 * in memory.
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
   */
  constructor(connection?: RedisStateAdapterOptions | NodeRedisClientLike, options?: StateOptions)

  /**
   * An adapter configured by environment variables: `REDIS_URL`, `REDIS_HOST`, `REDIS_PORT`, `REDIS_USERNAME`,
   * `REDIS_PASSWORD`, `REDIS_DATABASE`, `STATE_KEY_PREFIX`, `STATE_TTL`. Unset and empty ones count as not given.
   *
   * @param env default: `process.env`
   * @throws RedisStateError as the constructor does; the message tells which variable set which option
   */
  static fromEnv(env?: Record<string, string | undefined>): RedisStateAdapter

  /**
   * Reads one value.
   *
   * @returns the value, or `null` where there is none
   * @throws RedisStateError `ERR_CORRUPT_VALUE`, `ERR_WRONG_TYPE`
   */
  get<T>(traceId: string, key: string): Promise<T | null>

  /**
   * Writes one value with its expiry in a single atomic command. The value is taken as it is at the time of the call. Its
   * JSON text may have `maxPendingBytes`, and 512 MiB at most, the server's own limit for a string.
   *
   * @param value anything that `JSON.stringify` turns into a text; `undefined`, a function, a symbol, a BigInt, a cycle
   *   and a promise reject with `ERR_INVALID_ARGUMENT`
   * @returns the value given
   * @throws RedisStateError `ERR_NOT_REPLICATED` where it was to wait for replicas
   */
  set<T>(traceId: string, key: string, value: T, options?: WriteOptions): Promise<T>

  /**
   * Reads and removes one value atomically: of many racing callers exactly one gets it. Needs GETDEL (Redis 6.2).
   *
   * A stored text that is not JSON is removed too and rejects with `ERR_CORRUPT_VALUE` and `applied: 'unknown'`.
   *
   * @returns the value removed, or `null` where there was none
   * @throws RedisStateError `ERR_CORRUPT_VALUE`, `ERR_WRONG_TYPE`, `ERR_UNSUPPORTED` from an older server,
   *   `ERR_NOT_REPLICATED` where it was to wait for replicas
   */
  delete<T>(traceId: string, key: string, options?: WriteOptions): Promise<T | null>

  /**
   * Reads all values of a trace id, each once, in no order. Not a snapshot: an entry that is written or removed
   * meanwhile may be in it or not; one that exists during the whole call is.
   *
   * @throws RedisStateError `ERR_CORRUPT_VALUE`, naming the key, when one of the texts is not JSON
   */
  getGroup<T>(traceId: string): Promise<T[]>

  /**
   * Lists the keys of a trace id, each once, in no order; not a snapshot. Keys of other Redis types are left out. Needs
   * Redis 6.0, as `traceIds` and `clear` do.
   */
  keys(traceId: string): Promise<string[]>

  /**
   * Lists the trace ids that have an entry, each once, in no order; not a snapshot. An id ends at its first `:`.
   */
  traceIds(): Promise<string[]>

  /**
   * Lists entries with their values, in no order, in one pass over the database; not a snapshot.
   *
   * @throws RedisStateError `ERR_CORRUPT_VALUE`, naming trace id and key, when one of the texts is not JSON
   */
  items(input?: StateItemsInput): Promise<StateItem[]>

  /**
   * Removes all entries of a trace id, in batches that do not stall the server. Entries written meanwhile may stay.
   * Keys of other Redis types are left alone.
   */
  clear(traceId: string): Promise<void>

  /**
   * Asks the server for an answer, over the connection for point calls.
   *
   * @returns how long it took, in milliseconds; with the embedded store that of a turn of the event loop
   */
  ping(): Promise<number>

  /** What this adapter did so far. Costs a few microseconds, so ask as often as you like. */
  stats(): StateStats

  /**
   * Closes the adapter: calls in flight have up to `commandTimeout` to finish, later calls reject with `ERR_CLOSED`.
   * May be called more than once.
   */
  cleanup(): Promise<void>

  /** The same as {@link RedisStateAdapter.cleanup}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}
