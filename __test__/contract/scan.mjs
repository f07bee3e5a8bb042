// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { fill, range } from '../support/fill.mjs'
import { it } from '../support/it.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { until } from '../support/until.mjs'
import { untitled } from '../support/untitled.mjs'
import { openFresh, rawIt } from '../support/workspace.mjs'

/**
 * @import { ScanOptions, StateItem } from 'redis-state-adapter'
 * @import { GetStore } from '../support/workspace.mjs'
 */

/** @param {AsyncIterable<StateItem>} scan */
async function all(scan) {
  const items = []
  for await (const item of scan) items.push(item)
  return items
}

/** @type {[mistake: string, options: unknown][]} */
const MISTAKES = [
  ['options: expected an object', null],
  ['options: expected an object', 10],
  ['pagesize: unknown option. Did you mean pageSize?', { pagesize: 10 }],
  ...[0, -1, 1.5, NaN, 10_001, '10', null].map(badSize),
  ['keyPrefix: expected a string, got the number 1', { keyPrefix: 1 }],
  ['keyPrefix: expected a string, got null', { keyPrefix: null }],
  ['keyPrefix: contains a lone surrogate', { keyPrefix: '\ud800' }],
]

/** @param {unknown} pageSize @returns {[string, unknown]} */
function badSize(pageSize) {
  return ['pageSize: expected a whole number from 1 to 10000, got ', { pageSize }]
}

/** @param {GetStore} store */
export function scans(store) {
  describe('scan', () => {
    it('returns the items of a trace, also a stored null', async (t) => {
      const state = openFresh(store, t)
      const values = { a: null, b: 0, c: false, d: '', e: [null], f: { g: null } }
      await Promise.all([
        ...Object.entries(values).map(([key, value]) => state.set('t', key, value)),
        state.set('t2', 'a', 'other'),
      ])
      const items = await all(state.scan('t', { pageSize: 4 }))
      assertSameMembers(items, await state.items({ groupId: 't' }))
      assert.equal(items.length, 6)
      assert.deepEqual(await all(state.scan('missing')), [])
    })

    for (const pageSize of [1, 5, 12, 13, undefined]) {
      it(`returns each of 12 entries once, in pages of ${pageSize} (conformance 5)`, async (t) => {
        const state = openFresh(store, t)
        await fill(state, 't', 12)
        const items = await all(state.scan('t', { pageSize }))
        assertSameMembers(
          items.map(({ value }) => value),
          range(12),
        )
      })
    }

    it('returns each of 1,025 entries once (conformance 5)', async (t) => {
      const state = openFresh(store, t)
      await Promise.all([fill(state, 't', 1025), fill(state, 'other', 300)])
      for (const options of [undefined, { pageSize: 10_000 }, { pageSize: 300, keyPrefix: 'k' }]) {
        const items = await all(state.scan('t', options))
        assertSameMembers(
          items.map(({ value }) => value),
          range(1025),
        )
      }
    })

    it('returns only items with the literal keyPrefix (conformance 6)', async (t) => {
      const state = openFresh(store, t)
      await Promise.all(['a*', 'a*b', 'ab', 'b'].map((key) => state.set('t', key, key)))
      const keysOf = async (/** @type {ScanOptions} */ options) =>
        (await all(state.scan('t', options))).map(({ key }) => key)
      assertSameMembers(await keysOf({ keyPrefix: 'a*' }), ['a*', 'a*b'])
      assertSameMembers(await keysOf({ keyPrefix: 'a' }), ['a*', 'a*b', 'ab'])
      assert.deepEqual(await keysOf({ keyPrefix: '?' }), [])
    })

    it('tolerates concurrent inserts, deletes and writes (conformance 5)', async (t) => {
      const state = openFresh(store, t)
      await fill(state, 't', 12)
      /** @type {StateItem[]} */
      const items = []
      const gone = new Set()
      for await (const item of state.scan('t', { pageSize: 3 })) {
        items.push(item)
        if (items.length !== 4) continue
        // Two or three pages have been read by now.
        const seen = new Set(items.map(({ key }) => key))
        const left = (await state.keys('t')).filter((key) => !seen.has(key))
        for (const key of left) gone.add(key)
        await Promise.all([...left.map((key) => state.delete('t', key)), state.set('t', 'new', 'new')])
      }
      const keys = items.map(({ key }) => key)
      assert.equal(new Set(keys).size, keys.length)
      assert.ok(!keys.includes('new'))
      // Items of the current page and the prefetched one had been read.
      const after = keys.slice(4)
      assert.ok(after.length >= 2 && after.length <= 5, `${after}`)
      assert.ok(after.every((key) => gone.has(key)))
    })

    it('prefetches one page, and none after it is stopped', async (t) => {
      const state = openFresh(store, t)
      await fill(state, 't', 50)
      const before = state.stats().calls
      const callsSince = () => state.stats().calls - before
      let given = 0
      let listings = 0
      for await (const { value } of state.scan('t', { pageSize: 10 })) {
        given += 1
        assert.ok(Number(value) < 50)
        // Besides the current page and the prefetched one: the listing of the keys, and before it one by an index.
        if (given === 1) listings = callsSince() - 2
        assert.ok(listings <= 2, `${listings} listings`)
        assert.equal(callsSince(), listings + Math.min(5, Math.ceil(given / 10) + 1))
        if (given === 15) break
      }
      await until(() => state.stats().inFlight === 0)
      await state.get('t', 'k0')
      assert.equal(callsSince(), listings + 3 + 1)
    })

    it('reads nothing before the first step', async (t) => {
      const state = openFresh(store, t)
      state.scan('t')
      assert.equal(state.stats().calls, 0)
    })

    it('can run concurrently with others', async (t) => {
      const state = openFresh(store, t)
      await Promise.all(range(10).map((index) => fill(state, `t${index}`, index * 7)))
      const scans = range(10).map((index) => all(state.scan(`t${index}`, { pageSize: 10 })))
      for (const [index, items] of (await Promise.all(scans)).entries()) {
        assertSameMembers(
          items.map(({ value }) => value),
          range(index * 7),
        )
      }
    })

    it('rejects if the adapter is closed meanwhile', async (t) => {
      const state = openFresh(store, t)
      await fill(state, 't', 30)
      const scan = state.scan('t', { pageSize: 1 })[Symbol.asyncIterator]()
      await scan.next()
      await state.cleanup()
      // The prefetched page was read before.
      await scan.next()
      await assertFails(scan.next(), 'ERR_CLOSED', { traceId: 't' })
      assert.deepEqual(await scan.next(), { done: true, value: undefined })
    })

    it('rejects invalid options at the first step', async (t) => {
      const state = openFresh(store, t)
      for (const [mistake, options] of MISTAKES) {
        const scan = state.scan('t', /** @type {any} */ (options))
        const error = await assertFails(all(scan), 'ERR_INVALID_ARGUMENT', { traceId: 't' })
        assert.ok(untitled(error).startsWith(mistake), error.message)
      }
    })

    rawIt(store, 'rejects with the name of an entry whose text is not JSON', async ({ client, prefix, open }) => {
      const state = open()
      await Promise.all([client.set(`${prefix}t:bad`, '1],[2'), client.hSet(`${prefix}t:hash`, 'f', '1')])
      await assertFails(all(state.scan('t')), 'ERR_CORRUPT_VALUE', { traceId: 't', key: 'bad' })
      await state.set('t', 'bad', 1)
      assert.deepEqual(await all(state.scan('t')), [{ groupId: 't', key: 'bad', type: 'number', value: 1 }])
    })
  })
}
