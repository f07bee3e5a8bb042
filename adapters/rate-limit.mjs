import rateLimit from './rate-limit.js'

export const { RedisStateError, RedisStore } = rateLimit
export default RedisStore
