import type { CleanupOptions } from './connecting.js'
import type { DaprClientLike } from './dapr.js'
import type { TimeToLive } from './duration.js'
import type { StateHealth } from './health.js'
import type { RedisStateAdapterOptions } from './options.js'
import type { StateStore } from './store.js'

/** A secret that a configuration refers to. */
export interface SecretReference {
  /** Name of the secret store, if the configuration names one. */
  store?: string | undefined
  /** Name of the secret. */
  name: string
  /** Key within the secret. Equal to `name` if the configuration has no key. */
  key: string
}

/** Value of an option in a configuration: a secret or an environment variable. */
export type StoreReference =
  | { secretKeyRef: string | { store?: string | undefined; name: string; key?: string | undefined } }
  | { envRef: string }

/** Options of a store: a value, or a reference to a secret or an environment variable. */
export type StoreFields<Options> = {
  [Name in keyof Options]?: Options[Name] | StoreReference | (Options[Name] extends object | undefined ? never : string)
}

/**
 * A store on Redis or in memory: the options of an adapter. `{env:NAME}` in a text is replaced by the environment
 * variable. `keyPrefix` has another default: the name of the store and a colon.
 */
export type RedisStoreConfiguration = StoreFields<RedisStateAdapterOptions> & {
  /** Default: `memory` if the url is `memory:`, otherwise `redis`. */
  type?: 'redis' | 'memory' | 'state.redis' | 'state.in-memory' | undefined
}

/**
 * A store on Azure Cosmos DB: the options of `CosmosStateAdapter` of `redis-state-adapter/cosmos`, which docs/cosmos.md
 * describes. It requires the package `@azure/cosmos`. `keyPrefix` has another default: the name of the store.
 */
export interface CosmosStoreConfiguration {
  type: 'cosmos' | 'state.azure.cosmosdb'
  /** Url of the account. Required, unless there is a `connectionString`. */
  url?: string | StoreReference | undefined
  /** Key of the account. */
  key?: string | StoreReference | undefined
  /** Name of the database. */
  database: string | StoreReference
  /** Name of the container. Required, unless it is given as `container`. */
  collection?: string | StoreReference | undefined
  container?: string | StoreReference | undefined
  connectionString?: string | StoreReference | undefined
  /** A credential of `@azure/identity`. */
  credential?: object | undefined
  tenantId?: string | StoreReference | undefined
  clientId?: string | StoreReference | undefined
  clientSecret?: string | StoreReference | undefined
  regions?: readonly string[] | undefined
  createIfMissing?: boolean | object | undefined
  enableEndpointDiscovery?: boolean | undefined
  commandTimeout?: number | undefined
  maxPendingCommands?: number | undefined
  maxPendingBytes?: number | undefined
  /** Field that partitions the container. */
  partitionKey?: string | undefined
  /** Consistency of reads. */
  consistency?: string | undefined
  keyPrefix?: string | false | undefined
  ttl?: TimeToLive | undefined
}

/** The stores of each role: the name of one store for every role, or of a store for each. */
export type StoreRoles = string | Readonly<Record<string, string>>

/** A configuration of stores, as an object or as the contents of a JSON file. */
export interface StoresConfiguration {
  /** Stores by name: letters, digits, `.`, `_` and `-`. */
  stores: Readonly<Record<string, RedisStoreConfiguration | CosmosStoreConfiguration>>
  /** See {@link StateStoresOptions.environments}, which overrides it. */
  environments?: Readonly<Record<string, StoreRoles>> | undefined
}

/** Options of `StateStores.load`. */
export interface StateStoresOptions {
  /**
   * Environments by name. In each, a *role* such as `cache` has a store. `fallback` is the store of roles that only
   * other environments list; it never replaces a store that fails. `default` is the environment for all that are not
   * listed. Default: none; stores are found by name.
   */
  environments?: Readonly<Record<string, StoreRoles>> | undefined
  /** Name of the environment. Default: the environment variable `NODE_ENV`, or `development`. */
  environment?: string | undefined
  /**
   * Returns a secret that no file and no variable has. Called by `load` once for each such secret. If it throws, or returns
   * nothing within `secretsTimeout`, the store has a problem. Default: none.
   */
  secrets?: ((secret: SecretReference) => string | undefined | Promise<string | undefined>) | undefined
  /** Longest wait for one secret, in milliseconds. Default: 10000. */
  secretsTimeout?: number | undefined
  /**
   * Id of this app: component files whose `scopes` do not have it are left out, and the words `appid` and `namespace`
   * of `keyPrefix` use it. Default: none; scopes are not applied.
   */
  appId?: string | undefined
  /** Environment variables. Default: `process.env`. */
  env?: Readonly<Record<string, string | undefined>> | undefined
}

