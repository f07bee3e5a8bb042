import adapter from './index.js'

export const { RedisStateAdapter, RedisStateError, StateStores } = adapter
