import cosmos from './cosmos.js'

export const { CosmosStateAdapter, RedisStateError } = cosmos
