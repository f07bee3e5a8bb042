import type { TlsOptions } from './tls.js'

/** Address of one server. */
export interface NodeAddress {
  /** Host name or IP address. */
  host: string
  /** Port, 1 to 65535. */
  port: number
}

/**
 * Maps the addresses that servers announce (`host:port`) to addresses that this process can reach, for servers behind
 * NAT or in containers. Addresses that are not in the map are used unchanged.
 *
 * @example
 * const nodeAddressMap = { '10.0.0.1:6379': { host: 'redis.example.com', port: 16379 } }
 */
export type NodeAddressMap = Readonly<Record<string, NodeAddress>>

/**
 * Finds the master through Redis Sentinel.
 *
 * On every connect the adapter queries all listed sentinels and connects to the master with the highest configuration
 * epoch. That server must confirm with `ROLE` that it is a master. The adapter also subscribes to `+switch-master` on
 * all sentinels: as soon as they announce a new master it switches, even if the old master hangs or is unreachable.
 *
 * Redis replicates asynchronously. With any client, a failover can lose writes that the old master acknowledged last;
 * the option `waitReplicas` makes this unlikely.
 */
export interface SentinelOptions {
  /** Name under which the sentinels monitor the master (`sentinel monitor <name> …`). */
  name: string
  /** Sentinels to query, one or more. List all of them: the adapter does not discover others. */
  nodes: readonly NodeAddress[]
  /**
   * ACL user for the sentinels. Default: none. The login and the TLS settings for the master are the options outside of
   * `sentinel`.
   */
  username?: string | undefined
  /** Password for the sentinels. Default: none. */
  password?: string | undefined
  /** TLS for the connections to the sentinels. Default: off. */
  tls?: boolean | TlsOptions | undefined
  /** Maps the addresses that sentinels announce. Default: addresses are used unchanged. */
  nodeAddressMap?: NodeAddressMap | undefined
}

/**
 * Connects to a Redis Cluster.
 *
 * Each call is sent to the node that serves its slot. The adapter follows redirects (MOVED, ASK) and retries temporary
 * refusals (TRYAGAIN, CLUSTERDOWN) until the deadline of the call. Listings and `clear` scan all primaries, and rescan
 * slots that moved meanwhile, so that no entry is missed. Each primary has one command connection and, from the first
 * listing on, one scan connection. A cluster of one node is supported; a server that is not in cluster mode is
 * rejected with `ERR_INVALID_CONFIG`.
 *
 * If a node is unreachable, calls of the same tick to other nodes are delayed by at most 10 milliseconds.
 *
 * The events describe the cluster as a whole: `ready` is emitted when the primary of every slot is connected,
 * `reconnecting` and `error` for each node that is lost. `reconnectStrategy` applies when no node can be reached; a
 * single node is reconnected with the default delays.
 *
 * While slots move, a `get` may return the entry as it was before a `set` of the same tick, because the redirected
 * write arrives later. Await the write first.
 */
export interface ClusterOptions {
  /** Nodes from which the adapter discovers the cluster, one or more. */
  nodes: readonly NodeAddress[]
  /**
   * Nodes that serve reads of single entries (`get`, `getMany`, `getWithMetadata`, `getManyWithMetadata`, `has`,
   * `ttl`):
   *
   * - `primary`: the primary of the slot.
   * - `replica`: its replicas in turn, or the primary if no replica can be reached.
   * - `any`: the primary and its replicas in turn.
   *
   * Replicas lag behind the primary. A read from a replica can miss a write that was awaited before. An etag read from
   * a replica can be outdated; then `ifMatch` fails. Listings and writes always use primaries. Default: `primary`.
   */
  readFrom?: 'primary' | 'replica' | 'any' | undefined
  /** Maps the addresses that nodes announce. Default: addresses are used unchanged. */
  nodeAddressMap?: NodeAddressMap | undefined
}
