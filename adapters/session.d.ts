/// <reference types="node" />

export {
  RedisStore,
  type RedisStoreOptions,
  type SessionCallback,
  type SessionSerializer,
  type SessionTtl,
} from '../types/adapters/session.js'
export { RedisStateError } from '../types/errors.js'
