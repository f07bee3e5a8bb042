// @ts-check
// Long listings of the embedded store, which other calls do not wait for.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { RedisStateAdapter } from 'redis-state-adapter'
import { range } from './support/fill.mjs'

/** Many pages of a listing. */
const ENTRIES = 200_000
/** A call that waited for a whole listing would be the last one; more are made between any two of its pages. */
const MIN_CALLS = 20

describe('a long listing of the embedded store', () => {
  const state = new RedisStateAdapter('memory:')
  before(() => state.setMany('many', Object.fromEntries(range(ENTRIES).map((index) => [`k${index}`, index]))))
  after(() => state.cleanup())

  /** @type {Record<string, () => Promise<unknown>>} */
  const listings = {
    query: () => state.query({ filter: { GT: { '': 1 } }, sort: [{ key: '', order: 'DESC' }], page: { limit: 10 } }),
    items: () => state.items(),
    getGroup: () => state.getGroup('many'),
    clear: () => state.clear('many'),
  }
  for (const [name, list] of Object.entries(listings)) {
    it(`does not delay other calls: ${name}`, async () => {
      let isDone = false
      const listing = list().finally(() => {
        isDone = true
      })
      let calls = 0
      for (; !isDone; calls++) await state.set('other', 'k', calls)
      await listing
      assert.ok(calls >= MIN_CALLS, `${calls} calls meanwhile`)
    })
  }
})
