/// <reference types="node" />

export { default, RedisStore, type RedisStoreOptions } from '../types/adapters/rate-limit.js'
export { RedisStateError } from '../types/errors.js'
