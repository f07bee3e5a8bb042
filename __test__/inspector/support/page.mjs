// @ts-check
// An inspector on a server of its own, and requests to it.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { inspector } from 'redis-state-adapter/inspector'

/**
 * @import { TestContext } from 'node:test'
 * @import { InspectorHandler, InspectorOptions } from 'redis-state-adapter/inspector'
 * @typedef {Parameters<typeof inspector>[0]} Target
 */

const HEADERS = { 'content-type': 'application/json', 'x-redis-state-inspector': '1' }

/** Serves handlers, and sends requests to them as the code of the page does. */
export class Page {
  /** @param {string} base */
  constructor(base) {
    this.base = base
  }

  /** @param {string} path @param {RequestInit} [options] */
  fetch(path, options) {
    return fetch(new URL(path, this.base), { redirect: 'manual', ...options })
  }

  /** The JSON of an answer. @param {string} path @param {Record<string, string>} [parameters] @returns {Promise<any>} */
  async get(path, parameters = {}) {
    const { status, body } = await this.answer(path, parameters)
    if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`)
    return body
  }

  /** Status and JSON of an answer. @param {string} path @param {Record<string, string>} [parameters] @returns {Promise<{ status: number, body: any }>} */
  async answer(path, parameters = {}) {
    const response = await this.fetch(`api/${path}?${new URLSearchParams(parameters)}`)
    return { status: response.status, body: await response.json() }
  }

  /** @param {string} method @param {string} path @param {unknown} body @returns {Promise<{ status: number, body: any }>} */
  async send(method, path, body) {
    const response = await this.fetch(`api/${path}`, { method, headers: HEADERS, body: JSON.stringify(body) })
    return { status: response.status, body: await response.json() }
  }
}

/**
 * Serves an inspector until the test ends.
 *
 * @param {TestContext} t
 * @param {Target} target
 * @param {Partial<InspectorOptions>} [options]
 */
export async function pageOf(t, target, options) {
  return serving(t, inspector(target, { authorize: () => true, ...options }))
}

/** @param {TestContext} t @param {import('node:http').RequestListener} listener */
export async function serving(t, listener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  return Object.assign(new Page(`http://127.0.0.1:${port}/`), { server, port })
}
