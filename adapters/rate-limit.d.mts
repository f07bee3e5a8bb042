export { RedisStateError, RedisStore, RedisStore as default, type RedisStoreOptions } from './rate-limit.js'
