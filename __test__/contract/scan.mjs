// @ts-check
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { fill, range } from '../support/fill.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { until } from '../support/until.mjs'
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
  ['the options must be an object', null],
  ['the options must be an object', 10],
  ['pagesize is unknown', { pagesize: 10 }],
  ...[0, -1, 1.5, NaN, 10_001, '10', null].map(badSize),
  ['the key prefix must be a string', { keyPrefix: 1 }],
  ['the key prefix must be a string', { keyPrefix: null }],
  ['the key prefix holds a lone surrogate', { keyPrefix: '\ud800' }],
]

/** @param {unknown} pageSize @returns {[string, unknown]} */
function badSize(pageSize) {
  return ['pageSize must be an integer from 1 to 10000', { pageSize }]
}

/** @param {GetStore} store */
export function scans(store) {
  describe('scan', () => {
    it('goes through the items of a trace, stored null among them', async (t) => {
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
      it(`gives each of 12 entries once, in pages of ${pageSize} (conformance 5)`, async (t) => {
        const state = openFresh(store, t)
        await fill(state, 't', 12)
        const items = await all(state.scan('t', { pageSize }))
        assertSameMembers(
          items.map(({ value }) => value),
          range(12),
        )
      })
    }

    it('gives each of 1,025 entries once (conformance 5)', async (t) => {
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

    it('goes through the keys that start so only, taken literally (conformance 6)', async (t) => {
      const state = openFresh(store, t)
      await Promise.all(['a*', 'a*b', 'ab', 'b'].map((key) => state.set('t', key, key)))
      const keysOf = async (/** @type {ScanOptions} */ options) =>
        (await all(state.scan('t', options))).map(({ key }) => key)
      assertSameMembers(await keysOf({ keyPrefix: 'a*' }), ['a*', 'a*b'])
      assertSameMembers(await keysOf({ keyPrefix: 'a' }), ['a*', 'a*b', 'ab'])
      assert.deepEqual(await keysOf({ keyPrefix: '?' }), [])
    })

    it('tolerates inserts, deletes and writes meanwhile (conformance 5)', async (t) => {
      const state = openFresh(store, t)
      await fill(state, 't', 12)
      /** @type {StateItem[]} */
      const items = []
      const gone = new Set()
      for await (const item of state.scan('t', { pageSize: 3 })) {
        items.push(item)
        if (items.length !== 4) continue
        // Two pages are read by now, or the third too.
        const seen = new Set(items.map(({ key }) => key))
        const left = (await state.keys('t')).filter((key) => !seen.has(key))
        for (const key of left) gone.add(key)
        await Promise.all([...left.map((key) => state.delete('t', key)), state.set('t', 'new', 'new')])
      }
      const keys = items.map(({ key }) => key)
      assert.equal(new Set(keys).size, keys.length)
      assert.ok(!keys.includes('new'))
      // Those of the page at hand, and of the one ahead, had been read.
      const after = keys.slice(4)
      assert.ok(after.length >= 2 && after.length <= 5, `${after}`)
      assert.ok(after.every((key) => gone.has(key)))
    })

    it('reads one page ahead and no more, and none when it is stopped', async (t) => {
      const state = openFresh(store, t)
      await fill(state, 't', 50)
      const before = state.stats().calls
      const callsSince = () => state.stats().calls - before
      let given = 0
      for await (const { value } of state.scan('t', { pageSize: 10 })) {
        given += 1
        assert.ok(Number(value) < 50)
        // The listing of the keys, the page at hand and the one ahead.
        assert.equal(callsSince(), 1 + Math.min(5, Math.ceil(given / 10) + 1))
        if (given === 15) break
      }
      await until(() => state.stats().inFlight === 0)
      await state.get('t', 'k0')
      assert.equal(callsSince(), 1 + 3 + 1)
    })

    it('reads nothing before it is gone through', async (t) => {
      const state = openFresh(store, t)
      state.scan('t')
      assert.equal(state.stats().calls, 0)
    })

    it('may be gone through while others are', async (t) => {
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

    it('ends with an error where the adapter is closed meanwhile', async (t) => {
      const state = openFresh(store, t)
      await fill(state, 't', 30)
      const scan = state.scan('t', { pageSize: 1 })[Symbol.asyncIterator]()
      await scan.next()
      await state.cleanup()
      // The page ahead was read before.
      await scan.next()
      await assertFails(scan.next(), 'ERR_CLOSED', { traceId: 't' })
      assert.deepEqual(await scan.next(), { done: true, value: undefined })
    })

    it('refuses options that are malformed, at the first step', async (t) => {
      const state = openFresh(store, t)
      for (const [mistake, options] of MISTAKES) {
        const scan = state.scan('t', /** @type {any} */ (options))
        const { message } = await assertFails(all(scan), 'ERR_INVALID_ARGUMENT', { traceId: 't' })
        assert.ok(message.startsWith(mistake), message)
      }
    })

    rawIt(store, 'ends with the entry named whose text is not JSON', async ({ client, prefix, open }) => {
      const state = open()
      await Promise.all([client.set(`${prefix}t:bad`, '1],[2'), client.hSet(`${prefix}t:hash`, 'f', '1')])
      await assertFails(all(state.scan('t')), 'ERR_CORRUPT_VALUE', { traceId: 't', key: 'bad' })
      await state.set('t', 'bad', 1)
      assert.deepEqual(await all(state.scan('t')), [{ groupId: 't', key: 'bad', type: 'number', value: 1 }])
    })
  })
}
