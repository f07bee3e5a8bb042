/// <reference types="node" />

import type { Embeddings } from '@langchain/core/embeddings'
import type { RunnableConfig } from '@langchain/core/runnables'
import {
  BaseCheckpointSaver,
  BaseStore,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointListOptions,
  type CheckpointMetadata,
  type CheckpointTuple,
  type Item,
  type Operation,
  type OperationResults,
  type PendingWrite,
  type SearchItem,
  type SearchOperation,
  type SerializerProtocol,
} from '@langchain/langgraph-checkpoint'
import type { RedisStateAdapter } from '../types/adapter.js'
import type { NodeRedisClientLike, RedisStateAdapterOptions } from '../types/options.js'

/**
 * How to connect: a url, options of `RedisStateAdapter`, or a `RedisStateAdapter`, which is shared and not closed. The options of a
 * node-redis client are read for a separate connection; the client is neither used nor closed. Default: environment variables, such as
 * `REDIS_URL`.
 */
export type LangGraphConnection = string | URL | RedisStateAdapterOptions | RedisStateAdapter | NodeRedisClientLike

/** Options of expiry, of {@link RedisSaver} and {@link RedisStore}. */
export interface LangGraphTtlOptions {
  /** Minutes after its last write at which a thread, or an item, expires; can be a fraction. At most 100 years. Default: never. */
  defaultTTL?: number | undefined
  /** Whether reads restart the expiry; no effect without `defaultTTL`. Default: `false`. */
  refreshOnRead?: boolean | undefined
}

/** Options of a {@link RedisSaver}. */
export interface RedisSaverOptions extends LangGraphTtlOptions {
  /** Converts values to bytes and back. The type that it gives them is kept. Default: the JSON serializer of LangGraph. */
  serde?: SerializerProtocol | undefined
  /** First part of all Redis keys. Default: `'langgraph'`. */
  keyPrefix?: string | undefined
}

/**
 * Keeps the checkpoints of LangGraph graphs in Redis or Valkey, which need no modules. A thread expires as a whole.
 *
 * Methods reject with a `RedisStateError`: `ERR_INVALID_ARGUMENT` if an id is empty, or not a string or number. Each method except
 * `list` and `end` takes one round trip.
 *
 * @example
 * const checkpointer = await RedisSaver.fromUrl('redis://localhost:6379', { defaultTTL: 60, refreshOnRead: true })
 * const graph = workflow.compile({ checkpointer })
 * await graph.invoke(input, { configurable: { thread_id: 'conversation-1' } })
 * await checkpointer.end()
 */
export class RedisSaver extends BaseCheckpointSaver {
  /** Returns at once and connects in the background. Invalid options throw `ERR_INVALID_CONFIG`. */
  constructor(connection?: LangGraphConnection, options?: RedisSaverOptions)

  /** Makes a saver, and resolves once it is connected. Rejects if that is not possible. */
  static fromUrl(connection: LangGraphConnection, options?: RedisSaverOptions): Promise<RedisSaver>

  /** The checkpoint of the config, or the newest of its thread and namespace. `undefined` if there is none. */
  getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined>

  /**
   * Yields checkpoints, the newest first: of the thread, the namespace and the checkpoint id that the config has, or of all. `filter`
   * compares values of the metadata. Default of `limit`: none. Takes one round trip for 50 checkpoints of a namespace; a filter, or
   * several threads or namespaces, take one or two more.
   */
  list(config?: RunnableConfig | null, options?: CheckpointListOptions): AsyncGenerator<CheckpointTuple>

  /** Stores a checkpoint, and the values of the channels of `newVersions`. */
  put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<RunnableConfig>

  /** Stores what a task has written. A write that is stored already is kept, unless it is an error, an interrupt or the like. */
  putWrites(config: RunnableConfig, writes: PendingWrite[], taskId: string, taskPath?: string): Promise<void>

  /** Deletes the checkpoints and writes of a thread at once. */
  deleteThread(threadId: string): Promise<void>

  /** Closes the connection, unless the constructor was given an adapter. */
  end(): Promise<void>
}

