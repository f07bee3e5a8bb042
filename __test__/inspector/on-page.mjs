// @ts-check
// Tests of the page of the inspector: a browser and a Redis server for all, a page and a store for each.

import assert from 'node:assert/strict'
import { after, afterEach, before, describe } from 'node:test'
import { launchBrowser, openPage, takeProblems } from '../support/browser.mjs'
import { inspected } from '../support/inspected.mjs'
import { open } from '../support/open.mjs'
import { startRedis } from '../support/redis.mjs'

/** @import { TestContext } from 'node:test' */

/** @typedef {Parameters<typeof openPage>[2]} PageOptions */

class Inspection {
  #browser
  #redis
  #prefixes = 0

  /** @param {import('playwright-core').Browser} browser @param {() => import('../support/redis.mjs').RedisServer} redis */
  constructor(browser, redis) {
    this.#browser = browser
    this.#redis = redis
  }

  /** A page that shows nothing yet. @param {TestContext} t @param {PageOptions} [options] */
  page(t, options) {
    return openPage(t, this.#browser, options)
  }

  /** The url of the Redis server. */
  get redisUrl() {
    return this.#redis().url
  }

  /** A client of the Redis server, without an adapter. */
  client() {
    return this.#redis().client()
  }

  /**
   * A page, a store of its own, and the inspector of that.
   *
   * @param {TestContext} t
   * @param {Partial<import('redis-state-adapter/inspector').InspectorOptions>} [options]
   * @param {PageOptions} [pageOptions]
   */
  async start(t, options, pageOptions) {
    const page = await this.page(t, pageOptions)
    this.#prefixes += 1
    const state = open(t, { url: this.redisUrl, keyPrefix: `${this.#prefixes}:` })
    return { page, state, url: await inspected(t, state, options) }
  }
}

/**
 * Skips the tests if there is no browser on this machine.
 *
 * @param {string} title
 * @param {(inspection: Inspection) => void} define
 */
export async function onPage(title, define) {
  const browser = await launchBrowser()
  if (typeof browser === 'string') {
    describe(title, { skip: browser }, () => {})
    return
  }
  describe(title, () => {
    /** @type {import('../support/redis.mjs').RedisServer} */
    let redis
    before(async () => {
      redis = await startRedis()
    })
    afterEach(() => assert.deepEqual(takeProblems(), []))
    after(async () => {
      await browser.close()
      await redis.stop()
    })
    define(new Inspection(browser, () => redis))
  })
}
