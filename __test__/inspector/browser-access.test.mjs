// @ts-check
// The page of the inspector for everyone: with the keyboard, with a screen reader, on a small screen, in dark colours.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { place } from '../support/inspected.mjs'
import { onPage } from './on-page.mjs'

onPage('access to the page of the inspector', (inspection) => {
  it('can be used with the keyboard alone', async (t) => {
    const { page, state, url } = await inspection.start(t)
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
})
