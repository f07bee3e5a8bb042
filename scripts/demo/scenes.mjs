// @ts-check
// The scenes of the demo, one function each.

import { setTimeout } from 'node:timers/promises'
import { attemptsPerVoucher, claim, vouchers } from './vouchers.mjs'
import { restock } from './warehouse.mjs'

/**
 * @typedef {object} Cast
 * @property {import('redis-state-adapter').RedisStateAdapter} checkout
 * @property {import('./warehouse-process.mjs').Warehouse} warehouse
 * @property {boolean} mayConfigure whether settings of the server may be changed
 */

/** @type {Record<string, import('./warehouse.mjs').Order>} */
const orders = {
  'order-1': { item: 'chess set', total: 80, status: 'paid' },
  'order-2': { item: 'notebook', total: 12, status: 'paid' },
  'order-3': { item: 'desk lamp', total: 55, status: 'paid' },
}
const ttl = 1000
const longestWait = 10_000

export const scenes = [share, list, expire, race, update, transact, lock, watch]

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
  const start = performance.now()
  await warehouse.reserve('chess set')
  const isThere = (await checkout.get('shelf', 'chess set')) !== null
  // On a busy machine it may take longer until it is looked for.
  check(isThere || performance.now() - start >= ttl, 'a reservation is there at first')
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

/** @param {Cast} cast */
async function update({ checkout, warehouse }) {
  title('Atomic updates: both change one value at once')
  const times = 50
  await Promise.all([restock(checkout, 'checkout', times), warehouse.restock(times)])
  const stock = /** @type {{ count: number, log: string[] }} */ (await checkout.get('stock', 'chess set'))
  check(stock.count === 2 * times && stock.log.length === 2 * times, 'no update is lost', stock.count)
  say(
    `checkout and warehouse each added 1, ${times} times: ${stock.count} in stock, ${stock.log.length} lines in the log`,
  )
}

/** @param {Cast} cast */
async function transact({ checkout }) {
  title('A transaction: all or nothing')
  const order = await checkout.getWithMetadata('order-1', 'order')
  if (!order) throw new Error('order-1 is missing')
  const ship = () =>
    checkout.transaction('order-1', (tx) =>
      tx
        .set('order', { ...Object(order.value), status: 'shipped' }, { ifMatch: order.etag })
        .set('invoice', { no: 7 }, { ifAbsent: true })
        .delete('parcel'),
    )
  await ship()
  say(`order-1 is shipped, has an invoice and no parcel: ${(await checkout.keys('order-1')).sort().join(', ')}`)
  const code = await ship().then(
    () => 'none',
    (error) => error.code,
  )
  check(code === 'ERR_CONFLICT', 'shipping it twice conflicts', code)
  say(`shipping it again: ${code}, nothing is written`)
}

/** @param {Cast} cast */
async function lock({ checkout, warehouse }) {
  title('A lock: one key to the store room')
  const held = await checkout.lock('store room', 'key', { ttl: '30s' })
  if (!held) throw new Error('The key is not free')
  say(`checkout   has the key, fencing token ${held.fence}`)
  const waiting = warehouse.takeKey()
  check((await checkout.lock('store room', 'key', { ttl: '30s' })) === null, 'nobody else gets the key')
  const start = performance.now()
  await held.release()
  const fence = await waiting
  check(fence > held.fence, 'a later holder has a larger token', fence)
  say(`warehouse  waited, and got it ${Math.round(performance.now() - start)} ms after the release, token ${fence}`)
}

/** @param {Cast} cast */
async function watch({ checkout, warehouse, mayConfigure }) {
  title('A watch: the checkout receives the changes that the warehouse makes')
  await checkout.delete('order-2', 'parcel')
  const changes = checkout.watch('order-2', 'parcel', { values: true, configure: mayConfigure })
  try {
    await changes.ready
  } catch (error) {
    if (Object(error).code !== 'ERR_UNSUPPORTED') throw error
    say('not shown: keyspace notifications are off, and the demo changes no settings of a server that it did not start')
    return
  }
  await warehouse.pack(['order-2'])
  const { value: change } = await changes.next()
  check(change?.type === 'created', 'the parcel is announced', change)
  say(`checkout   sees: ${show(change)}`)
  await changes.return()
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
