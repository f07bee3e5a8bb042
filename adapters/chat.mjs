import chat from './chat.js'

export const { RedisStateAdapter, RedisStateError, createRedisState } = chat
