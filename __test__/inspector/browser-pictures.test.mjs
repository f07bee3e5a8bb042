// @ts-check
// The pictures of docs/inspector.md. `UPDATE_PICTURES=1` takes them again; otherwise the test checks that they exist.

import assert from 'node:assert/strict'
import { mkdirSync, statSync } from 'node:fs'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { StateStores } from 'redis-state-adapter'
import { inspected, place } from '../support/inspected.mjs'
import { unusedPort } from '../support/unused-port.mjs'
import { onPage } from './on-page.mjs'

/** @import { Page } from 'playwright-core' */

const FOLDER = fileURLToPath(new URL('../../docs/images/', import.meta.url))
const NAMES = ['light', 'dark', 'query', 'health']
const MAX_BYTES = 120_000
/** Samples of the charts in the picture of the health. */
const SAMPLES = 14

onPage('the pictures of the inspector', (inspection) => {
  it('exist, and are small', async (t) => {
    if (process.env.UPDATE_PICTURES === '1') await takePictures(t)
    for (const name of NAMES) assert.ok(statSync(fileOf(name)).size < MAX_BYTES, name)
  })

  /** @param {import('node:test').TestContext} t */
  async function takePictures(t) {
    mkdirSync(FOLDER, { recursive: true })
    const page = await inspection.page(t)
    const url = inspection.redisUrl
    const archive = { url: `redis://127.0.0.1:${await unusedPort()}` }
    const configuration = { stores: { orders: { url, cache: true }, sessions: { url, ttl: 3600 }, archive } }
    const stores = await StateStores.load(configuration)
    t.after(() => stores.close({ timeout: 0 }))
    await fill(stores)
    const address = await inspected(t, stores, { writable: true })
    await page.goto(place(address, { store: 'orders', trace: 'order-2041', key: 'order' }))
    await page.getByRole('treeitem', { name: 'tags: [ 2 items ]' }).waitFor()
    await page.getByText('Live', { exact: true }).nth(1).waitFor()
    await take(page, 'light')
    await page.emulateMedia({ colorScheme: 'dark' })
    await take(page, 'dark')
    await page.emulateMedia({ colorScheme: 'light' })
    await takeQuery(page, place(address, { store: 'orders' }, 'query'))
    await takeHealth(page, place(address, { store: 'orders' }, 'health'), stores)
  }
})

/** @param {Page} page @param {string} address */
async function takeQuery(page, address) {
  await page.goto(address)
  await page.getByRole('button', { name: 'Combined' }).click()
  await page.getByLabel('Entries on a page').fill('12')
  await page.getByRole('button', { name: 'Run query' }).click()
  await page.locator('tbody tr').first().waitFor()
  await take(page, 'query')
}

/** @param {Page} page @param {string} address @param {StateStores} stores */
async function takeHealth(page, address, stores) {
  await page.goto(address)
  const orders = stores.get('orders')
  const samples = page.waitForFunction(
    (wanted) => {
      const line = Reflect.get(globalThis, 'document').querySelector('.line')
      return line?.getAttribute('points').split(' ').length >= wanted
    },
    SAMPLES,
    { timeout: 60_000 },
  )
  let isDone = false
  samples.then(() => {
    isDone = true
  })
  for (let n = 0; !isDone; n += 1) {
    const calls = Array.from({ length: 40 + 30 * Math.sin(n / 40) }, (_, at) =>
      orders.get(`order-${2000 + (at % 60)}`, 'order'),
    )
    await Promise.all([...calls, orders.increment('figures', 'visits')])
    await page.waitForTimeout(40)
  }
  await samples
  await page.locator('.status-down').waitFor()
  await take(page, 'health')
}

/** @param {Page} page @param {string} name */
async function take(page, name) {
  await page.mouse.move(1199, 749)
  await page.evaluate('document.activeElement.blur()')
  await page.evaluate('Promise.all(document.getAnimations().map((animation) => animation.finished))')
  await page.screenshot({ path: fileOf(name) })
}

/** @param {string} name */
function fileOf(name) {
  return `${FOLDER}inspector-${name}.png`
}

/** @param {StateStores} stores */
async function fill(stores) {
  const orders = stores.get('orders')
  const customer = { id: 88, name: 'Ada Lindqvist', country: 'DE' }
  const lines = [
    { sku: 'LMP-20', title: 'Desk lamp', quantity: 2, price: 49.95 },
    { sku: 'CHR-07', title: 'Chair', quantity: 1, price: 150 },
  ]
  const order = {
    status: 'open',
    total: 249.9,
    express: true,
    coupon: null,
    customer,
    lines,
    tags: ['gift', 'priority'],
  }
  for (let n = 0; n < 60; n += 1) {
    const country = ['DE', 'FR', 'SE'][n % 3]
    const other = { status: n % 4 ? 'open' : 'done', total: ((n * 37) % 400) + 20, customer: { country } }
    await orders.set(`order-${2037 + n}`, 'order', n === 4 ? order : other)
  }
  const history = Array.from({ length: 120 }, (_, n) => ({ at: 1764570000 + n * 37, event: 'viewed' }))
  await orders.setMany('order-2041', { customer, history, 'line:1': lines[0], 'line:2': lines[1], status: 'open' })
  await orders.set('order-2041', 'order', order, { ttl: 3 * 86_400 })
  await orders.set('order-2041', 'reservation', { warehouse: 'BER-2' }, { ttl: 899 })
  await orders.set('order-2041', 'checkout-token', 'tok_9fXr2', { ttl: 48 })
  await stores.get('sessions').set('session-8f2c', 'session', { user: 'ada' })
}
