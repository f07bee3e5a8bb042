// @ts-check
// The page of the inspector, in a real browser: what users see of a store.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { inspected, place } from '../support/inspected.mjs'
import { open } from '../support/open.mjs'
import { until } from '../support/until.mjs'
import { onPage } from './on-page.mjs'

/** Longer than this, a user notices. */
const LONG_TASK = 200

onPage('the page of the inspector', (inspection) => {
  it('lists groups, filters them, and shows entries and a value', async (t) => {
    const { page, state, url } = await inspection.start(t)
    for (let n = 1; n <= 40; n += 1) await state.set(`order-${n}`, 'total', n)
    await state.set('order-7', 'order', {
      status: 'open',
      lines: [{ sku: 'a' }],
      big: Array.from({ length: 250 }, (_, n) => n),
    })
    await page.goto(url)
    await page.getByRole('searchbox', { name: 'Filter groups' }).fill('er-7')
    await page.getByRole('option', { name: 'order-7' }).click()
    await page.getByRole('row', { name: /^order object/ }).click()
    await page.getByRole('treeitem', { name: 'status: "open"' }).waitFor()
    await page.getByRole('treeitem', { name: 'sku: "a"' }).waitFor()
    await page.getByRole('treeitem', { name: 'big: [ 250 items ]' }).waitFor()
    await page.getByRole('treeitem', { name: '200 … 249' }).click()
    await page.getByRole('treeitem', { name: '249: 249' }).waitFor()
    await page.getByRole('radio', { name: 'JSON' }).check()
    assert.match(
      (await page.getByRole('region', { name: 'JSON text' }).textContent()) ?? '',
      /^\{\n {2}"status": "open"/,
    )
    assert.equal(await page.title(), 'order · order-7 · entries · State inspector')
    await page.goBack()
    await page.getByText('Choose an entry').waitFor()
  })

  it('counts down the time to live', async (t) => {
    const { page, state, url } = await inspection.start(t)
    await state.set('session', 'token', 1, { ttl: 50 })
    await page.goto(place(url, { trace: 'session' }))
    const cell = page.locator('[role=gridcell].expiry')
    const first = Number.parseInt((await cell.textContent()) ?? '', 10)
    assert.ok(first > 0 && first <= 50, `${first}`)
    await until(async () => Number.parseInt((await cell.textContent()) ?? '', 10) < first)
  })

  it('shows changes of the open group as they happen', async (t) => {
    const { page, state, url } = await inspection.start(t)
    await state.set('order', 'status', 'open')
    await page.goto(place(url, { trace: 'order', key: 'status' }))
    await page.getByText('Live', { exact: true }).nth(1).waitFor()
    await page.getByRole('treeitem', { name: '"open"' }).waitFor()
    await state.set('order', 'status', 'paid')
    await page.getByRole('treeitem', { name: '"paid"' }).waitFor()
    await page.locator('.value-pane.flash').waitFor()
    await state.set('order', 'paid-at', 1764570000)
    await page.getByRole('row', { name: /^paid-at/ }).waitFor()
    await state.delete('order', 'status')
    await page.getByText('This entry was deleted at').waitFor()
    await page.getByRole('row', { name: /^status/ }).waitFor({ state: 'detached' })
  })

  it('lists the changes of the store, until it is paused', async (t) => {
    const { page, state, url } = await inspection.start(t)
    await page.goto(place(url, {}, 'live'))
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByText('Watching.').waitFor()
    await state.set('a', 'first', 1)
    await page.getByRole('row', { name: /created a first/ }).waitFor()
    await page.getByRole('tab', { name: 'Health' }).click()
    await state.set('a', 'second', 1)
    await page.locator('#live-count', { hasText: '1' }).waitFor()
    await page.getByRole('tab', { name: 'Live' }).click()
    await page.getByRole('row', { name: /created a second/ }).waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText('Paused.').waitFor()
    for (let n = 0; n < 600; n += 1) await state.set('b', 'k', n)
    assert.equal(await page.locator('.changes tbody tr').count(), 2)
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByText('Watching.').waitFor()
    await state.setMany('c', Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`k${n}`, n])))
    const rows = page.locator('.changes tbody tr')
    await until(async () => (await rows.count()) === 500)
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByText('No changes yet').waitFor()
  })

  it('runs queries page by page, and explains what is wrong with one', async (t) => {
    const { page, state, url } = await inspection.start(t, {}, { allowed: /status of 400/ })
    for (let n = 1; n <= 7; n += 1)
      await state.set(`order-${n}`, 'order', { status: n % 2 ? 'open' : 'done', total: n })
    await page.goto(place(url, {}, 'query'))
    const filter = page.getByLabel('Filter (JSON)')
    await filter.fill('{ "EQ": ')
    await page.getByText(/^Not JSON: .*line 1/).waitFor()
    await filter.fill('{ "LIKE": { "status": "open" } }')
    await page.getByRole('button', { name: 'Run query' }).click()
    await page.getByText(/LIKE.*ERR_INVALID_ARGUMENT/).waitFor()
    await page.getByRole('button', { name: 'Equal', exact: true }).click()
    await page.getByLabel('Sort (JSON)').fill('[{ "key": "total", "order": "DESC" }]')
    await page.getByLabel('Entries on a page').fill('3')
    await filter.press('Control+Enter')
    await page.getByRole('heading', { name: 'Page 1, 3 entries' }).waitFor()
    assert.deepEqual(await page.locator('tbody td:first-child').allTextContents(), ['order-7', 'order-5', 'order-3'])
    await page.getByRole('button', { name: 'Next page' }).click()
    await page.getByRole('heading', { name: 'Page 2, 1 entry' }).waitFor()
    await page.getByRole('link', { name: 'order' }).click()
    await page.getByRole('treeitem', { name: 'total: 1' }).waitFor()
  })

  it('scrolls through 100,000 groups', async (t) => {
    const page = await inspection.page(t)
    const state = open(t, 'memory:')
    const names = Array.from({ length: 100_000 }, (_, n) => `group-${String(n).padStart(6, '0')}`)
    await Promise.all(names.map((name) => state.set(name, 'k', 1)))
    await page.goto(await inspected(t, state))
    await page.evaluate(`window.tasks = []
      new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
        .observe({ type: 'longtask', buffered: true })`)
    const list = page.getByRole('listbox', { name: 'Groups' })
    await page.getByRole('option', { name: 'group-000000' }).waitFor()
    await list.press('End')
    await page.getByRole('option', { name: 'group-099999' }).waitFor()
    await list.hover()
    for (let n = 0; n < 10; n += 1) await page.mouse.wheel(0, -170_000)
    await page.getByRole('option', { name: 'group-050000' }).waitFor()
    assert.ok((await page.getByRole('option').count()) < 100)
    const tasks = /** @type {number[]} */ (await page.evaluate('window.tasks'))
    t.diagnostic(
      `tasks of more than ${LONG_TASK} ms: ${tasks.filter((taken) => taken > LONG_TASK).join(', ') || 'none'}`,
    )
  })
})
