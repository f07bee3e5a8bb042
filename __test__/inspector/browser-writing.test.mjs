// @ts-check
// What the page of the inspector writes, and what it does not.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { inspected, place } from '../support/inspected.mjs'
import { loadText } from '../support/stores-folder.mjs'
import { onPage } from './on-page.mjs'

const CONFLICT = /status of 409/

onPage('writing in the page of the inspector', (inspection) => {
  it('creates, edits, expires and deletes entries', async (t) => {
    const { page, state, url } = await inspection.start(t, { writable: true })
    await page.goto(url)
    await page.getByText('No groups yet').waitFor()
    await page.getByRole('button', { name: 'New entry' }).click()
    await page.getByLabel('Group (trace id)').fill('user')
    await page.getByLabel('Key').fill('name')
    await page.getByLabel('Value (JSON)').fill('"Ada"')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('treeitem', { name: '"Ada"' }).waitFor()
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

  it('creates an entry in the store in which the dialog was opened, also after the browser went back', async (t) => {
    const page = await inspection.page(t)
    const stores = await loadText(t, '{ "stores": { "one": { "url": "memory:" }, "other": { "url": "memory:" } } }')
    const url = await inspected(t, stores, { writable: true })
    await page.goto(place(url, { store: 'one' }))
    await page.getByText('No groups yet').waitFor()
    await page.goto(place(url, { store: 'other' }))
    await page.getByRole('button', { name: 'New entry' }).click()
    await page.getByLabel('Group (trace id)').fill('user')
    await page.getByLabel('Key').fill('name')
    await page.goBack()
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('treeitem').first().waitFor()
    assert.equal(new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('store'), 'other')
    assert.deepEqual(await stores.get('other').get('user', 'name'), {})
    assert.equal(await stores.get('one').has('user', 'name'), false)
  })

  it('does not overwrite a value that changed in the meantime, and shows both', async (t) => {
    const { page, state, url } = await inspection.start(t, { writable: true }, { allowed: CONFLICT })
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
    await page.getByRole('treeitem', { name: '"Bo"' }).waitFor()
    assert.equal(await state.get('user', 'name'), 'Bo')
  })

  it('writes no number that JavaScript would change', async (t) => {
    const { page, state, url } = await inspection.start(t, { writable: true }, { allowed: /status of 422/ })
    await state.set('user', 'id', 1)
    await page.goto(place(url, { trace: 'user', key: 'id' }))
    await page.getByRole('button', { name: 'Edit' }).click()
    for (const number of ['1e400', '12345678901234567891']) {
      await page.getByLabel('Value (JSON)').fill(number)
      const refused = page.waitForResponse((response) => response.status() === 422)
      await page.getByRole('button', { name: 'Save' }).click()
      await refused
    }
    assert.equal(await state.get('user', 'id'), 1)
  })

  it('offers nothing that writes if it may not write', async (t) => {
    const { page, state, url } = await inspection.start(t)
    await state.set('user', 'name', 'Ada')
    await page.goto(place(url, { trace: 'user', key: 'name' }))
    await page.getByText('Read-only').waitFor()
    await page.getByRole('button', { name: 'Copy' }).waitFor()
    for (const name of ['Edit', 'Expiry', 'Delete', 'New entry']) {
      assert.equal(await page.getByRole('button', { name }).count(), 0, name)
    }
  })
})
