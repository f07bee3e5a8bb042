/// <reference types="node" />

export {
  type CreateRedisStateOptions,
  createRedisState,
  RedisStateAdapter,
  type RedisStateAdapterClientOptions,
  type RedisStateAdapterOptions,
  type RedisStateAdapterUrlOptions,
  type RedisStateClientOptions,
} from '../types/adapters/chat.js'
export { RedisStateError } from '../types/errors.js'
