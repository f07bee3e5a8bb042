import type { Lock, Logger, QueueEntry, StateAdapter } from 'chat' with { 'resolution-mode': 'import' }
import type { RedisStateAdapter as State } from '../adapter.js'
import type { RedisStateAdapterOptions as ConnectionOptions, NodeRedisClientLike } from '../options.js'

/** Options of a {@link RedisStateAdapter} that connects with options of its own. */
export interface RedisStateAdapterUrlOptions extends Omit<ConnectionOptions, 'keyPrefix'> {
  /** What the Redis keys start with, followed by `:`. Default: `chat-sdk`. */
  keyPrefix?: string | undefined
  /** Receives the failures of the connection, by its method `error`. Default: nothing is logged; calls reject with them. */
  logger?: Pick<Logger, 'error'> | undefined
  /**
   * Url of the server, such as `redis://localhost:6379`, or `memory:`. `sentinel` and `cluster`, and the other options of the
   * `RedisStateAdapter` of `redis-state-adapter`, are possible too. Default: the environment variable `REDIS_URL`.
   */
  url?: string | undefined
}

/** Options of a {@link RedisStateAdapter} on an adapter that is open, or with the options of a client. */
export interface RedisStateAdapterClientOptions {
  /**
   * A `RedisStateAdapter` of `redis-state-adapter`, which stays open; a url; its options. Of a client of node-redis the options are
   * read, and a connection of its own is opened; the client is neither used nor closed.
   */
  client: State | string | URL | ConnectionOptions | NodeRedisClientLike
  /** What the Redis keys start with, followed by `:`. Default: `chat-sdk`. */
  keyPrefix?: string | undefined
  /** Receives the failures of the connection, by its method `error`. Default: nothing is logged; calls reject with them. */
  logger?: Pick<Logger, 'error'> | undefined
}

export type RedisStateAdapterOptions = RedisStateAdapterUrlOptions | RedisStateAdapterClientOptions
/** The name that `@chat-adapter/state-redis` had before. */
export type RedisStateClientOptions = RedisStateAdapterClientOptions
/** The name that `@chat-adapter/state-redis` had before. */
export type CreateRedisStateOptions = RedisStateAdapterOptions

/**
 * The state of Chat SDK in Redis or Valkey, with the keys of `@chat-adapter/state-redis`. Every call is one round trip, and settles
 * within `commandTimeout`. Calls wait while the connection is restored; one whose reply is lost rejects and is not sent again, unless
 * it only reads.
 *
 * Methods reject with a `RedisStateError`: `ERR_CLOSED` before `connect` and after `disconnect`; `ERR_INVALID_ARGUMENT` if an argument
 * has another type, or a time is not positive; and with the errors of every call, such as `ERR_COMMAND_TIMEOUT`.
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
   * Connects with the first call of `connect`.
   *
   * @throws RedisStateError `ERR_INVALID_CONFIG` if an option is invalid or unknown, or if there is no url
   */
  constructor(options?: RedisStateAdapterOptions)

  /**
   * Resolves when the connection is ready. After it rejected it may be called again; the connection is attempted anew.
   *
   * @throws RedisStateError with the reason, after `commandTimeout`, or at once if waiting cannot help, such as `ERR_AUTH`
   */
  connect(): Promise<void>
  /** Waits for pending calls and closes the connection, except of an adapter that was passed as `client`. `connect` opens another one. */
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
   * @param ttlMs milliseconds after which it expires, more than 0
   * @returns the lock, plain data that another process can release or extend; `null` if it is held
   */
  acquireLock(threadId: string, ttlMs: number): Promise<Lock | null>
  /** Releases a lock. Does nothing if it has expired, or another holder has it. */
  releaseLock(lock: Lock): Promise<void>
  /**
   * Sets the time to live of a lock anew.
   *
   * @param ttlMs milliseconds from now, more than 0
   * @returns `false` if it has expired, was released, or another holder has it
   */
  extendLock(lock: Lock, ttlMs: number): Promise<boolean>
  /** Releases the lock of a thread, also of another holder. */
  forceReleaseLock(threadId: string): Promise<void>

  /** Returns a cached value, of `<keyPrefix>:cache:<key>`; `null` if there is none. A text that is not JSON is returned as it is. */
  get<T = unknown>(key: string): Promise<T | null>
  /** Caches a value. @param ttlMs milliseconds after which it expires; 0 or omitted: never */
  set<T = unknown>(key: string, value: T, ttlMs?: number): Promise<void>
  /** Caches a value unless there is one. @returns whether it was set */
  setIfNotExists(key: string, value: unknown, ttlMs?: number): Promise<boolean>
  /** Deletes a cached value. */
  delete(key: string): Promise<void>

  /**
   * Appends a value to the list `<keyPrefix>:list:<key>`, trims the list, and sets its time to live, all or nothing.
   *
   * @param options `maxLength`: how many of the newest elements are kept; 0 or omitted: all. `ttlMs`: milliseconds after which the
   *   list expires; 0 or omitted: its expiry stays as it is
   */
  appendToList(key: string, value: unknown, options?: { maxLength?: number; ttlMs?: number }): Promise<void>
  /** Returns the values of a list, oldest first. @throws RedisStateError `ERR_CORRUPT_VALUE` if one is not JSON */
  getList<T = unknown>(key: string): Promise<T[]>

  /**
   * Appends an entry to the queue of a thread, the list `<keyPrefix>:queue:<threadId>`. The queue expires with this entry, and not within
   * a minute.
   *
   * @param maxSize how many of the newest entries are kept; 0: all
   * @returns the entries in the queue then
   */
  enqueue(threadId: string, entry: QueueEntry, maxSize: number): Promise<number>
  /** Removes the oldest entry of a queue and returns it, as the value of its JSON text; `null` if there is none. */
  dequeue(threadId: string): Promise<QueueEntry | null>
  /** Returns the entries in a queue. */
  queueDepth(threadId: string): Promise<number>

  /** Returns the `RedisStateAdapter` of `redis-state-adapter` that the calls are made on. It emits the events of its connection. */
  getClient(): State
}

/** Creates a {@link RedisStateAdapter}. */
export declare function createRedisState(options?: RedisStateAdapterOptions): RedisStateAdapter
