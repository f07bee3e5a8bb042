// @ts-check
// The second process: packs the orders that the checkout stored.

import { RedisStateAdapter } from 'redis-state-adapter'
import { claim } from './vouchers.mjs'

/** @typedef {import('redis-state-adapter').RedisStateAdapterOptions} Options */
/** @typedef {{ item: string, total: number, status: 'paid' }} Order */
/** @typedef {{ parcel: string, weight: number }} Parcel */

/** @param {Options} options */
export function openWarehouse(options) {
  const state = new RedisStateAdapter(options)
  const shelf = new RedisStateAdapter({ ...options, ttl: 1 })
  return {
    /** @param {string[]} orders */
    pack: (orders) => Promise.all(orders.map((order) => pack(state, order))),
    /** @param {string} item */
    reserve: (item) => shelf.set('shelf', item, { by: 'warehouse' }),
    /** @param {number} times */
    restock: (times) => restock(state, 'warehouse', times),
    /** Waits for the key of the store room. @returns {Promise<number>} the fencing token */
    takeKey: () => takeKey(state),
    /**
     * @param {string[]} order
     * @param {number} at
     */
    claim: (order, at) => claim(state, order, at),
    close: async () => {
      await Promise.all([state.cleanup(), shelf.cleanup()])
    },
  }
}

/**
 * @param {RedisStateAdapter} state
 * @param {string} id
 */
async function pack(state, id) {
  const order = /** @type {Order | null} */ (await state.get(id, 'order'))
  if (!order) throw new Error(`The warehouse does not see ${id}`)
  /** @type {Parcel} */
  const parcel = { parcel: `${order.item}, well wrapped`, weight: order.item.length }
  return await state.set(id, 'parcel', parcel)
}

/**
 * Adds to a value that others change at the same time. No change is lost, as the server executes each as a whole.
 *
 * @param {RedisStateAdapter} state
 * @param {string} by
 * @param {number} times
 */
export async function restock(state, by, times) {
  const changes = Array.from({ length: times }, () =>
    state.update('stock', 'chess set', [
      { op: 'increment', path: 'count' },
      { op: 'append', path: 'log', value: by },
    ]),
  )
  await Promise.all(changes)
}

/** @param {RedisStateAdapter} state */
async function takeKey(state) {
  const lock = await state.lock('store room', 'key', { ttl: '30s', timeout: '20s' })
  if (!lock) throw new Error('The warehouse did not get the key')
  await lock.release()
  return lock.fence
}
