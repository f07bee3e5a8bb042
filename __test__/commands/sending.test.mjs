// @ts-check
// What is sent for commands of the user, and what is refused.

import assert from 'node:assert/strict'
import { channel } from 'node:diagnostics_channel'
import { createRequire } from 'node:module'
import { after, before, describe, it } from 'node:test'
import { RedisStateAdapter } from 'redis-state-adapter'
import { assertFails } from '../support/assert-fails.mjs'
import { open } from '../support/open.mjs'
import { started, startRedis } from '../support/redis.mjs'
import { relayTo } from '../support/relay.mjs'
import { timesCalled } from '../support/times-called.mjs'

/** @import { RedisServer } from '../support/redis.mjs' */

const REFUSED = [
  ['SUBSCRIBE', 'c'],
  ['monitor'],
  ['MULTI'],
  ['EXEC'],
  ['WATCH', 'k'],
  ['SELECT', 1],
  ['AUTH', 'x'],
  ['HELLO', 3],
  ['RESET'],
  ['QUIT'],
  ['READONLY'],
  ['ASKING'],
  ['CLIENT', 'REPLY', 'OFF'],
  ['client', 'tracking', 'on'],
  ['CLIENT'],
  ['BLPOP', 'l', 0],
  ['WAIT', 1, 0],
  ['XREAD', 'BLOCK', 0, 'STREAMS', 'x', '$'],
  ['XREADGROUP', 'GROUP', 'g', 'c', Buffer.from('block'), 0, 'STREAMS', 'x', '>'],
  ['XREADGROUP', 'GROUP', 'STREAMS', 'c', 'BLOCK', 0, 'STREAMS', 'x', '>'],
  ['XREAD', 'COUNT', 1, Buffer.from('Block\0'.padEnd(99)), 0, 'STREAMS', 'x', '$'],
  ['DEBUG', 'SLEEP', 1],
  ['SHUTDOWN'],
  ['SCRIPT', 'DEBUG', 'YES'],
]

