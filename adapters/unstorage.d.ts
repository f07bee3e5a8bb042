/// <reference types="node" />

import type * as types from '../types/adapters/unstorage.js'

declare const driver: typeof types.redisDriver & { default: typeof types.redisDriver }

declare namespace driver {
  type RedisDriver = types.RedisDriver
  type RedisDriverConnection = types.RedisDriverConnection
  type RedisDriverOptions = types.RedisDriverOptions
  type RedisDriverOwnOptions = types.RedisDriverOwnOptions
  type RedisDriverState = types.RedisDriverState
  type RedisItemOptions = types.RedisItemOptions
}

export = driver
