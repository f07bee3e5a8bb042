/// <reference types="node" />

export { RedisStateAdapter } from './types/adapter.js'
export type { BulkSetOptions, DeleteManyEntry, DeleteManyOptions, SetManyEntry } from './types/bulk.js'
export type {
  CachedReadOptions,
  HealthOptions,
  PingOptions,
  ReadOptions,
  WaitReplicas,
  WriteOptions,
} from './types/call-options.js'
export type { BytesCodec, Codec, TextCodec } from './types/codec.js'
export type {
  CommandArgument,
  CommandBytesReply,
  CommandMethods,
  CommandOptions,
  CommandReply,
  ScriptOptions,
} from './types/commands.js'
export type { CleanupOptions, ConnectOptions } from './types/connecting.js'
export type {
  DaprClientLike,
  DaprConcurrency,
  DaprOperation,
  DaprState,
  DaprStateEntry,
  DaprStateItem,
  DaprStateOptions,
  DaprValue,
} from './types/dapr.js'
export type { Duration, TimeToLive } from './types/duration.js'
export type { DeleteOptions, EntryMetadata, SetOptions } from './types/entry.js'
export {
  RedisStateError,
  type RedisStateErrorCode,
  type RedisStateErrorDetails,
  type RedisStateErrorJson,
} from './types/errors.js'
export type { ReconnectingInfo, RedisStateAdapterEvents } from './types/events.js'
export type { GroupEntry, GroupOptions, GroupQuery, GroupQueryResult, StateGroup } from './types/group.js'
export type { StateHealth } from './types/health.js'
export type { IndexCheck, IndexMethods, ReindexOptions, ReindexProgress } from './types/indexes.js'
export type {
  ScanOptions,
  StateFilter,
  StateFilterOperation,
  StateItem,
  StateItemsInput,
  StateItemType,
  StateValue,
} from './types/listing.js'
export type { GetOrSetOptions, LoadContext, LoadLock } from './types/load.js'
export type { LockOptions, StateLock } from './types/lock.js'
export type {
  CacheOptions,
  ConnectionOptions,
  Credentials,
  NodeRedisClientLike,
  RedisStateAdapterOptions,
  StateOptions,
} from './types/options.js'
export type {
  StateQuery,
  StateQueryFilter,
  StateQueryPage,
  StateQueryResult,
  StateQueryScalar,
  StateQuerySort,
} from './types/query.js'
export type { RateLimitAlgorithm, RateLimitOptions, RateLimitResult } from './types/rate-limit.js'
export type { StandardResult, StandardSchema } from './types/schema.js'
export type { ReconnectStrategy, SocketOptions } from './types/socket.js'
export type { CacheStats, StateStats } from './types/stats.js'
export type { StateStore } from './types/store.js'
export {
  type CosmosStoreConfiguration,
  type RedisStoreConfiguration,
  type SecretReference,
  StateStores,
  type StateStoresOptions,
  type StoreFields,
  type StoreHealth,
  type StoreInfo,
  type StoreReference,
  type StoreRoles,
  type StoresCheckOptions,
  type StoresConfiguration,
} from './types/stores.js'
export type { Pem, TlsOptions } from './types/tls.js'
export type { ClusterOptions, NodeAddress, NodeAddressMap, SentinelOptions } from './types/topology.js'
export type { TracingContext } from './types/tracing.js'
export type { StateTransaction, TransactionOperation, TransactionWork } from './types/transaction.js'
export type {
  TypedChange,
  TypedItem,
  TypedState,
  TypedTransaction,
  TypedTransactionOperation,
} from './types/typed-state.js'
export type {
  FieldPath,
  IncrementOptions,
  TimedSum,
  UpdateOperation,
  UpdateOptions,
  UpdateResult,
} from './types/update.js'
export type { EntryChange, GapInChanges, StateChange, StateWatch, WatchOptions } from './types/watch.js'
