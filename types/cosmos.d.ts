import { EventEmitter } from 'node:events'
import type { ReadOptions } from './call-options.js'
import type { ConnectOptions } from './connecting.js'
import type { TimeToLive } from './duration.js'
import type { RedisStateAdapterEvents } from './events.js'
import type { StateStats } from './stats.js'
import type { StateStore } from './store.js'

/** Consistency of reads, from the strongest to the weakest. */
export type CosmosConsistency = 'strong' | 'bounded' | 'session' | 'eventual'

/** Options of calls that read or list entries of a store on Azure Cosmos DB. */
export interface CosmosReadOptions extends ReadOptions {
  /**
   * Consistency of this read. One that is stronger than the default of the account rejects with `ERR_INVALID_CONFIG`.
   * Default: the option of the adapter.
   */
  consistency?: CosmosConsistency | undefined
}

/** A credential of `@azure/identity`, or any other object with this method. */
export interface TokenCredentialLike {
  getToken(scopes: string | string[], options?: object): Promise<{ token: string; expiresOnTimestamp: number } | null>
}

/** How `createIfMissing` creates a container. */
export interface CosmosContainerOptions {
  /** Provisioned throughput in request units per second, 400 or more. Default: that of the database, or serverless. */
  throughput?: number | undefined
  /** Maximum of an autoscaled throughput, 1000 or more. Excludes `throughput`. Default: none. */
  maxThroughput?: number | undefined
}

/** Options of a {@link CosmosStateAdapter}. */
export interface CosmosStateAdapterOptions {
  /** Url of the account, such as `https://account.documents.azure.com`. Excludes `connectionString`. */
  url?: string | URL | undefined
  /** Key of the account. One of `key`, `connectionString`, `credential` and `tenantId` is required. */
  key?: string | undefined
  /** Connection string of the account, as the portal shows it. It has url and key. */
  connectionString?: string | undefined
  /** Credential of Entra ID, such as `new DefaultAzureCredential()` of `@azure/identity`. */
  credential?: TokenCredentialLike | undefined
  /** Tenant of an application of Entra ID; with `clientId` and `clientSecret`. Requires the package `@azure/identity`. */
  tenantId?: string | undefined
  /** Id of the application. */
  clientId?: string | undefined
  /** Secret of the application. */
  clientSecret?: string | undefined
  /** Authority of another cloud, such as `https://login.chinacloudapi.cn`. Default: that of `@azure/identity`. */
  authorityHost?: string | undefined
  /** Name of the database. */
  database: string
  /** Name of the container. */
  container: string
  /**
   * Path of the partition key of the container. The trace id of an entry is its partition key, so all entries of a
   * trace are in one logical partition. Default: `/partitionKey`, as Dapr has it.
   */
  partitionKey?: string | undefined
  /**
   * The id of an item is `<keyPrefix>||<key>`, as Dapr has it. Stores with different prefixes can share a
   * container; one without has the items of all. `||`, and `|` at the end, are not permitted.
   * Default: none; the id is the key.
   */
  keyPrefix?: string | false | undefined
  /**
   * Consistency of reads. One that is stronger than the default of the account is an error: `ERR_INVALID_CONFIG`.
   * Default: the default of the account.
   */
  consistency?: CosmosConsistency | undefined
  /**
   * Expiry of entries in whole seconds, 1 to 2147483647, unless a call has its own. A duration such as `'2h'` must come to
   * whole seconds, in calls too: `'1500ms'` is rejected. The container must have a default time to live (`-1` suffices),
   * otherwise calls reject with `ERR_INVALID_CONFIG`. Default: entries do not expire.
   */
  ttl?: TimeToLive | undefined
  /** Regions to read from, in this order, such as `['West Europe']`. Default: the write region. */
  regions?: readonly string[] | undefined
  /**
   * Creates database and container if they do not exist, with the default time to live -1. Requires the key of the
   * account. Default: `false`; calls reject with `ERR_INVALID_CONFIG`.
   */
  createIfMissing?: boolean | CosmosContainerOptions | undefined
  /**
   * Whether the addresses of the regions are read from the account. Default: `true`; `false` if the url begins with
   * `http:`, as those of emulators do.
   */
  enableEndpointDiscovery?: boolean | undefined
  /** Options for TLS, as those of `tls.connect`. Default: those of Node.js. */
  tls?:
    | {
        ca?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined
        cert?: string | Uint8Array | undefined
        key?: string | Uint8Array | undefined
        passphrase?: string | undefined
        servername?: string | undefined
        rejectUnauthorized?: boolean | undefined
      }
    | undefined
  /** Agent of `node:https` for all requests, such as that of a proxy. It is not closed by `cleanup`. Default: an own one. */
  agent?: object | undefined
  /** Maximum time before a call settles, in milliseconds, repetitions of refused requests included. Default: 5000. */
  commandTimeout?: number | undefined
  /** Maximum number of pending calls. A further call rejects with `ERR_BACKPRESSURE`. Default: 100000. */
  maxPendingCommands?: number | undefined
  /** Maximum number of bytes that pending calls hold. Default: 67108864 (64 MiB). */
  maxPendingBytes?: number | undefined
  /** `true` rejects a `:` in a trace id. Default: `false`. */
  strictTraceIds?: boolean | undefined
  /** `true` rejects values that JSON would change, see `StateOptions`. Default: `false`. */
  strictValues?: boolean | undefined
  /** `true` begins the `stack` of every error with the line that made the call. Default: as for `RedisStateAdapter`. */
  stackTraces?: boolean | undefined
}

/** Counters of a store on Azure Cosmos DB. */
export interface CosmosStats extends StateStats {
  /** Request units of all requests since the adapter was created. */
  requestCharge: number
}

/**
 * State that processes share through a container of Azure Cosmos DB. It has the methods of `RedisStateAdapter`; `watch`
 * and `waitReplicas` reject with `ERR_UNSUPPORTED`. docs/cosmos.md describes what else differs.
 *
 * Requires the package `@azure/cosmos`. The container is read in the background, once; a container that does not fit the
 * options rejects all calls with `ERR_INVALID_CONFIG`.
 *
 * @example
 * const state = new CosmosStateAdapter({
 *   url: 'https://account.documents.azure.com',
 *   key: process.env.COSMOS_KEY,
 *   database: 'app',
 *   container: 'state',
 * })
 * await state.set('order-1', 'status', { paid: true })
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the methods that all stores have
export class CosmosStateAdapter extends EventEmitter<RedisStateAdapterEvents> implements StateStore<CosmosReadOptions> {
  /**
   * @throws RedisStateError `ERR_INVALID_CONFIG` for an option that is invalid, unknown or conflicts with another one;
   *   `ERR_UNSUPPORTED` if the package `@azure/cosmos` cannot be loaded
   */
  constructor(options: CosmosStateAdapterOptions)

  /**
   * Creates an adapter and waits until the container is read. If that fails, the adapter is closed.
   *
   * @throws RedisStateError as the constructor and `connect` do
   */
  static connect<Adapter extends CosmosStateAdapter>(
    this: new (
      options: CosmosStateAdapterOptions,
    ) => Adapter,
    options: CosmosStateAdapterOptions,
    waiting?: ConnectOptions,
  ): Promise<Adapter>
  static connect(this: void, options: CosmosStateAdapterOptions, waiting?: ConnectOptions): Promise<CosmosStateAdapter>

  /** Returns counters, latencies and the request units since the adapter was created. Sends nothing. */
  stats(): CosmosStats
}

// All other methods, as for RedisStateAdapter.
export interface CosmosStateAdapter extends StateStore<CosmosReadOptions> {}