describe('a command', () => {
  /** @type {RedisServer} */
  let server
  /** @type {RedisStateAdapter} */
  let state
  before(async () => {
    server = await startRedis()
    state = new RedisStateAdapter({ url: server.url, keyPrefix: 'p:' })
    await state.connect()
  })
  after(async () => {
    await state.cleanup()
    await server.stop()
  })

  it('is refused if it would change or block the connection', async () => {
    let sent = 0
    const count = () => {
      sent += 1
    }
    channel('tracing:redis-state-adapter:batch:start').subscribe(count)
    for (const args of REFUSED) {
      const name = String(args[0]).toUpperCase()
      const expected = {
        code: 'ERR_INVALID_ARGUMENT',
        applied: 'no',
        message: new RegExp(`${name} is refused: it would`),
      }
      await assert.rejects(state.command(args), expected, name)
      await assert.rejects(state.commands([['GET', 'k'], args]), expected, name)
    }
    channel('tracing:redis-state-adapter:batch:start').unsubscribe(count)
    assert.equal(sent, 0)
    assert.equal(await state.command(['XLEN', 'BLOCK']), 0)
    assert.deepEqual(await state.command(['XREAD', 'STREAMS', 'BLOCK', '0']), null)
    await state.command(['XGROUP', 'CREATE', 'streams', 'BLOCK', '$', 'MKSTREAM'])
    assert.equal(await state.command(['XREADGROUP', 'GROUP', 'BLOCK', 'block', 'STREAMS', 'streams', '>']), null)
    assert.match(String(await state.command(['CLIENT', 'LIST'])), /^id=/)
  })

  it('sends texts, numbers, bigints and bytes as they are', async () => {
    const parts = ['', 'a\0b\x01c\x02d\r\n', 'é文😀', '\x02b3', '\x02;', 0.5, -0, 1e21, 2n ** 70n]
    const bytes = [Buffer.from([0, 1, 2, 0xff]), new Uint8Array(0), Buffer.alloc(70_000, 7), Buffer.from('\x02b1')]
    await state.command(['DEL', 'l'])
    await state.command(['RPUSH', 'l', ...parts, ...bytes])
    const stored = await state.command(['LRANGE', 'l', 0, -1], { encoding: 'bytes' })
    const expected = [...parts.map((part) => Buffer.from(String(part))), ...bytes.map((part) => Buffer.from(part))]
    assert.deepEqual(stored, expected)
    await state.commands([['DEL', 'l'], ...parts.map((part) => ['RPUSH', 'l', part]), ['RPUSH', 'l', ...bytes]])
    assert.deepEqual(await state.command(['LRANGE', 'l', 0, -1], { encoding: 'bytes' }), expected)
    const echo = 'return {KEYS[1], KEYS[2], unpack(ARGV)}'
    const [, ...args] = expected
    const reply = await state.script(echo, { keys: ['k', bytes[0]], args, encoding: 'bytes' })
    assert.deepEqual(reply, [Buffer.from('k'), bytes[0], ...args])
  })

  it('has the bytes of the moment of the call', async () => {
    const bytes = Buffer.from('before')
    const call = state.command(['SET', 'k', bytes])
    bytes.fill('x')
    await call
    assert.equal(await state.command(['GET', 'k']), 'before')
  })

  it('is sent with the other calls of the tick, in their order', async () => {
    let batches = 0
    const count = () => {
      batches += 1
    }
    channel('tracing:redis-state-adapter:batch:start').subscribe(count)
    const replies = await Promise.all([
      state.set('t', 'k', 1),
      state.command(['GET', 'p:t:k']),
      state.command(['SET', 'p:t:k', Buffer.from('2')]),
      state.get('t', 'k'),
      state.commands([
        ['INCR', 'p:t:k'],
        ['GET', 'p:t:k'],
      ]),
      state.script("return redis.call('INCRBY', KEYS[1], ARGV[1])", { keys: ['p:t:k'], args: [5] }),
      state.get('t', 'k'),
    ])
    channel('tracing:redis-state-adapter:batch:start').unsubscribe(count)
    assert.deepEqual(replies, [1, '1', 'OK', 2, [3, '3'], 8, 8])
    assert.equal(batches, 1)
  })

  it('that fails names itself and its key', async () => {
    await state.command(['HSET', 'h', 'f', 1])
    const named = {
      code: 'ERR_WRONG_TYPE',
      applied: 'no',
      key: 'h',
      reply: 'WRONGTYPE',
      message: /^command\("INCR", "h"\): /,
    }
    await assert.rejects(state.command(['incr', 'h']), named)
    await assert.rejects(state.command(['NOPE', 'h']), {
      code: 'ERR_UNSUPPORTED',
      applied: 'no',
      message: /Is the name right/,
    })
    await assert.rejects(state.command(['GET']), {
      code: 'ERR_REPLY',
      applied: 'no',
      message: /wrong number of arguments/,
    })
    const read = await state.command(['GET', 'h'], { retry: 'read' }).catch((error) => error)
    assert.equal(read.applied, undefined)
    const unit = state.commands([
      ['SET', 'a', 1],
      ['INCR', Buffer.from('h')],
      ['INCR', 'a'],
    ])
    const message = /^commands\("SET", "a"\): command 2 of 3 \(INCR\) failed: WRONGTYPE .*; the others were executed/
    await assert.rejects(unit, { code: 'ERR_WRONG_TYPE', applied: 'yes', message })
    assert.equal(await state.command(['GET', 'a']), '2')
    await assertFails(
      state.commands([
        ['SET', 'a', 9],
        ['NOPE', 'h'],
      ]),
      'ERR_UNSUPPORTED',
      { applied: 'no' },
    )
    assert.equal(await state.command(['GET', 'a']), '2')
    const failing = state.script("redis.call('SET', KEYS[1], 1); return redis.call('INCR', 'h')", { keys: ['k'] })
    await assertFails(failing, 'ERR_WRONG_TYPE', { applied: 'unknown', key: 'k' })
  })

  it('has limits', async (t) => {
    const small = open(t, { url: server.url, maxPendingBytes: 10_000, maxPendingCommands: 3 })
    const bytes = Buffer.alloc(6000)
    const fits = small.command(['SET', 'k', bytes])
    await assertFails(small.command(['SET', 'k', bytes]), 'ERR_BACKPRESSURE', { applied: 'no', key: 'k' })
    assert.equal(await fits, 'OK')
    assert.equal(await small.command(['SET', 'k', bytes]), 'OK')
    await assertFails(small.command(['SET', 'k', Buffer.alloc(20_000)]), 'ERR_BACKPRESSURE', { applied: 'no' })
    const calls = Array.from({ length: 3 }, () => small.command(['GET', 'k'], { encoding: 'bytes' }))
    await assertFails(small.command(['GET', 'k'], { retry: 'read' }), 'ERR_BACKPRESSURE')
    assert.deepEqual(await Promise.all(calls), [bytes, bytes, bytes])
    assert.deepEqual([small.stats().inFlight, small.stats().pendingBytes], [0, 0])
    const list = Array.from({ length: 1001 }, () => ['PING'])
    await assert.rejects(state.commands(list), {
      code: 'ERR_INVALID_ARGUMENT',
      message: /at most 1000 elements, got 1001/,
    })
    assert.equal((await state.commands(list.slice(1))).length, 1000)
    const args = new Array(1024 * 1024).fill('x')
    await assert.rejects(state.script('return 1', { args }), { code: 'ERR_INVALID_ARGUMENT' })
  })

  it('ends with its signal', async () => {
    await assertFails(state.command(['SET', 'k', 1], { signal: AbortSignal.abort() }), 'ERR_ABORTED', { applied: 'no' })
    const controller = new AbortController()
    const call = state.command(['SET', 'k', 1], { signal: controller.signal })
    controller.abort()
    await assertFails(call, 'ERR_ABORTED', { applied: 'unknown', key: 'k' })
  })

  it('drops what it may write from the cache', async (t) => {
    const cached = open(t, { url: server.url, keyPrefix: 'p:', cache: true })
    /** @type {(() => Promise<unknown>)[]} */
    const writes = [
      () => cached.command(['SET', 'p:c:k', 2]),
      () => cached.command(['SET', Buffer.from('p:c:k'), 2]),
      () =>
        cached.commands([
          ['SET', 'other', 1],
          ['SET', 'p:c:k', 2],
        ]),
      () => cached.script("return redis.call('SET', KEYS[1], 2)", { keys: ['p:c:k'] }),
    ]
    for (const write of writes) {
      await cached.set('c', 'k', 1)
      assert.equal(await cached.get('c', 'k'), 1)
      const [, read] = await Promise.all([write(), cached.get('c', 'k')])
      assert.equal(read, 2)
      assert.equal(await cached.get('c', 'k'), 2)
    }
    await cached.command(['FLUSHDB'])
    assert.equal(await cached.get('c', 'k'), null)
  })

  it('that is a script is executed once, whatever words it fails with', async () => {
    const words = ['BUSY', 'READONLY', 'LOADING', 'TRYAGAIN', 'CLUSTERDOWN', 'NOSCRIPT', 'MISCONF', 'OOM']
    for (const word of words) {
      const source = `redis.call('INCR', KEYS[1]) return redis.error_reply('${word} later')`
      await assertFails(state.script(source, { keys: [word] }), 'ERR_REPLY', { applied: 'unknown' })
      assert.equal(await state.command(['GET', word]), '1', word)
    }
  })

  it('that is a script is sent by its digest', async (t) => {
    const own = await started(t)
    const client = await own.client()
    const scripting = open(t, { url: own.url })
    const run = () => scripting.script("return redis.call('INCR', KEYS[1])", { keys: ['n'] })
    assert.deepEqual([await run(), await run(), await run()], [1, 2, 3])
    assert.deepEqual([await timesCalled(client, 'eval'), await timesCalled(client, 'evalsha')], [1, 2])
    await client.scriptFlush()
    assert.deepEqual(await Promise.all([run(), run(), run()]), [4, 5, 6])
    const unknown = scripting.command(['EVALSHA', 'f'.repeat(40), 0])
    await assertFails(unknown, 'ERR_REPLY', { applied: 'no', reply: 'NOSCRIPT', within: 2000 })
  })
})

