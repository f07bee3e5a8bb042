// @ts-check
// The page of the inspector, in a real browser: what users see of a store, and do to it.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launchBrowser, openPage } from '../support/browser.mjs'
import { inspected, place } from '../support/inspected.mjs'
import { open } from '../support/open.mjs'
import { startRedis } from '../support/redis.mjs'

/** @import { Page } from 'playwright-core' */
/** @import { TestContext } from 'node:test' */

const browser = await launchBrowser()
const CONFLICT = /status of 409/
/** Longer than this, a user notices. */
const LONG_TASK = 200

describe('the page of the inspector', { skip: typeof browser === 'string' && browser }, () => {
  /** @type {import('../support/redis.mjs').RedisServer} */
  let redis
  let prefixes = 0

  before(async () => {
    redis = await startRedis()
  })

  after(async () => {
    if (typeof browser !== 'string') await browser.close()
    await redis.stop()
  })

  /**
   * A page, a store of its own, and the inspector of that.
   *
   * @param {TestContext} t
   * @param {Partial<import('redis-state-adapter/inspector').InspectorOptions>} [options]
   * @param {Parameters<typeof openPage>[2]} [pageOptions]
   */
  async function started(t, options, pageOptions) {
    const page = await openPage(t, /** @type {any} */ (browser), pageOptions)
    prefixes += 1
    const state = open(t, { url: redis.url, keyPrefix: `${prefixes}:` })
    return { page, state, url: await inspected(t, state, options) }
  }

  it('lists groups, filters them, and shows entries and a value', async (t) => {
    const { page, state, url } = await started(t)
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
    const big = page.getByRole('treeitem', { name: 'big: array, 250 items' })
    await big.click()
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
    const { page, state, url } = await started(t)
    await state.set('session', 'token', 1, { ttl: 50 })
    await page.goto(place(url, { trace: 'session' }))
    const cell = page.locator('[role=gridcell].expiry')
    const first = Number.parseInt((await cell.textContent()) ?? '', 10)
    assert.ok(first > 0 && first <= 50, `${first}`)
    await page.waitForFunction(`parseInt(document.querySelector('[role=gridcell].expiry').textContent) < ${first}`)
  })

  it('shows changes of the open group as they happen', async (t) => {
    const { page, state, url } = await started(t)
    await state.set('order', 'status', 'open')
    await page.goto(place(url, { trace: 'order', key: 'status' }))
    await page.getByText('Live', { exact: true }).nth(1).waitFor()
    await page.getByRole('treeitem', { name: 'value: "open"' }).waitFor()
    await state.set('order', 'status', 'paid')
    await page.getByRole('treeitem', { name: 'value: "paid"' }).waitFor()
    await page.locator('.value-pane.flash').waitFor()
    await state.set('order', 'paid-at', 1764570000)
    await page.getByRole('row', { name: /^paid-at/ }).waitFor()
    await state.delete('order', 'status')
    await page.getByText('This entry was deleted at').waitFor()
    await page.getByRole('row', { name: /^status/ }).waitFor({ state: 'detached' })
  })

  it('lists the changes of the store, until it is paused', async (t) => {
    const { page, state, url } = await started(t)
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
    await page.waitForFunction(`document.querySelectorAll('.changes tbody tr').length === 500`)
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByText('No changes yet').waitFor()
  })

  it('runs queries page by page, and explains what is wrong with one', async (t) => {
    const { page, state, url } = await started(t)
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

  it('creates, edits, expires and deletes entries', async (t) => {
    const { page, state, url } = await started(t, { writable: true })
    await page.goto(url)
    await page.getByText('No groups yet').waitFor()
    await page.getByRole('button', { name: 'New entry' }).click()
    await page.getByLabel('Group (trace id)').fill('user')
    await page.getByLabel('Key').fill('name')
    await page.getByLabel('Value (JSON)').fill('"Ada"')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('treeitem', { name: 'value: "Ada"' }).waitFor()
    await page.getByRole('option', { name: 'user' }).waitFor()
    assert.equal(await state.get('user', 'name'), 'Ada')
    await page.getByRole('button', { name: 'Expiry' }).click()
    await page.getByLabel('After a time').check()
    await page.getByLabel('Seconds').fill('5000')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('.facts .expiry', { hasText: '1:23:' }).waitFor()
    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByLabel('Value (JSON)').fill('{ "first": "Ada" }')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('treeitem', { name: 'first: "Ada"' }).waitFor()
    const kept = await state.ttl('user', 'name')
    assert.ok(kept !== null && kept > 4000, `${kept}`)
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    assert.equal(await state.has('user', 'name'), true)
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('This entry was deleted at').waitFor()
    assert.equal(await state.has('user', 'name'), false)
  })

  it('does not overwrite a value that changed in the meantime, and shows both', async (t) => {
    const { page, state, url } = await started(t, { writable: true }, { allowed: CONFLICT })
    await state.set('user', 'name', 'Ada')
    await page.goto(place(url, { trace: 'user', key: 'name' }))
    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByLabel('Value (JSON)').fill('"Bo"')
    await state.set('user', 'name', 'Cleo')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('alert').getByText('Nothing was written.').waitFor()
    assert.equal(await page.getByRole('region', { name: 'Value on the server' }).textContent(), '"Cleo"')
    assert.equal(await page.getByLabel('Value (JSON)').inputValue(), '"Bo"')
    assert.equal(await state.get('user', 'name'), 'Cleo')
    await page.getByRole('button', { name: 'Overwrite' }).click()
    await page.getByRole('treeitem', { name: 'value: "Bo"' }).waitFor()
    assert.equal(await state.get('user', 'name'), 'Bo')
  })

  it('offers nothing that writes if it may not write', async (t) => {
    const { page, state, url } = await started(t)
    await state.set('user', 'name', 'Ada')
    await page.goto(place(url, { trace: 'user', key: 'name' }))
    await page.getByText('Read-only').waitFor()
    await page.getByRole('button', { name: 'Copy' }).waitFor()
    for (const name of ['Edit', 'Expiry', 'Delete', 'New entry']) {
      assert.equal(await page.getByRole('button', { name }).count(), 0, name)
    }
  })

  it('shows names and values as texts, whatever is in them', async (t) => {
    const { page, state, url } = await started(t, { writable: true })
    const hostile = [
      '<img src=x onerror="window.__xss=1">',
      '"><script>window.__xss=1</script>',
      'javascript:window.__xss=1',
      'a/b?c#d&e=%00',
      '__proto__',
      '',
    ]
    for (const text of hostile)
      await state.set(text, text, JSON.parse(`{ ${JSON.stringify(text)}: ${JSON.stringify(text)} }`))
    await state.set('odd', '\u202egnp.exe\u0007', 'x\ud800')
    await page.goto(url)
    for (const text of hostile) {
      await page.goto(place(url, { trace: text, key: text }))
      const shown = text === '' ? '(empty)' : text
      await page.getByRole('treeitem', { name: `${shown}: "${text}"`, exact: true }).waitFor()
      await page.getByRole('radio', { name: 'JSON' }).check()
      await page.getByRole('button', { name: 'Delete' }).click()
      await page.getByRole('dialog').getByText(shown, { exact: true }).first().waitFor()
      await page.keyboard.press('Escape')
    }
    await page.goto(place(url, { trace: 'odd' }))
    await page.getByRole('row', { name: '\\u202egnp.exe\\u0007' }).click()
    await page.getByRole('treeitem', { name: 'value: "x\\ud800"' }).waitFor()
    assert.equal(await page.evaluate('window.__xss'), undefined)
  })

  it('can be used with the keyboard alone', async (t) => {
    const { page, state, url } = await started(t)
    for (const name of ['apple', 'banana', 'cherry'])
      await state.set(name, 'fruit', { name, colours: ['red', 'green'] })
    await page.goto(url)
    await page.getByRole('option').first().waitFor()
    const focused = () => page.evaluate('document.activeElement.ariaLabel || document.activeElement.id')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    assert.equal(await focused(), 'main')
    await page.locator('#tab-entries').focus()
    await page.keyboard.press('ArrowRight')
    assert.equal(await focused(), 'tab-query')
    await page.getByRole('heading', { name: 'Groups' }).waitFor({ state: 'hidden' })
    await page.keyboard.press('Home')
    for (const name of ['Refresh', 'Filter groups', 'Groups']) {
      await page.keyboard.press('Tab')
      if (name !== 'Refresh') assert.equal(await focused(), name)
    }
    await page.keyboard.press('c')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'cherry' }).waitFor()
    await page.getByRole('row', { name: /^fruit/ }).waitFor()
    for (const name of ['Refresh', 'Filter entries', 'Entries']) {
      await page.keyboard.press('Tab')
      if (name !== 'Refresh') assert.equal(await focused(), name)
    }
    await page.keyboard.press('Enter')
    await page.getByRole('treeitem', { name: 'name: "cherry"' }).waitFor()
    // The choice of the form, the button Copy, the tree.
    for (let n = 0; n < 3; n += 1) await page.keyboard.press('Tab')
    for (const key of ['End', 'ArrowLeft', 'ArrowLeft']) await page.keyboard.press(key)
    assert.equal(await focused(), 'colours: array, 2 items')
    assert.equal(await page.getByRole('treeitem').count(), 3)
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    assert.equal(await focused(), '0: "red"')
    await page.keyboard.press('n')
    assert.equal(await focused(), 'name: "cherry"')
  })

  it('scrolls through 100,000 groups', async (t) => {
    const page = await openPage(t, /** @type {any} */ (browser))
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
    await list.evaluate(`async (list) => {
      for (let part = 0; part <= 50; part += 1) {
        list.scrollTop = (list.scrollHeight * part) / 100
        await new Promise(requestAnimationFrame)
      }
    }`)
    await page.getByRole('option', { name: 'group-050000' }).waitFor()
    assert.ok((await page.getByRole('option').count()) < 100)
    const tasks = /** @type {number[]} */ (await page.evaluate('window.tasks'))
    t.diagnostic(
      `tasks of more than ${LONG_TASK} ms: ${tasks.filter((taken) => taken > LONG_TASK).join(', ') || 'none'}`,
    )
  })
})
