// cache-manager on Redis: a small cache in memory before one in Redis that all instances share.
//   npm install cache-manager keyv redis-state-adapter
//   node cache.mjs                             # starts as often as you like: only the first one loads
// Redis: REDIS_URL, by default redis://localhost:6379.

import { createCache } from 'cache-manager'
import { Keyv } from 'keyv'
import { KeyvRedis } from 'redis-state-adapter/keyv'

const redis = new Keyv({
  store: new KeyvRedis(process.env.REDIS_URL ?? 'redis://localhost:6379'),
  namespace: 'products',
})
// Without Redis the cache loads every time, and says why.
redis.on('error', (error) => console.error(error.message))

const cache = createCache({ stores: [new Keyv({ namespace: 'products' }), redis], ttl: 60_000 })

/** @param {string} id */
async function loadProduct(id) {
  console.log(`loading ${id}`)
  return { id, name: 'book', price: 12 }
}

const product = await cache.wrap('p1', () => loadProduct('p1'))
console.log(`${product.name} costs ${product.price}`)

await cache.mset([
  { key: 'p2', value: { id: 'p2', name: 'pen', price: 2 } },
  { key: 'p3', value: { id: 'p3', name: 'cup', price: 5 }, ttl: 1_000 },
])
console.log((await cache.mget(['p2', 'p3', 'p4'])).map((found) => found?.name ?? 'none').join(', '))

await cache.disconnect()
