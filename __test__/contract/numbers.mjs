// @ts-check
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { range } from '../support/fill.mjs'
import { openFresh } from '../support/workspace.mjs'

/**
 * @import { UpdateOperation } from 'redis-state-adapter'
 * @import { GetStore } from '../support/workspace.mjs'
 */

const view = new DataView(new ArrayBuffer(8))

/** A double with random bits. */
function anyDouble() {
  view.setUint32(0, Math.random() * 2 ** 32)
  view.setUint32(4, Math.random() * 2 ** 32)
  return view.getFloat64(0)
}

/**
 * Powers of two, at which algorithms for the shortest decimal often fail, because the gap to the next double changes.
 */
const POWERS = range(1074 + 53).map((exponent) => 2 ** (exponent - 1074))
const KNOWN = [
  0,
  -0,
  1e-6,
  1e-7,
  0.1,
  1e15 + 0.3,
  1e-5,
  5e-324,
  0.3,
  123456.789,
  4.5e15,
  Number.MAX_SAFE_INTEGER,
  1e-310,
]
const NUMBERS = [
  ...KNOWN,
  ...POWERS,
  ...POWERS.map((power) => -power),
  ...range(800).map(() => Math.random()),
  ...range(800).map(() => Math.round(Math.random() * 1e6) / 1e6),
  ...range(800).map(() => (Math.random() - 0.5) * 10 ** Math.floor(Math.random() * 16)),
  ...range(2000).map(anyDouble),
].filter((number) => Math.abs(number) <= Number.MAX_SAFE_INTEGER)

const OTHERS = NUMBERS.map((_, index) => (index % 2 ? 0 : NUMBERS[(index * 7) % NUMBERS.length] / 2))
const SUMS = NUMBERS.map((number, index) => number + OTHERS[index])
const EXACT = range(NUMBERS.length).filter((index) => Math.abs(SUMS[index]) <= Number.MAX_SAFE_INTEGER)
const CASES = EXACT.map((index) => ({ one: NUMBERS[index], other: OTHERS[index], sum: SUMS[index] }))

/**
 * The etag of the text of JSON.stringify. It reveals a difference in any stored byte, on every store.
 *
 * @param {unknown} value
 */
function etagOf(value) {
  return createHash('sha1').update(JSON.stringify(value)).digest('hex')
}

/** @param {GetStore} store */
export function numbers(store) {
  describe('the text of a number', () => {
    it('is that of JSON.stringify for a sum', async (t) => {
      const state = openFresh(store, t)
      await Promise.all(CASES.map(({ one }, index) => state.set('t', `${index}`, one)))
      await Promise.all(CASES.map(({ other }, index) => state.increment('t', `${index}`, other)))
      const found = await Promise.all(CASES.map((_, index) => state.getWithMetadata('t', `${index}`)))
      for (const [index, { one, other, sum }] of CASES.entries()) {
        assert.equal(found[index]?.etag, etagOf(sum), `${one} + ${other}: ${found[index]?.value}`)
      }
    })

    it('is that of JSON.stringify for a sum within a value', async (t) => {
      const state = openFresh(store, t)
      for (let from = 0; from < CASES.length; from += 1000) {
        const cases = CASES.slice(from, from + 1000)
        const operations = cases.map(({ other }, index) => ({ op: 'increment', path: `n${index}`, by: other }))
        await state.set('t', 'k', Object.fromEntries(cases.map(({ one }, index) => [`n${index}`, one])))
        await state.update('t', 'k', /** @type {UpdateOperation[]} */ (operations))
        const sums = Object.fromEntries(cases.map(({ sum }, index) => [`n${index}`, sum]))
        const found = await state.getWithMetadata('t', 'k')
        if (found?.etag !== etagOf(sums)) assert.deepEqual(found?.value, sums)
        assert.equal(found?.etag, etagOf(sums))
      }
    })
  })
}