/** What is embedded for searches by similarity. */
export interface RedisStoreIndex {
  /** Embeddings of LangChain. */
  embeddings?: Pick<Embeddings, 'embedDocuments' | 'embedQuery'> | undefined
  /** The same, by its name in `@langchain/langgraph-checkpoint-redis`. */
  embed?: Pick<Embeddings, 'embedDocuments' | 'embedQuery'> | undefined
  /** Not needed here. */
  dims?: number | undefined
  /** Paths of the texts: `title`, `chapters[*].content`, `authors[-1]`. Default: `['$']`, the whole item. */
  fields?: string[] | undefined
}

/** Options of a {@link RedisStore}. */
export interface RedisStoreOptions extends LangGraphTtlOptions {
  /** The options of expiry, where `@langchain/langgraph-checkpoint-redis` has them. */
  ttl?: LangGraphTtlOptions | undefined
  /** Makes `search({ query })` rank by similarity. Each item in the range of a search is compared, by this process. Default: none. */
  index?: RedisStoreIndex | undefined
  /** First part of all Redis keys. Default: `'langgraph'`. */
  keyPrefix?: string | undefined
}

/** Options of `RedisStore.put`. */
export interface RedisStorePutOptions {
  /** Minutes after which the item expires. Default: `defaultTTL`. */
  ttl?: number | undefined
  /** Paths to embed in place of those of the store, or `false`: none. */
  index?: boolean | string[] | undefined
}

/** Options of `RedisStore.search`. */
export interface RedisStoreSearchOptions {
  /** Values of fields, or operators: `$eq`, `$ne`, `$gt`, `$gte`, `$lt`, `$lte`, `$in`, `$nin`, `$exists`. */
  filter?: SearchOperation['filter']
  /** Default: 10. */
  limit?: number | undefined
  /** Default: 0. */
  offset?: number | undefined
  /** What to rank by, if the store has an `index`. */
  query?: string | undefined
  /** Whether this search restarts the expiry of what it returns; no effect without `defaultTTL`. Default: `refreshOnRead`. */
  refreshTTL?: boolean | undefined
}

/**
 * Keeps the long-term memory of LangGraph agents in Redis or Valkey, which need no modules.
 *
 * Errors of the server are `RedisStateError`. A namespace that LangGraph does not allow rejects with its `InvalidNamespaceError`.
 *
 * @example
 * const store = await RedisStore.fromUrl('redis://localhost:6379')
 * await store.put(['user-1', 'memories'], 'food', { likes: 'pizza' })
 * const [item] = await store.search(['user-1'], { filter: { likes: 'pizza' } })
 * await store.end()
 */
export class RedisStore extends BaseStore {
  /** Returns at once and connects in the background. Invalid options throw `ERR_INVALID_CONFIG`. */
  constructor(connection?: LangGraphConnection, options?: RedisStoreOptions)

  /** Makes a store, and resolves once it is connected. Rejects if that is not possible. */
  static fromUrl(connection: LangGraphConnection, options?: RedisStoreOptions): Promise<RedisStore>

  /** `fromUrl`, by its name in `@langchain/langgraph-checkpoint-redis`. */
  static fromConnString(url: string, options?: RedisStoreOptions): Promise<RedisStore>

  /** Resolves to `null` if there is no item. `refreshTTL`: whether this read restarts its expiry. */
  get(namespace: string[], key: string, options?: { refreshTTL?: boolean }): Promise<Item | null>

  /** Writes an item. The time of its creation is kept. */
  put(
    namespace: string[],
    key: string,
    value: Item['value'],
    options?: false | string[] | RedisStorePutOptions,
  ): Promise<void>

  /** Items whose namespace begins with these labels, ordered by namespace and key, or by similarity to `query`. */
  search(namespacePrefix: string[], options?: RedisStoreSearchOptions): Promise<SearchItem[]>

  /** Reads, then writes. The calls of a batch are sent together. */
  batch<Op extends Operation[]>(operations: Op): Promise<OperationResults<Op>>

  /** Closes the connection, unless the constructor was given an adapter. */
  end(): Promise<void>

  /** `end`, by its name in `@langchain/langgraph-checkpoint-redis`. */
  close(): Promise<void>
}

export { RedisStateError } from '../types/errors.js'
