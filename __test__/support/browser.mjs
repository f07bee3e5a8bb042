// @ts-check
// A real browser for tests of pages. It notes errors of pages, violations of their policy, and requests to other origins.

import { chromium } from 'playwright-core'
import { ensureChromium, NoChromium } from '../../scripts/chromium.mjs'

/** @import { Browser, BrowserContextOptions, Page } from 'playwright-core' */

/** @type {string[]} */
const problems = []
/** How long a page may take for anything, also on a busy machine. */
const MAX_MS = 30_000
const REPORT_VIOLATIONS = `addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
  console.error('the policy forbids ' + violatedDirective + ': ' + blockedURI)
})`

/** @returns {Promise<Browser | string>} the reason, if there is no browser on this machine */
export async function launchBrowser() {
  try {
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    return await chromium.launch({ executablePath: ensureChromium(), args })
  } catch (error) {
    if (error instanceof NoChromium) return `there is no Chromium: ${error.message}`
    throw error
  }
}

/**
 * Opens an empty page for one test. Open it before the server that it is for, so that it is closed before that.
 *
 * @param {import('node:test').TestContext} t
 * @param {Browser} browser
 * @param {BrowserContextOptions & { allowed?: RegExp }} [options] `allowed`: messages of the console that are no problem
 */
export async function openPage(t, browser, { allowed = /^$/, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 750 }, ...options })
  context.setDefaultTimeout(MAX_MS)
  const page = await context.newPage()
  t.after(() => context.close())
  collectProblems(page, allowed)
  await page.addInitScript(REPORT_VIOLATIONS)
  return page
}

/** What was wrong with pages since the last call: errors, violations of the policy, dialogs, requests to other origins. */
export function takeProblems() {
  return problems.splice(0)
}

/** @param {Page} page @param {RegExp} allowed */
function collectProblems(page, allowed) {
  /** That of the first request. */
  let origin = ''
  page.on('pageerror', ({ stack }) => problems.push(`error: ${stack}`))
  page.on('popup', (popup) => problems.push(`opened ${popup.url()}`))
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`)
    dialog.dismiss()
  })
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return
    if (!allowed.test(message.text())) problems.push(`console: ${message.text()}`)
  })
  page.on('request', (request) => {
    origin ||= new URL(request.url()).origin
    if (new URL(request.url()).origin !== origin) problems.push(`request to ${request.url()}`)
  })
}
