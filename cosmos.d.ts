/// <reference types="node" />

export {
  type CosmosConsistency,
  type CosmosContainerOptions,
  type CosmosReadOptions,
  CosmosStateAdapter,
  type CosmosStateAdapterOptions,
  type CosmosStats,
  type TokenCredentialLike,
} from './types/cosmos.js'
export { RedisStateError } from './types/errors.js'
