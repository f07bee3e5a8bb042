import type { Lock, Logger, QueueEntry, StateAdapter } from 'chat' with { 'resolution-mode': 'import' }
import type { RedisStateAdapter as State } from '../adapter.js'
import type { RedisStateAdapterOptions as ConnectionOptions, NodeRedisClientLike } from '../options.js'

/** Options of a {@link RedisStateAdapter} that opens its own connection. */
export interface RedisStateAdapterUrlOptions extends Omit<ConnectionOptions, 'keyPrefix'> {
  /** First part of the Redis keys, followed by `:`. Default: `chat-sdk`. */
  keyPrefix?: string | undefined
  /** Its method `error` receives connection errors. Default: nothing is logged; calls reject with the errors. */
  logger?: Pick<Logger, 'error'> | undefined
  /**
   * Url of the server, such as `redis://localhost:6379`, or `memory:`. `sentinel`, `cluster` and the other options of the
   * `RedisStateAdapter` of `redis-state-adapter` are accepted too. Default: the environment variable `REDIS_URL`.
   */
  url?: string | undefined
}

/** Options of a {@link RedisStateAdapter} that uses an existing adapter, or the options of an existing client. */
export interface RedisStateAdapterClientOptions {
  /**
   * A `RedisStateAdapter` of `redis-state-adapter`, which `disconnect` does not close; a url; options of a `RedisStateAdapter`; or a
   * node-redis client, whose options are read for a separate connection: the client is neither used nor closed.
   */
  client: State | string | URL | ConnectionOptions | NodeRedisClientLike
  /** First part of the Redis keys, followed by `:`. Default: `chat-sdk`. */
  keyPrefix?: string | undefined
  /** Its method `error` receives connection errors. Default: nothing is logged; calls reject with the errors. */
  logger?: Pick<Logger, 'error'> | undefined
}

export type RedisStateAdapterOptions = RedisStateAdapterUrlOptions | RedisStateAdapterClientOptions
/** Former name in `@chat-adapter/state-redis`. */
export type RedisStateClientOptions = RedisStateAdapterClientOptions
/** Former name in `@chat-adapter/state-redis`. */
export type CreateRedisStateOptions = RedisStateAdapterOptions

/**
 * State of the Chat SDK in Redis or Valkey, with the keys of `@chat-adapter/state-redis`. Every call is one round trip, and settles
 * within `commandTimeout`. Calls wait while the connection is restored. A call whose reply is lost rejects and is not sent again,
 * unless it only reads.
 *
 * Methods reject with a `RedisStateError`: `ERR_CLOSED` before `connect` and after `disconnect`; `ERR_INVALID_ARGUMENT` if an argument
 * has the wrong type, a time is negative or longer than 2^32 seconds, or a value is not JSON-serializable; and with the errors of every
 * call, such as `ERR_COMMAND_TIMEOUT`.
 *
 * @example
 * import { Chat } from 'chat'
 * import { createRedisState } from 'redis-state-adapter/chat'
 *
 * const chat = new Chat({ userName: 'bot', adapters: {}, state: createRedisState({ url: 'redis://localhost:6379' }) })
 * await chat.initialize()
 */
export declare class RedisStateAdapter implements StateAdapter {
  /**
   * Returns at once and connects in the background. Calls reject until `connect` has resolved.
   *
   * @throws RedisStateError `ERR_INVALID_CONFIG` if an option is invalid or unknown, or if there is no url
   */
  constructor(options?: RedisStateAdapterOptions)

  /**
   * Resolves when the connection is ready. You can call it again after it rejected, and after `disconnect`.
   *
   * @throws RedisStateError with the reason, after `commandTimeout`, or at once if waiting cannot help, such as `ERR_AUTH`
   */
  connect(): Promise<void>
  /** Waits for pending calls and closes the connection, but not an adapter that was passed as `client`. `connect` opens a new one. */
  disconnect(): Promise<void>

  /** Adds a thread to the subscriptions, the set `<keyPrefix>:subscriptions`. */
  subscribe(threadId: string): Promise<void>
  /** Removes a thread from the subscriptions. */
  unsubscribe(threadId: string): Promise<void>
  /** Returns whether a thread is subscribed to. */
  isSubscribed(threadId: string): Promise<boolean>

  /**
   * Acquires the lock of a thread, the string `<keyPrefix>:lock:<threadId>`.
   *
   * @param ttlMs milliseconds after which it expires, more than 0, rounded up
   * @returns the lock, plain data that another process can use to release or extend it; `null` if another holder has it
   */
  acquireLock(threadId: string, ttlMs: number): Promise<Lock | null>
  /** Releases a lock. Does nothing if it has expired, or another holder has it. */
  releaseLock(lock: Lock): Promise<void>
  /**
   * Sets a new time to live of a lock.
   *
   * @param ttlMs milliseconds from now, more than 0
   * @returns `false` if it has expired, was released, or another holder has it
   */
  extendLock(lock: Lock, ttlMs: number): Promise<boolean>
  /** Releases the lock of a thread, also of another holder. */
  forceReleaseLock(threadId: string): Promise<void>

  /** Returns the cached value at `<keyPrefix>:cache:<key>`; `null` if there is none. A text that is not JSON is returned unchanged. */
  get<T = unknown>(key: string): Promise<T | null>
  /** Caches a value. @param ttlMs milliseconds after which it expires; 0 or omitted: never */
  set<T = unknown>(key: string, value: T, ttlMs?: number): Promise<void>
  /** Caches a value unless there is one. @returns whether it was set */
  setIfNotExists(key: string, value: unknown, ttlMs?: number): Promise<boolean>
  /** Deletes a cached value. */
  delete(key: string): Promise<void>

  /**
   * Appends a value to the list `<keyPrefix>:list:<key>`, trims the list, and sets its time to live, in one transaction.
   *
   * @param options `maxLength`: how many of the newest elements are kept; 0 or omitted: all. `ttlMs`: milliseconds after which the
   *   list expires; 0 or omitted: its expiry does not change
   */
  appendToList(key: string, value: unknown, options?: { maxLength?: number; ttlMs?: number }): Promise<void>
  /** Returns the values of a list, oldest first. @throws RedisStateError `ERR_CORRUPT_VALUE` if one is not JSON */
  getList<T = unknown>(key: string): Promise<T[]>

  /**
   * Appends an entry to the queue of a thread, the list `<keyPrefix>:queue:<threadId>`. The queue expires at `entry.expiresAt`, but not
   * earlier than in one minute.
   *
   * @param maxSize how many of the newest entries are kept; 0: all
   * @returns the number of entries in the queue after the call
   */
  enqueue(threadId: string, entry: QueueEntry, maxSize: number): Promise<number>
  /**
   * Removes the oldest entry of a queue and returns it; `null` if the queue is empty.
   *
   * @throws RedisStateError `ERR_CORRUPT_VALUE` if the entry is not JSON; it is removed all the same
   */
  dequeue(threadId: string): Promise<QueueEntry | null>
  /** Returns the number of entries in a queue. */
  queueDepth(threadId: string): Promise<number>

  /** Returns the underlying `RedisStateAdapter` of `redis-state-adapter`, which emits the connection events. */
  getClient(): State
}

/** Creates a {@link RedisStateAdapter}. */
export declare function createRedisState(options?: RedisStateAdapterOptions): RedisStateAdapter
