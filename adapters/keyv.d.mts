/// <reference types="node" />

import type { Keyv } from 'keyv'
import { KeyvRedis, type KeyvRedisConnection, type KeyvRedisOptions } from '../types/adapters/keyv.js'

export { Keyv } from 'keyv'
export * from '../types/adapters/keyv.js'
export { KeyvRedis as default }

/**
 * Returns a Keyv on Redis. Its keys begin with the namespace of the options, or with nothing.
 *
 * @example
 * const keyv = createKeyv('redis://localhost:6379', { namespace: 'users', throwOnErrors: true })
 */
export declare function createKeyv(connection?: KeyvRedisConnection, options?: KeyvRedisOptions): Keyv
/**
 * Returns a Keyv whose calls settle at once while there is no connection, and never reject. A state of the user decides
 * itself whether its calls wait (`offlineQueue`).
 */
export declare function createKeyvNonBlocking(connection?: KeyvRedisConnection, options?: KeyvRedisOptions): Keyv
