// @ts-check
// The page of the inspector with hostile names and values, and with a server that is gone.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { it } from 'node:test'
import { inspector } from 'redis-state-adapter/inspector'
import { cli } from '../support/cli.mjs'
import { place } from '../support/inspected.mjs'
import { listening } from '../support/listening.mjs'
import { open } from '../support/open.mjs'
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
    await page.getByRole('treeitem', { name: '"x\\ud800"' }).waitFor()
    assert.equal(await page.evaluate('window.__xss'), undefined)
  })

  it('says so while the server is gone, and goes on when it is back', async (t) => {
    const page = await inspection.page(t, { allowed: /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/ })
    const state = open(t, { url: inspection.redisUrl, keyPrefix: 'gone:' })
    await state.set('user', 'name', 'Ada')
    const handler = inspector(state, { authorize: () => true })
    const server = createServer(handler)
    const port = await listening(t, server)
    await page.goto(place(`http://127.0.0.1:${port}/`, { trace: 'user', key: 'name' }))
    await page.getByRole('treeitem', { name: '"Ada"' }).waitFor()
    server.close()
    handler.close()
    server.closeAllConnections()
    await page.getByRole('searchbox', { name: 'Filter groups' }).fill('u')
    await page.getByRole('alert').getByText('does not answer').first().waitFor()
    await state.set('user', 'name', 'Bo')
    await once(server.listen(port, '127.0.0.1'), 'listening')
    await page.getByRole('button', { name: 'Try now' }).click()
    await page.getByRole('treeitem', { name: '"Bo"' }).waitFor()
    await page.locator('#banner').waitFor({ state: 'hidden' })
    await page.getByRole('option', { name: 'user' }).waitFor()
  })

  it('opens entries with very long names, and shows what is no JSON', async (t) => {
    const { page, state, url } = await inspection.start(t)
    const long = 'x'.repeat(200_000)
    await state.set(long, long, 1)
    const client = await inspection.client()
    await client.set('2:raw:text', '<b>no JSON')
    await client.set('2:raw:number', '12345678901234567890')
    await page.goto(url)
    await page.getByRole('option', { name: /^x+/ }).click()
    await page.getByRole('row', { name: /^x+/ }).click()
    await page.getByRole('treeitem', { name: '1' }).waitFor()
    await page.goto(place(url, { trace: 'raw', key: 'text' }))
    await page.getByText('The stored text is not JSON.').waitFor()
    assert.equal(await page.getByRole('region', { name: 'JSON text' }).textContent(), '<b>no JSON')
    await page.goto(place(url, { trace: 'raw', key: 'number' }))
    await page.getByText('Some numbers have more digits').waitFor()
  })

  it('says which values found by a query are too large for the table', async (t) => {
    const { page, state, url } = await inspection.start(t)
    await state.set('a', 'large', 'x'.repeat(70_000))
    await page.goto(place(url, {}, 'query'))
    await page.getByRole('button', { name: 'Run query' }).click()
    await page.getByRole('cell', { name: 'string, too large for this table' }).waitFor({ timeout: 5000 })
  })

  it('opens from the address that the command prints', async (t) => {
    const page = await inspection.page(t)
    const state = open(t, { url: inspection.redisUrl, keyPrefix: 'command:' })
    await state.set('user', 'name', 'Ada')
    const stop = new AbortController()
    /** @type {Promise<unknown>} */
    let ended = Promise.resolve()
    const printed = await new Promise((resolve) => {
      const argv = ['inspect', '--url', inspection.redisUrl, '--prefix', 'command:', '--write']
      ended = cli(argv, { signal: stop.signal, onStdout: resolve })
    })
    await page.goto(printed.trim())
    await page.getByRole('option', { name: 'user' }).click()
    assert.doesNotMatch(page.url(), /token/)
    await page.getByText('Writable').waitFor()
    stop.abort()
    await ended
  })
})
