// @ts-check
// What the demo shows, one function a scene.

import { setTimeout } from 'node:timers/promises'
import { attemptsPerVoucher, claim, vouchers } from './vouchers.mjs'

/**
 * @typedef {object} Cast
 * @property {import('redis-state-adapter').RedisStateAdapter} checkout
 * @property {import('./warehouse-process.mjs').Warehouse} warehouse
 */

/** @type {Record<string, import('./warehouse.mjs').Order>} */
const orders = {
  'order-1': { item: 'chess set', total: 80, status: 'paid' },
  'order-2': { item: 'notebook', total: 12, status: 'paid' },
  'order-3': { item: 'desk lamp', total: 55, status: 'paid' },
}
const longestWait = 3000

export const scenes = [share, list, expire, race]

/** @param {Cast} cast */
async function share({ checkout, warehouse }) {
  title('Two actors share the state of a workflow')
  const ids = Object.keys(orders)
  await Promise.all(ids.map((id) => checkout.set(id, 'order', orders[id])))
  say(`checkout   stored ${ids.join(', ')}`)
  const parcels = await warehouse.pack(ids)
  say(`warehouse  read them and added ${parcels.length} parcels`)
  say(`checkout   reads the parcel of order-1: ${show(await checkout.get('order-1', 'parcel'))}`)
}

/** @param {Cast} cast */
async function list({ checkout }) {
  title('Listings')
  for (const value of await checkout.getGroup('order-1')) say(`getGroup('order-1')  ${show(value)}`)
  const items = await checkout.items({ filter: [{ valueKey: 'total', operation: 'gte', value: 50 }] })
  const found = items.map(({ groupId, value }) => `${groupId} (${/** @type {{ total: number }} */ (value).total})`)
  check(found.length === 2, 'two orders of 50 or more were stored', found)
  say(`items, total >= 50   ${found.sort().join(', ')}`)
}

/** @param {Cast} cast */
async function expire({ checkout, warehouse }) {
  title('Expiry')
  await warehouse.reserve('chess set')
  const start = performance.now()
  check((await checkout.get('shelf', 'chess set')) !== null, 'a reservation is there at first')
  say('warehouse  reserved a chess set with ttl 1')
  while ((await checkout.get('shelf', 'chess set')) !== null) {
    check(performance.now() - start < longestWait, `a reservation with ttl 1 is gone within ${longestWait} ms`)
    await setTimeout(20)
  }
  say(`checkout   saw it, and saw it gone after ${Math.round(performance.now() - start)} ms`)
}

/** @param {Cast} cast */
async function race({ checkout, warehouse }) {
  title('Atomic delete: who gets a voucher?')
  await Promise.all(vouchers.map((voucher) => checkout.set('vouchers', voucher, { worth: 5 })))
  const at = Date.now() + 100
  const [ours, theirs] = await Promise.all([claim(checkout, vouchers, at), warehouse.claim(vouchers.toReversed(), at)])
  const got = [...ours, ...theirs]
  check(got.sort().join() === vouchers.toSorted().join(), 'each voucher is got exactly once', got)
  say(`both delete all ${vouchers.length} vouchers, each one ${attemptsPerVoucher} times, from opposite ends`)
  say(`checkout got ${ours.length}, warehouse got ${theirs.length}: every voucher exactly once`)
}

/** @param {string} text */
function title(text) {
  console.log(`\n${text}`)
}

/** @param {string} text */
function say(text) {
  console.log(`  ${text}`)
}

/** @param {unknown} value */
function show(value) {
  return JSON.stringify(value)
}

/**
 * @param {boolean} holds
 * @param {string} what
 * @param {unknown} [seen]
 */
function check(holds, what, seen) {
  if (!holds) throw new Error(`Expected that ${what}${seen === undefined ? '' : `, seen: ${show(seen)}`}`)
}
