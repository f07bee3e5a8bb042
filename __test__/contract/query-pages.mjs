// @ts-check
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { fill, range } from '../support/fill.mjs'
import { it } from '../support/it.mjs'
import { untitled } from '../support/untitled.mjs'
import { openFresh } from '../support/workspace.mjs'

/**
 * @import { RedisStateAdapter, StateQuery, StateQueryPage } from 'redis-state-adapter'
 * @import { GetStore } from '../support/workspace.mjs'
 */

/** Twelve keys; their entries have the same order by name and by value. */
const KEYS = range(12).map((index) => `k${String.fromCharCode(97 + index)}`)

/** @param {RedisStateAdapter} state */
async function store12(state) {
  await Promise.all(KEYS.map((key, index) => state.set('t', key, { n: index * 10 })))
}

/** @type {[name: string, query: StateQuery][]} */
const QUERIES = [
  ['by name', { groupId: 't' }],
  ['by name, of all groups', {}],
  ['by a field', { groupId: 't', sort: [{ key: 'n' }] }],
  ['with a filter', { groupId: 't', filter: { GTE: { n: 0 } }, sort: [{ key: 'missing' }, { key: 'n' }] }],
]

/** @param {GetStore} store */
export function queryPages(store) {
  describe('pages of a query', () => {
    for (const [name, query] of QUERIES) {
      /** @param {RedisStateAdapter} state @param {StateQueryPage} page */
      const page = async (state, page) => {
        const { items, token } = await state.query({ ...query, page })
        return { keys: items.map(({ key }) => key), token }
      }

      it(`of 5 over 12 keys are 5, 5 and 2, then no token, ${name} (conformance 5)`, async (t) => {
        const state = openFresh(store, t)
        await store12(state)
        const first = await page(state, { limit: 5 })
        const second = await page(state, { limit: 5, token: first.token })
        const third = await page(state, { limit: 5, token: second.token })
        assert.deepEqual([first.keys, second.keys, third.keys], [KEYS.slice(0, 5), KEYS.slice(5, 10), KEYS.slice(10)])
        assert.deepEqual([typeof first.token, typeof second.token, third.token], ['string', 'string', undefined])
      })

      it(`tolerate concurrent inserts and deletes, ${name} (conformance 5)`, async (t) => {
        const state = openFresh(store, t)
        await store12(state)
        const first = await page(state, { limit: 5 })
        const removed = ['kb', 'ke', 'kf']
        await Promise.all([
          ...removed.map((key) => state.delete('t', key)),
          state.set('t', 'kaa', { n: 5 }),
          state.set('t', 'kga', { n: 65 }),
        ])
        const second = await page(state, { limit: 5, token: first.token })
        const third = await page(state, { limit: 5, token: second.token })
        const rest = [...second.keys, ...third.keys]
        assert.deepEqual([first.keys, second.keys.length], [KEYS.slice(0, 5), 5])
        assert.deepEqual(rest, ['kg', 'kga', 'kh', 'ki', 'kj', 'kk', 'kl'])
      })
    }

    it('have no token after a full last page (conformance 5)', async (t) => {
      const state = openFresh(store, t)
      await store12(state)
      for (const limit of [12, 13, 10_000]) {
        const { items, token } = await state.query({ page: { limit } })
        assert.deepEqual([items.length, token], [12, undefined])
      }
      const { token } = await state.query({ page: { limit: 6 } })
      assert.deepEqual((await state.query({ page: { limit: 6, token } })).token, undefined)
    })

    it('are empty if no items follow the token (conformance 5)', async (t) => {
      const state = openFresh(store, t)
      await store12(state)
      const { token } = await state.query({ page: { limit: 5 } })
      await state.clear('t')
      assert.deepEqual(await state.query({ page: { limit: 5, token } }), { items: [] })
    })

    it('can each have another limit, or none (conformance 5)', async (t) => {
      const state = openFresh(store, t)
      await store12(state)
      const first = await state.query({ page: { limit: 1 } })
      const second = await state.query({ page: { limit: 3, token: first.token } })
      const third = await state.query({ page: { token: second.token } })
      assert.deepEqual(
        [first, second, third].map(({ items }) => items.length),
        [1, 3, 8],
      )
    })

    it('of 250 contain each of 1,025 entries once (conformance 5)', async (t) => {
      const state = openFresh(store, t)
      await fill(state, 't', 1025)
      /** @type {StateQuery} */
      const query = { filter: { GTE: { '': 0 } }, sort: [{ key: '', order: 'DESC' }] }
      const values = []
      /** @type {string | undefined} */
      let token
      do {
        const page = await state.query({ ...query, page: { limit: 250, token } })
        values.push(...page.items.map(({ value }) => value))
        assert.ok(values.length <= 1025, 'endless pages')
        token = page.token
      } while (token)
      assert.deepEqual(values, range(1025).toReversed())
    })

    it('with a forged token return only items of the query', async (t) => {
      const state = openFresh(store, t)
      await store12(state)
      await state.set('other', 'secret', { n: 1 })
      const query = { groupId: 't', sort: [{ key: 'n' }] }
      const all = (await state.query(query)).items
      const { token = '' } = await state.query({ ...query, page: { limit: 5 } })
      const text = Buffer.from(token, 'base64url').toString()
      const [fingerprint, position] = [text.slice(0, 16), text.slice(16)]
      const positions = [
        ...['null', '-1e400', '1e400', '{}', '[]', '"x"', 'true', '{"a":[1]}', '[[[]]]'].map(
          (field) => `[[${field}],"t","k"]`,
        ),
        ...['', '\u0000', 'other', 'z', '\ud800'].map((name) => JSON.stringify([[3], name, name])),
        ...Array.from(position, (_, index) => position.slice(0, index) + position.slice(index + 1)),
      ]
      for (const forged of positions) {
        const page = { limit: 5, token: Buffer.from(fingerprint + forged).toString('base64url') }
        const answer = await state.query({ ...query, page }).catch((error) => error)
        if (answer.code === 'ERR_INVALID_ARGUMENT') continue
        assert.ok(answer.items, `${forged}: ${answer}`)
        for (const item of answer.items)
          assert.ok(
            all.some(({ key }) => key === item.key && item.groupId === 't'),
            forged,
          )
      }
    })

    it('reject the token of another query, and malformed tokens (conformance 5)', async (t) => {
      const state = openFresh(store, t)
      await store12(state)
      /** @type {StateQuery} */
      const query = { groupId: 't', filter: { GTE: { n: 0 } }, sort: [{ key: 'n' }] }
      const { token = '' } = await state.query({ ...query, page: { limit: 5 } })
      assert.match(token, /^[\w-]+$/)
      const fingerprint = Buffer.from(token, 'base64url').toString().slice(0, 16)
      const forged = (/** @type {string} */ position) => Buffer.from(fingerprint + position).toString('base64url')
      /** @type {StateQuery[]} */
      const refusing = [
        { ...query, groupId: 'u' },
        { ...query, groupId: undefined },
        { ...query, filter: { GT: { n: 0 } } },
        { ...query, filter: { GTE: { m: 0 } } },
        { ...query, filter: undefined },
        { ...query, sort: [{ key: 'n', order: 'DESC' }] },
        { ...query, sort: undefined },
      ]
      const positions = [
        '',
        '[]',
        '{}',
        'null',
        '[[],"t","k"]',
        '[[1,2],"t","k"]',
        '[[1],"t"]',
        '[[1],"t",1]',
        '[[1],"t","k"',
        '\ufffd',
      ]
      /** @type {unknown[]} */
      const tokens = ['', 'x', `${token}A`, `${token}=`, `${token} `, token.slice(1), 1, {}, ...positions.map(forged)]
      await Promise.all([
        ...refusing.map((other) => assertTokenIsRefused(state, other, token)),
        ...tokens.map((token) => assertTokenIsRefused(state, query, token)),
      ])
      assert.equal((await state.query({ ...query, page: { token } })).items.length, 7)
    })

    it('begin at the position of the token, even if it is forged', async (t) => {
      const state = openFresh(store, t)
      await store12(state)
      /** @type {StateQuery} */
      const query = { groupId: 't', sort: [{ key: 'n' }] }
      const { token = '' } = await state.query({ ...query, page: { limit: 1 } })
      const fingerprint = Buffer.from(token, 'base64url').toString().slice(0, 16)
      for (const [field, left] of /** @type {const} */ ([
        ['[]', 12],
        ['1e999', 0],
        ['[[[]]]', 0],
        ['"\\ud800"', 0],
        ['-1', 12],
        ['95', 2],
      ])) {
        const token = Buffer.from(`${fingerprint}[[${field}],"\\ud800","k"]`).toString('base64url')
        assert.equal((await state.query({ ...query, page: { token } })).items.length, left, field)
      }
    })
  })
}

/** @param {RedisStateAdapter} state @param {StateQuery} query @param {unknown} token */
async function assertTokenIsRefused(state, query, token) {
  const call = state.query({ ...query, page: { limit: 5, token: /** @type {any} */ (token) } })
  assert.match(untitled(await assertFails(call, 'ERR_INVALID_ARGUMENT')), /^page\.token\b/)
}