/** A store, as `list` returns it. Contains no secrets. */
export interface StoreInfo {
  name: string
  /** Type as Dapr names it, such as `state.redis`. */
  type: string
  version: string
  /** File that describes the store. Empty if `load` was given an object. */
  source: string
  /** Roles that the store has in the environment. */
  roles: string[]
  /** Whether the store is open. */
  open: boolean
  /** Why the store cannot be used in this environment. Empty if it can. */
  problems: string[]
  /** Options of the file that have no meaning here, by name. */
  ignored: string[]
}

/** The health of a store by name. */
export interface StoreHealth extends Omit<StateHealth, 'status'> {
  name: string
  type: string
  /** As in {@link StateHealth}, or `unconfigured`: the store has problems, see {@link StoreInfo.problems}. */
  status: StateHealth['status'] | 'unconfigured'
}

/** Options of `health` and `counts`. */
export interface StoresCheckOptions {
  /** Longest wait for all stores together, in milliseconds. They are checked at the same time. Default: 3000. */
  timeout?: number | undefined
  /**
   * Names or roles of the stores to check. Default: the stores with a role in the environment and those that are open; if
   * there are no environments, all stores.
   */
  names?: readonly string[] | undefined
}

/**
 * State stores by name, read from one configuration: component files of Dapr, JSON, or an object.
 *
 * A store is opened by the first `get` of it. Stores are independent: each has a server, database, key prefix,
 * credentials and `ttl` of its own.
 *
 * @example
 * const stores = await StateStores.load({
 *   stores: {
 *     cache: { url: 'redis://localhost:6379/2', ttl: 3600 },
 *     memory: { url: 'memory:' },
 *   },
 * })
 * await stores.get('cache').set('session', 'user-1', { name: 'Ada' })
 * await stores.close()
 */
export class StateStores {
  private constructor()

  /**
   * Reads a configuration. Opens no store.
   *
   * @param source path of a folder (its `.yaml`, `.yml` and `.json` files; those for other programs are passed over), of one
   *   file, a `file:` URL, or an object. YAML files require the package `yaml`
   * @throws RedisStateError `ERR_INVALID_CONFIG` if the configuration is malformed, with file, line and option;
   *   `ERR_INVALID_ARGUMENT` for an invalid option of `load`; `ERR_UNSUPPORTED` if the package `yaml` is missing. What is
   *   missing in this environment (a variable, a secret) is a problem of that store alone
   *
   * @example
   * const stores = await StateStores.load('./components', {
   *   environments: {
   *     production: { workflows: 'statestore-workflows', agents: 'statestore-agents' },
   *     default: 'statestore',
   *   },
   * })
   */
  static load(source: string | URL | StoresConfiguration, options?: StateStoresOptions): Promise<StateStores>

  /** Name of the environment. */
  readonly environment: string

  /**
   * Returns the store with a role in the environment, or with this name. Opens it if it is not open; the same store is
   * returned each time.
   *
   * @throws RedisStateError `ERR_INVALID_ARGUMENT` if there is none, with the names; `ERR_INVALID_CONFIG` if the store
   *   has problems in this environment; `ERR_CLOSED` after `close`
   *
   * @example
   * const agents = stores.get('agents')
   */
  get(nameOrRole: string): StateStore

  /** Lists all stores. Opens none. */
  list(): StoreInfo[]

  /**
   * Checks stores, all at the same time, for a readiness probe. Opens those that are not open. Never rejects because a
   * store is down.
   *
   * @example
   * const ready = (await stores.health()).every(({ status }) => status === 'ok' || status === 'degraded')
   */
  health(options?: StoresCheckOptions): Promise<StoreHealth[]>

  /**
   * Counts the entries of stores, all at the same time. Opens those that are not open. Scans the keys of each database.
   *
   * @returns number of entries by the name of the store; `null` if it is unknown, because the store is unconfigured,
   *   down, or too large for the timeout
   *
   * @example
   * await stores.counts() // { 'statestore-agents': 12, 'statestore-cache': null }
   */
  counts(options?: StoresCheckOptions): Promise<Record<string, number | null>>

  /**
   * The state API of `DaprClient` of `@dapr/dapr`, on these stores, without a sidecar. The Redis key of a Dapr key is
   * `<keyPrefix>:<key>`.
   *
   * @example
   * await stores.dapr.state.save('cache', [{ key: 'user-1', value: { name: 'Ada' } }])
   * await stores.dapr.state.get('cache', 'user-1') // { name: 'Ada' }
   */
  readonly dapr: DaprClientLike

  /**
   * Closes all stores that are open, and opens none any more. Pending calls complete, see `cleanup` of the adapter. A second
   * call can shorten the wait.
   */
  close(options?: CleanupOptions): Promise<void>

  /** Calls `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}
