// Uses of the adapters for other libraries, with the types of these. `npm run lint` compiles them.

import { Keyv } from 'keyv'

import KeyvRedis = require('redis-state-adapter/keyv')

import { createKeyv } from 'redis-state-adapter/keyv'

import redisDriver = require('redis-state-adapter/unstorage')

import { createStorage } from 'unstorage'
export const a = new Keyv(new KeyvRedis.KeyvRedis('redis://x'))
export const e: Keyv = createKeyv('redis://x')
export const s = createStorage({ driver: redisDriver({ base: 'x' }) })
export const s2 = createStorage({ driver: redisDriver.default({ base: 'x' }) })
export const o: redisDriver.RedisDriverOptions = {}
