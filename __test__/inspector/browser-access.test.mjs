// @ts-check
// The page of the inspector for everyone: with the keyboard, with a screen reader, on a small screen, in dark colours.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import axe from 'axe-core'
import { place } from '../support/inspected.mjs'
import { onPage } from './on-page.mjs'

/** The views, and what each shows when it is complete. */
const VIEWS = [
  ['entries', '[role=treeitem]'],
  ['query', 'tbody tr'],
  ['live', '.live-status.live'],
  ['health', '.card .status'],
]

/** The width of what the page and its visible parts contain. */
const WIDTH = `Math.max(...[...document.querySelectorAll('html, main, [role=tabpanel], .pane, .pane-head')]
  .map(({ scrollWidth, offsetLeft }) => scrollWidth + offsetLeft))`

onPage('access to the page of the inspector', (inspection) => {
  it('can be used with the keyboard alone', async (t) => {
    const { page, state, url } = await inspection.start(t)
    for (const name of ['apple', 'banana', 'cherry'])
      await state.set(name, 'fruit', { name, colours: ['red', 'green'] })
    await page.goto(url)
    await page.getByRole('option').first().waitFor()
    const focused = () =>
      page.evaluate(
        'document.activeElement.ariaLabel || document.activeElement.id || document.activeElement.textContent',
      )
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    assert.equal(await focused(), 'main')
    await page.locator('#tab-entries').focus()
    await page.keyboard.press('ArrowRight')
    assert.equal(await focused(), 'tab-query')
    await page.getByRole('heading', { name: 'Groups' }).waitFor({ state: 'hidden' })
    await page.keyboard.press('Home')
    await page.getByRole('heading', { name: 'Groups' }).waitFor()
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
    assert.equal(await focused(), 'colours: [ 2 items ]')
    assert.equal(await page.getByRole('treeitem').count(), 3)
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    assert.equal(await focused(), '0: "red"')
    await page.keyboard.press('n')
    assert.equal(await focused(), 'name: "cherry"')
  })

  it('fits a width of 320 pixels, one pane at a time, and keeps the focus', async (t) => {
    const { page, state, url } = await inspection.start(t, {}, { viewport: { width: 320, height: 640 } })
    await state.set('an-order-with-a-rather-long-name-that-does-not-fit', 'order', {
      text: 'word '.repeat(40),
      url: 'x'.repeat(90),
    })
    await page.goto(url)
    await page.getByRole('option').press('Enter')
    await page.getByRole('listbox', { name: 'Groups' }).press('Enter')
    await page.getByRole('grid', { name: 'Entries' }).press('Enter')
    await page.getByRole('treeitem', { name: /^text/ }).waitFor()
    assert.equal(await page.evaluate('document.activeElement.textContent'), '‹ Entries')
    for (const view of ['entries', 'query', 'live', 'health']) {
      await page.getByRole('tab', { name: view }).click()
      await page.locator(`#panel-${view} > :visible`).first().waitFor()
      assert.equal(await page.evaluate(WIDTH), 320, view)
    }
    await page.getByRole('tab', { name: 'Entries' }).click()
    await page.getByRole('button', { name: '‹ Entries' }).click()
    await page.getByRole('button', { name: '‹ Groups' }).click()
    await page.getByRole('option').waitFor()
  })

  it('has no serious problem that axe finds, in light and dark colours', async (t) => {
    const { page, state, url } = await inspection.start(t, { writable: true })
    await state.setMany('order', { order: { status: 'open', total: 1, paid: true, note: null }, token: 'a', '': 1 })
    await state.set('order', 'expiring', { n: 1 }, { ttl: 1000 })
    const names = { trace: 'order', key: 'order' }
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      await page.emulateMedia({ colorScheme })
      for (const [view, shown] of VIEWS) {
        await page.goto(place(url, names, view))
        if (view === 'query') await page.getByRole('button', { name: 'Run query' }).click()
        if (view === 'live' && colorScheme === 'light') await page.getByRole('button', { name: 'Start' }).click()
        await page.locator(shown).first().waitFor()
        assert.deepEqual(await seriousProblems(page), [], `${view}, ${colorScheme}`)
      }
      await page.goto(place(url, names))
      await page.getByRole('button', { name: 'Edit' }).click()
      await page.getByLabel('Value (JSON)').fill('{')
      assert.deepEqual(await seriousProblems(page), [], `the dialog, ${colorScheme}`)
      await page.keyboard.press('Escape')
    }
  })
})

/** What axe finds in the page. @param {import('playwright-core').Page} page @returns {Promise<string[]>} */
async function seriousProblems(page) {
  // A fading colour has another contrast.
  await page.evaluate('Promise.all(document.getAnimations().map((animation) => animation.finished))')
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe.source)
  return page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html + ' ' + failureSummary)))`)
}
