// @ts-check
// Plays the scenes on a store.

import { randomBytes } from 'node:crypto'
import { RedisStateAdapter } from 'redis-state-adapter'
import { advice } from './advice.mjs'
import { scenes } from './scenes.mjs'
import { openWarehouse } from './warehouse.mjs'
import { forkWarehouse } from './warehouse-process.mjs'

/** @param {import('./store.mjs').Store} store */
export async function play(store) {
  // If the demo is killed, its entries expire.
  const options = { url: store.url, keyPrefix: `demo:${randomBytes(3).toString('hex')}:`, ttl: 600 }
  console.log(`Store    ${store.title}\nPrefix   ${options.keyPrefix}\nActors   ${actors(store)}`)
  try {
    await perform(store, options)
  } catch (error) {
    throw new Error(advice(error, store), { cause: error })
  } finally {
    await store.stop()
  }
}

/**
 * @param {import('./store.mjs').Store} store
 * @param {import('./warehouse.mjs').Options & { keyPrefix: string }} options
 */
async function perform(store, options) {
  const checkout = new RedisStateAdapter(options)
  const warehouse = store.shared ? forkWarehouse(options) : openWarehouse(options)
  try {
    for (const scene of scenes) await scene({ checkout, warehouse, mayConfigure: store.mayConfigure })
    await clear(checkout, options.keyPrefix)
  } finally {
    await Promise.all([warehouse.close(), checkout.cleanup()])
  }
}

/** @param {import('./store.mjs').Store} store */
function actors(store) {
  if (store.shared) return `checkout (this process, ${process.pid}) and warehouse (a process of its own)`
  return 'checkout and warehouse, two adapters of this process: the embedded store is not shared with another one'
}

/**
 * @param {import('redis-state-adapter').RedisStateAdapter} state
 * @param {string} prefix
 */
async function clear(state, prefix) {
  const traceIds = await state.traceIds()
  await Promise.all(traceIds.map((traceId) => state.clear(traceId)))
  const left = await state.items()
  if (left.length > 0) throw new Error(`${left.length} entries are left under ${prefix}`)
  console.log(`\nDone: ${traceIds.length} trace ids cleared, nothing is left under ${prefix}`)
}
