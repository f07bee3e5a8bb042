/// <reference types="node" />

export type {
  RedisDriver,
  RedisDriverConnection,
  RedisDriverOptions,
  RedisDriverOwnOptions,
  RedisDriverState,
  RedisItemOptions,
} from '../types/adapters/unstorage.js'
export { redisDriver as default } from '../types/adapters/unstorage.js'
