/// <reference types="node" />

import type { Keyv } from 'keyv'
import { KeyvRedis, type KeyvRedisConnection, type KeyvRedisOptions } from '../types/adapters/keyv.js'

export { Keyv } from 'keyv'
export * from '../types/adapters/keyv.js'
export { KeyvRedis as default }

/**
 * Returns a Keyv on Redis. Its keys begin with `options.namespace`, or have no namespace.
 *
 * @example
 * const keyv = createKeyv('redis://localhost:6379', { namespace: 'users', throwOnErrors: true })
 */
export declare function createKeyv(connection?: KeyvRedisConnection, options?: KeyvRedisOptions): Keyv
/**
 * Returns a Keyv whose calls never reject and, with a url or options as `connection`, settle at once while there is no
 * connection. With a `RedisStateAdapter`, its option `offlineQueue` decides whether calls wait.
 */
export declare function createKeyvNonBlocking(connection?: KeyvRedisConnection, options?: KeyvRedisOptions): Keyv
