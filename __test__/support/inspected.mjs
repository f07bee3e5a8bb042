// @ts-check
// The inspector of a store, on loopback, for one test.

import { createServer } from 'node:http'
import { inspector } from 'redis-state-adapter/inspector'
import { listening } from './listening.mjs'

/**
 * @param {import('node:test').TestContext} t
 * @param {Parameters<typeof inspector>[0]} target
 * @param {Partial<Parameters<typeof inspector>[1]>} [options]
 * @returns {Promise<string>} the address of its page
 */
export async function inspected(t, target, options = {}) {
  const handler = inspector(target, { authorize: () => true, configure: true, ...options })
  const server = createServer(handler)
  const port = await listening(t, server)
  // Browsers keep connections open.
  t.after(() => server.closeAllConnections())
  return `http://127.0.0.1:${port}/`
}

/** A place in the page of the inspector. @param {string} url of the page @param {Record<string, string>} names @param {string} [view] */
export function place(url, names, view = 'entries') {
  return `${url}#/${view}?${new URLSearchParams(names)}`
}
