// @ts-check
// The page of the inspector with hostile names and values, and with a server that is gone.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { place } from '../support/inspected.mjs'
import { onPage } from './on-page.mjs'

onPage('the page of the inspector, attacked and interrupted', (inspection) => {
  it('shows names and values as texts, whatever is in them', async (t) => {
    const { page, state, url } = await inspection.start(t, { writable: true })
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
})
