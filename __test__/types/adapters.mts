// Uses of the adapters for other libraries, with the types of these. `npm run lint` compiles them.

import { createCache } from 'cache-manager'
import { Keyv } from 'keyv'
import { Keyv as Keyv6 } from 'keyv6'
import { createClient } from 'redis'
import { RedisStateAdapter } from 'redis-state-adapter'
import KeyvRedis, { createKeyv, type KeyvRedisOptions, KeyvRedis as Named } from 'redis-state-adapter/keyv'
import redisDriver, { type RedisDriverOptions } from 'redis-state-adapter/unstorage'
import { createStorage } from 'unstorage'

const options: KeyvRedisOptions = { namespace: 'a' }
export const a = new Keyv(new KeyvRedis('redis://x', options))
export const b = new Keyv<string>({ store: new Named(new RedisStateAdapter()) })
export const c = new Keyv6({ store: new KeyvRedis({ url: 'memory:' }) })
export const d = new Keyv6(new KeyvRedis({ url: 'memory:' }))
export const d2 = new Keyv6(new KeyvRedis(createClient()))
export const e: Keyv = createKeyv('redis://x', options)
export const f = createCache({ stores: [e, a] })
const o: RedisDriverOptions = { url: 'x', base: 'a', ttl: 1, db: 3 }
export const s = createStorage({ driver: redisDriver(o) })
export const s2 = createStorage<string>({
  driver: redisDriver({ state: new RedisStateAdapter(), base: 'x', watch: true }),
})
s.mount('x', redisDriver({ cluster: [{ host: 'a', port: 1 }] }))
