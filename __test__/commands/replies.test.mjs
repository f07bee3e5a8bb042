// @ts-check
// Replies to commands of the user: as node-redis reads them in RESP2, whatever protocol the connection has.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { RESP_TYPES } from 'redis'
import { RedisStateAdapter } from 'redis-state-adapter'
import { assertFails } from '../support/assert-fails.mjs'
import { startRedis } from '../support/redis.mjs'

/**
 * @import { RedisServer } from '../support/redis.mjs'
 * @typedef {(string | number)[]} Command
 */

/** @type {Command} */
const CLEAR = ['DEL', 's', 'n', 'h', 'l', 'one', 'z', 'x', 'geo']
/** @type {Command[]} */
const SETUP = [
  ['SET', 's', 'text'],
  ['SET', 'n', 41],
  ['SET', 'empty', ''],
  ['HSET', 'h', 'f', 'v'],
  ['RPUSH', 'l', 'a', 'b', 'c'],
  ['SADD', 'one', 'm'],
  ['ZADD', 'z', 1, 'a', 2.5, 'b', '1e30', 'c', '-inf', 'd', '3.0000000000000004', 'e'],
  ['XADD', 'x', '1-1', 'f', 'v'],
  ['XADD', 'x', '1-2', 'g', 'w'],
  ['XGROUP', 'CREATE', 'x', 'group', '0'],
  ['GEOADD', 'geo', '13.361389', '38.115556', 'Palermo'],
]

/** In order: some of them write. Those of the embedded store come first. @type {Command[]} */
const IN_MEMORY = [
  ['GET', 's'],
  ['get', 'missing'],
  ['GET', 'empty'],
  ['INCR', 'n'],
  ['INCRBYFLOAT', 'n', '0.5'],
  ['MGET', 's', 'missing', 'n'],
  ['SET', 's', 'other', 'NX'],
  ['APPEND', 's', 'é'],
  ['TYPE', 'h'],
  ['EXISTS', 's', 'h', 'missing'],
  ['PTTL', 's'],
  ['HGETALL', 'h'],
  ['HMGET', 'h', 'f', 'missing'],
  ['HGETALL', 'missing'],
  ['LRANGE', 'l', 0, -1],
  ['LPOP', 'l', 2],
  ['SMEMBERS', 'one'],
  ['ZRANGE', 'z', 0, -1, 'WITHSCORES'],
  ['ZRANGE', 'z', 0, -1],
  ['ZSCORE', 'z', 'c'],
  ['ZSCORE', 'z', 'e'],
  ['ZPOPMIN', 'z'],
  ['ZPOPMIN', 'z', 2],
  ['ZPOPMAX', 'missing', 2],
  ['DEL', 's', 'missing'],
]

/** @type {Command[]} */
const ON_SERVERS = [
  ['ZRANDMEMBER', 'z', 10, 'WITHSCORES'],
  ['HRANDFIELD', 'h', 10, 'WITHVALUES'],
  ['ZADD', 'z', 'INCR', 1, 'f'],
  ['ZMPOP', 1, 'z', 'MIN'],
  ['ZUNION', 1, 'z', 'WITHSCORES'],
  ['XREAD', 'COUNT', 1, 'STREAMS', 'x', '0'],
  ['XREAD', 'STREAMS', 'x', '9'],
  ['XREADGROUP', 'GROUP', 'group', 'me', 'STREAMS', 'x', '>'],
  ['XRANGE', 'x', '-', '+'],
  ['XINFO', 'STREAM', 'x'],
  ['XPENDING', 'x', 'group'],
  ['GEOPOS', 'geo', 'Palermo', 'missing'],
  ['GEOSEARCH', 'geo', 'FROMMEMBER', 'Palermo', 'BYRADIUS', 10, 'km', 'WITHDIST', 'WITHCOORD'],
  ['CONFIG', 'GET', 'maxmemory*'],
  ['OBJECT', 'ENCODING', 'h'],
  ['LCS', 'empty', 'empty', 'IDX'],
  ['COMMAND', 'DOCS', 'get'],
  ['COMMAND', 'INFO', 'get', 'nope'],
  ['ECHO', 'a\r\nb'],
  ['EVAL', 'return {1, {2, {3, {4, {5, {false}}}}}, {ok = "fine"}, "x"}', 0],
  ['EVAL', 'redis.setresp(3); return {double = 3.5}', 0],
  ['SCRIPT', 'EXISTS', 'a'.repeat(40)],
]