describe('a command on a connection that is lost', () => {
  it('is executed at most once', async (t) => {
    const server = await started(t)
    const relay = await relayTo(t, server)
    const state = open(t, { url: relay.url, socket: { reconnectStrategy: () => 1 } })
    await state.connect()
    let [done, unknown] = [0, 0]
    for (let cut = 0; cut < 200; cut += 1) {
      const direction = cut % 2 === 0 ? 'requests' : 'replies'
      const lost = relay.after(direction, 1 + ((cut * 7) % 120), () => relay.cut())
      const calls = [
        state.command(['INCR', 'n']),
        state.commands([['INCR', 'n'], ['PING']]),
        state.script("return redis.call('INCR', KEYS[1])", { keys: ['n'] }),
        state.command(['INCRBY', 'n', Buffer.from('1')], { encoding: 'bytes' }),
      ]
      const reads = [state.command(['STRLEN', 'n'], { retry: 'read' })]
      const outcomes = await Promise.allSettled(calls)
      await Promise.race([lost, ...reads])
      relay.cut()
      await Promise.all(reads)
      for (const outcome of outcomes) {
        if (outcome.status === 'fulfilled') done += 1
        else if (outcome.reason.applied === 'unknown') unknown += 1
        else assert.equal(outcome.reason.applied, 'no')
      }
    }
    const count = Number(await state.command(['GET', 'n'], { retry: 'read' }))
    assert.ok(count >= done && count <= done + unknown, `${done} done, ${unknown} unknown, ${count} executed`)
    assert.ok(unknown > 0)
  })

  it('is rejected at its deadline', async (t) => {
    const server = await started(t)
    const relay = await relayTo(t, server)
    const state = open(t, { url: relay.url, commandTimeout: 200 })
    await state.connect()
    relay.blackHole()
    await assertFails(state.command(['INCR', 'n']), 'ERR_COMMAND_TIMEOUT', { applied: 'unknown', key: 'n' })
    await assertFails(state.command(['GET', 'n'], { retry: 'read' }), 'ERR_COMMAND_TIMEOUT', { key: 'n' })
  })
})

it('every command of the server has its key where the table says', async (t) => {
  const { infoOf } = createRequire(import.meta.url)('../../lib/operations/command-table.js')
  const server = await started(t)
  const client = await server.client()
  const all = /** @type {any[]} */ (await client.sendCommand(['COMMAND']))
  const wrong = []
  const internal = ['pfdebug', 'pfselftest']
  for (const [name, , flags, first] of all) {
    const args = [name.toUpperCase(), '1', '1', 'x', 'x', 'x']
    const info = infoOf(name)
    if (info.refusal(args) !== undefined || flags.includes('movablekeys') || internal.includes(name)) continue
    const at = info.keyAt(args) ?? 0
    const isContainer = first === 0 && ['object', 'memory', 'xgroup', 'xinfo', 'bitop'].includes(name)
    if (at !== first && !isContainer) wrong.push([name, first, at])
  }
  assert.deepEqual(wrong, [])
})
