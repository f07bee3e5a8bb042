// @ts-check
// Trace ids and keys that would change a url, an SQL text or a header, in a container without a key prefix.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { CosmosStateAdapter } from 'redis-state-adapter/cosmos'
import { assertFails } from '../support/assert-fails.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { startVercelServer } from './support/vercel-server.mjs'

const TRAPS = [
  ...['.', '..', '...', './', '../..', '/', '\\', '?', '#', '%', '%2F', '%252F', '%2E', '%zz', 'a b', ' a', 'a ', ' '],
  ...[
    "'",
    '"',
    '\'"',
    '||',
    'a||b',
    ':',
    '*',
    '[a]',
    '@id',
    '--',
    'é',
    'e\u0301',
    '文',
    '😀',
    '__proto__',
    'constructor',
  ],
  ...[
    '\u0000',
    '\u0001',
    '\n',
    '\r\n',
    '\t',
    '\u007f',
    '\u0085',
    '\ufeff',
    '\u00a0',
    '\u3000',
    'a\u2003',
    '%EF%BB%BF',
    'a?b',
    'a#b',
    'a/b',
    'dbs',
    'docs',
  ],
]
const skip = process.env.REDIS_STATE_DRIVER === 'thread' && 'runs once, with the other driver'

describe('ids of entries on Cosmos DB', { skip }, () => {
  /** @type {import('./support/vercel-server.mjs').VercelServer} */
  let server
  before(async () => {
    server = await startVercelServer()
  })
  after(() => server.stop())

  /** @param {import('node:test').TestContext} t @param {object} [options] */
  function open(t, options) {
    const { url, key } = server
    const names = { database: `ids-${randomUUID()}`, container: 'c', createIfMissing: true }
    const state = new CosmosStateAdapter({ url, key, ...names, commandTimeout: 60_000, ...options })
    t.after(() => state.cleanup())
    return state
  }

  for (const options of [{}, { keyPrefix: 'app' }, { keyPrefix: "it's 100%/\\" }])
    it(`are returned unchanged, with ${JSON.stringify(options)}`, async (t) => {
      const state = open(t, options)
      for (const key of TRAPS) {
        await state.set('t', key, key)
        assert.equal(await state.get('t', key), key)
        assert.equal(await state.has('t', `${key}x`), false)
      }
      assertSameMembers(await state.keys('t'), TRAPS)
      for (const keyPrefix of TRAPS) {
        const expected = TRAPS.filter((key) => key.startsWith(keyPrefix))
        assert.equal(await state.count('t', keyPrefix), expected.length, JSON.stringify(keyPrefix))
      }
      // Without escapes, the deletion of ".." would be that of the container.
      for (const key of TRAPS) assert.equal(await state.delete('t', key), key)
      assert.deepEqual(await state.keys('t'), [])
      await state.set('t', 'k', 1)
      assert.equal(await state.count(), 1)
    })

  it('can be any trace ids', async (t) => {
    const state = open(t)
    for (const traceId of TRAPS) {
      await state.set(traceId, 'k', traceId)
      assert.equal(await state.get(traceId, 'k'), traceId)
      assert.deepEqual(await state.getGroup(traceId), [traceId])
    }
    assertSameMembers(await state.traceIds(), TRAPS)
  })

  it('are any texts', async (t) => {
    const state = open(t)
    const id = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(id, id, async (traceId, key) => {
        await state.set(traceId, key, [traceId, key])
        assert.deepEqual(await state.get(traceId, key), [traceId, key])
        assert.ok((await state.keys(traceId)).includes(key))
        assert.deepEqual(await state.delete(traceId, key), [traceId, key])
      }),
      { numRuns: 200 },
    )
  })

  it('are refused if Cosmos DB could not have them', async (t) => {
    const state = open(t)
    const failed = /** @type {const} */ ({ applied: 'no' })
    await assertFails(state.set('t', '', 1), 'ERR_INVALID_ARGUMENT', { ...failed, traceId: 't', key: '' })
    await assertFails(state.set('', 'k', 1), 'ERR_INVALID_ARGUMENT', { ...failed, traceId: '', key: 'k' })
    await state.set('t', 'k'.repeat(1023), 1)
    for (const key of ['k'.repeat(1024), 'é'.repeat(512), '/'.repeat(342)])
      await assertFails(state.set('t', key, 1), 'ERR_INVALID_ARGUMENT', { ...failed, traceId: 't', key })
    const traceId = 't'.repeat(2049)
    await assertFails(state.set(traceId, 'k', 1), 'ERR_INVALID_ARGUMENT', { ...failed, traceId, key: 'k' })
    await assert.rejects(state.getGroup(''), { code: 'ERR_INVALID_ARGUMENT' })
  })
})

describe('a key prefix that could be a part of a key', () => {
  for (const keyPrefix of ['a||b', 'a|', '||'])
    it(`is rejected: ${keyPrefix}`, () => {
      const options = { url: 'http://127.0.0.1:9', key: 'YW55', database: 'd', container: 'c', keyPrefix }
      const error = { code: 'ERR_INVALID_CONFIG', message: / keyPrefix: contains \|\| or ends with \|/ }
      assert.throws(() => new CosmosStateAdapter(options), error)
    })
})
