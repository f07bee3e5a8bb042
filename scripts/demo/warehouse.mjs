// @ts-check
// The second actor: packs the orders that the checkout stored.

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
