// @ts-check
// `npm run demo`: two processes work on the orders of one shop through one state.

import { randomBytes } from 'node:crypto'
import { advice } from './demo/advice.mjs'
import { ensureBuilt } from './demo/build.mjs'
import { chooseStore } from './demo/store.mjs'

try {
  ensureBuilt()
  await play(await chooseStore())
} catch (error) {
  console.error(`\nThe demo stopped: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}

/** @param {import('./demo/store.mjs').Store} store */
async function play(store) {
  // Whatever happens, nothing of this outlives ten minutes.
  const options = { url: store.url, keyPrefix: `demo:${randomBytes(3).toString('hex')}:`, ttl: 600 }
  console.log(`Store    ${store.title}\nPrefix   ${options.keyPrefix}\nActors   ${actors(store)}`)
  try {
    await perform(store.shared, options)
  } catch (error) {
    throw new Error(advice(error, store), { cause: error })
  } finally {
    await store.stop()
  }
}

/**
 * @param {boolean} inTwoProcesses
 * @param {import('./demo/warehouse.mjs').Options & { keyPrefix: string }} options
 */
async function perform(inTwoProcesses, options) {
  // Only now, as all of them need the native part.
  const { RedisStateAdapter } = await import('redis-state-adapter')
  const { openWarehouse } = await import('./demo/warehouse.mjs')
  const { forkWarehouse } = await import('./demo/warehouse-process.mjs')
  const { scenes } = await import('./demo/scenes.mjs')

  const checkout = new RedisStateAdapter(options)
  const warehouse = inTwoProcesses ? forkWarehouse(options) : openWarehouse(options)
  try {
    for (const scene of scenes) await scene({ checkout, warehouse })
    await clear(checkout, options.keyPrefix)
  } finally {
    await Promise.all([warehouse.close(), checkout.cleanup()])
  }
}

/** @param {import('./demo/store.mjs').Store} store */
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