/** Servers report the number of buckets and the like differently from one call to the next. @param {unknown} reply */
const stable = (reply) => JSON.stringify(reply)

describe('a reply', () => {
  /** @type {RedisServer} */
  let server
  /** @type {RedisStateAdapter[]} */
  let states
  before(async () => {
    server = await startRedis()
    states = [new RedisStateAdapter({ url: server.url }), new RedisStateAdapter({ url: server.url, cache: true })]
    await Promise.all(states.map((state) => state.connect()))
  })
  after(async () => {
    await Promise.all(states.map((state) => state.cleanup()))
    await server.stop()
  })

  for (const encoding of /** @type {const} */ (['text', 'bytes'])) {
    it(`is that of RESP2, as ${encoding}`, async () => {
      const client = await server.client()
      const typeMapping = { [RESP_TYPES.BLOB_STRING]: encoding === 'bytes' ? Buffer : String }
      const all = [...SETUP, ...IN_MEMORY, ...ON_SERVERS]
      /** @type {unknown[]} */
      const expected = []
      await client.sendCommand(CLEAR.map(String))
      for (const command of all) expected.push(await client.sendCommand(command.map(String), { typeMapping }))
      for (const state of states) {
        await state.command(CLEAR)
        for (const [index, command] of all.entries()) {
          const reply = await state.command(command, { encoding })
          assert.equal(stable(reply), stable(expected[index]), command.join(' '))
        }
        await state.command(CLEAR)
        const units = await state.commands(all.slice(0, -3), { encoding })
        assert.equal(stable(units), stable(expected.slice(0, -3)))
      }
    })
  }

  it('is the same on the embedded store', async (t) => {
    const memory = new RedisStateAdapter({ url: 'memory:' })
    t.after(() => memory.cleanup())
    const [state] = states
    const setup = SETUP.filter(([name]) => !/^(X|GEO)/.test(String(name)))
    for (const encoding of /** @type {const} */ (['text', 'bytes'])) {
      for (const one of [memory, state]) await one.command(CLEAR)
      for (const command of [...setup, ...IN_MEMORY]) {
        const [reply, expected] = [
          await memory.command(command, { encoding }),
          await state.command(command, { encoding }),
        ]
        assert.deepEqual(reply, expected, command.join(' '))
      }
      for (const one of [memory, state]) await one.command(CLEAR)
      const list = [...setup, ...IN_MEMORY]
      assert.deepEqual(await memory.commands(list, { encoding }), await state.commands(list, { encoding }))
    }
    await assertFails(memory.script('return 1'), 'ERR_UNSUPPORTED', { applied: 'no' })
    const unit = memory.commands([
      ['SET', 'unit', 1],
      ['NOPE', 'k'],
    ])
    await assert.rejects(unit, {
      code: 'ERR_UNSUPPORTED',
      message: /^commands\("SET", "unit"\): command 2 of 2 \(NOPE\) cannot/,
    })
    assert.equal(await memory.command(['GET', 'unit']), null)
    await assertFails(memory.command(['GET', 'h']), 'ERR_WRONG_TYPE', { applied: 'no', key: 'h', reply: 'WRONGTYPE' })
    const failing = memory.commands([
      ['SET', 'unit', 1],
      ['GET', 'h'],
    ])
    await assertFails(failing, 'ERR_WRONG_TYPE', { applied: 'yes' })
  })

  it('has the texts, bytes and integers that a script returns, nested', async () => {
    const { tree: trees } = fc.letrec((/** @type {any} */ tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 }),
        fc.constant(null),
        fc.string({ unit: 'binary', maxLength: 12 }),
        fc.string({ minLength: 1020, maxLength: 1030 }),
        fc.array(tie('tree'), { maxLength: 4 }),
      ),
    }))
    const [state, resp3] = states
    const property = fc.asyncProperty(fc.array(trees, { minLength: 1, maxLength: 8 }), async (expected) => {
      const texts = await Promise.all(expected.map((tree) => state.script(`return ${luaOf(tree)}`)))
      assert.deepEqual(texts, expected)
      const bytes = expected.map((tree) => resp3.script(`return ${luaOf(tree)}`, { encoding: 'bytes' }))
      assert.deepEqual(await Promise.all(bytes), expected.map(asBytes))
    })
    await fc.assert(property, { numRuns: 40 })
  })

  it('has integers beyond 2^53 as bigints', async () => {
    const [state] = states
    const largest = 2n ** 63n - 1n
    assert.equal(await state.command(['SET', 'n', largest - 1n]), 'OK')
    assert.equal(await state.command(['INCR', 'n']), largest)
    assert.equal(await state.command(['INCRBY', 'n', 0], { encoding: 'bytes' }), largest)
    const unit = await state.commands([
      ['INCRBY', 'n', 0],
      ['SET', 'n', 2n ** 53n - 1n],
      ['INCRBY', 'n', 0],
      ['GET', 'n'],
    ])
    assert.deepEqual(unit, [largest, 'OK', 2 ** 53 - 1, '9007199254740991'])
  })

  it('of bytes has memory of its own', async () => {
    const [state] = states
    await state.command(['MSET', 'a', 'small', 'b', Buffer.alloc(5000, 1)])
    const replies = [
      await state.command(['GET', 'a'], { encoding: 'bytes' }),
      await state.command(['GET', 'b'], { encoding: 'bytes' }),
      ...(await state.commands(
        [
          ['GET', 'a'],
          ['GET', 'b'],
        ],
        { encoding: 'bytes' },
      )),
    ]
    for (const reply of replies) {
      assert.ok(Buffer.isBuffer(reply))
      assert.equal(reply.buffer.byteLength, reply.length)
    }
  })

  it('that is no text is an error, which says so', async () => {
    const [state] = states
    const bytes = Buffer.from([0, 0xff, 1, 2])
    await state.command(['SET', 'raw', bytes])
    const failed = state.command(['GET', 'raw'], { retry: 'read' })
    await assert.rejects(failed, { code: 'ERR_REPLY', message: /encoding: 'bytes'/ })
    assert.deepEqual(await state.command(['GET', 'raw'], { encoding: 'bytes' }), bytes)
    const others = [state.command(['GET', 'missing']), state.command(['ECHO', 'x']), state.get('t', 'k')]
    assert.deepEqual(await Promise.all(others), [null, 'x', null])
  })

  it('with an error in it rejects', async () => {
    const [state] = states
    const call = state.script("redis.call('SET', KEYS[1], 1); return { 1, { redis.error_reply('CONFLICT x') } }", {
      keys: ['k'],
    })
    await assertFails(call, 'ERR_REPLY', { applied: 'yes', key: 'k', reply: 'CONFLICT' })
    assert.equal(await state.command(['GET', 'k']), '1')
  })
})

/** @param {any} tree @returns {string} */
function luaOf(tree) {
  if (tree === null) return 'false'
  if (typeof tree === 'number') return `${tree}`
  if (Array.isArray(tree)) return `{${tree.map(luaOf).join(',')}}`
  return `"${[...Buffer.from(tree)].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('')}"`
}

/** @param {any} tree @returns {any} */
function asBytes(tree) {
  if (Array.isArray(tree)) return tree.map(asBytes)
  return typeof tree === 'string' ? Buffer.from(tree) : tree
}
