// @ts-check
// Servers that answer what no Redis server answers, out of malice or because they are none.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { assertNames } from '../support/assert-names.mjs'
import { next } from '../support/events.mjs'
import { range } from '../support/fill.mjs'
import { BROKEN, drip, MISFITS } from '../support/hostile-replies.mjs'
import { assertSameMembers } from '../support/members.mjs'
import { open } from '../support/open.mjs'
import { runFixture } from '../support/run-fixture.mjs'
import { array, bulk, scriptedServer } from '../support/scripted-server.mjs'
import { stores } from '../support/stores.mjs'
import { commandTimeout, inTime } from '../support/timing.mjs'
import { callsOnOneEntry, wellBehaved } from '../support/well-behaved.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 * @import { Said } from '../support/scripted-server.mjs'
 */

/** Of a call that waits for nothing but the first attempts to connect. */
const soon = { within: 2000 }

for (const [title, broken] of Object.entries(BROKEN)) {
  describe(`a server that answers with ${title}`, { concurrency: true }, () => {
    it('to calls on entries: they are lost or repeated on a new connection', async (t) => {
      const { server, state } = await openOn(t, ['SET'], broken)
      const expected = { applied: /** @type {const} */ ('unknown'), traceId: 't', key: 'k', ...soon }
      const [, value, [lost]] = await Promise.all([
        assertFails(state.set('t', 'k', 1), 'ERR_CONNECTION', expected),
        state.get('t', 'k'),
        next(state, 'reconnecting'),
      ])
      assert.equal(value, 'good')
      assert.equal(lost.cause.code, 'ERR_CONNECTION')
      assert.equal(server.connections, 2)
      assert.equal(await state.set('t', 'k', 2), 2)
      assert.equal(server.connections, 2)
    })

    for (const { name, commands, writes } of callsOnOneEntry(/** @type {RedisStateAdapter} */ ({}))) {
      for (const command of commands) {
        // What may have been carried out is not repeated.
        if (writes && command !== 'SCAN') continue
        it(`to ${command}: ${name} is repeated on a new connection`, async (t) => {
          const { server, state } = await openOn(t, [command], broken)
          const { make, good } = callsOnOneEntry(state).find((call) => call.name === name) ?? assert.fail()
          assert.deepEqual(await make(), good)
          assert.equal(server.connections, command === 'GET' ? 2 : 3)
        })
      }
    }

    it('to UNLINK: clear is lost, and the next one is not', async (t) => {
      const { state } = await openOn(t, ['UNLINK'], broken)
      await assertFails(state.clear('t'), 'ERR_CONNECTION', { applied: 'unknown', traceId: 't', ...soon })
      assert.equal(await state.clear('t'), undefined)
    })

    it('to the login: the next attempt is waited for', async (t) => {
      const { server, state } = await openOn(t, ['PING'], broken)
      const lost = next(state, 'reconnecting')
      assert.equal(await state.set('t', 'k', 1), 1)
      assert.equal((await lost)[0].cause.code, 'ERR_CONNECTION')
      assert.equal(server.connections, 2)
    })
  })
}

describe('a server that answers all calls wrongly', { concurrency: true }, () => {
  for (const [title, broken] of Object.entries(BROKEN)) {
    it(`fails them in time, until it behaves: ${title}`, async (t) => {
      let behaves = false
      const server = await scriptedServer(t, (command) => {
        if (behaves || ['CLIENT', 'PING'].includes(command[0])) return wellBehaved(command)
        return broken
      })
      const state = open(t, { url: server.url, commandTimeout })
      await Promise.all(
        [state.get('t', 'k'), state.getGroup('t')].map(async (call) => {
          const { cause } = await assertFails(call, 'ERR_COMMAND_TIMEOUT', inTime)
          if (cause) assert.equal(/** @type {{ code?: unknown }} */ (cause).code, 'ERR_CONNECTION')
        }),
      )
      behaves = true
      assert.equal(await state.get('t', 'k'), 'good')
      assert.deepEqual(await state.getGroup('t'), ['good'])
    })
  }
})

describe('an answer that does not fit', { concurrency: true }, () => {
  for (const [command, misfits] of Object.entries(MISFITS)) {
    for (const [title, misfit] of Object.entries(misfits)) {
      it(`to ${command}, ${title}, fails the call alone`, async (t) => {
        let behaves = false
        const server = await scriptedServer(t, ([name, ...args]) =>
          name === command && !behaves ? misfit : wellBehaved([name, ...args]),
        )
        const state = open(t, { url: server.url })
        const calls = callsOnOneEntry(state)
        await Promise.all(
          calls.map(async ({ commands, writes, make, good }) => {
            if (!commands.includes(command)) return assert.deepEqual(await make(), good)
            const { reply } = await assertFails(make(), 'ERR_REPLY', { applied: appliedOf(command, writes), ...soon })
            assert.equal(reply, undefined)
          }),
        )
        behaves = true
        for (const { make, good } of calls) assert.deepEqual(await make(), good)
      })
    }
  }

  /**
   * Where the walk fails before anything is to be removed, nothing was.
   *
   * @param {string} command
   * @param {boolean} [writes]
   */
  function appliedOf(command, writes) {
    if (!writes) return undefined
    return command === 'SCAN' ? 'no' : 'unknown'
  }
})

describe('a reply that nobody asked for', () => {
  it('while nothing is asked has the connection replaced', async (t) => {
    const { server, state } = await openOn(t, [], undefined)
    assert.equal(await state.get('t', 'k'), 'good')
    const [lost, back] = [next(state, 'reconnecting'), next(state, 'ready')]
    server.say(`${bulk('"stray"')}\r\n`)
    assert.equal((await lost)[0].cause.code, 'ERR_CONNECTION')
    await back
    assert.equal(server.connections, 2)
    assert.equal(await state.get('t', 'k'), 'good')
  })

  it('behind an answer is taken for no other call', async (t) => {
    const { server, state } = await openOn(t, ['SET'], `+OK\r\n${bulk('"stray"')}`)
    const lost = next(state, 'reconnecting')
    assert.equal(await state.set('t', 'k', 1), 1)
    assert.equal((await lost)[0].cause.code, 'ERR_CONNECTION')
    const values = await Promise.all(range(10).map(() => state.get('t', 'k')))
    assert.deepEqual(values, Array(10).fill('good'))
    assert.equal(server.connections, 2)
  })

  it('behind an answer to a listing is taken for no part of the next one', async (t) => {
    const { state } = await openOn(t, ['MGET'], `${array(bulk('"good"'))}\r\n${array(bulk('"stray"'))}`)
    assert.deepEqual(await state.getGroup('t'), ['good'])
    for (let round = 0; round < 3; round++) assert.deepEqual(await state.getGroup('t'), ['good'])
  })

  it('does not hide a reset that comes with it', async (t) => {
    const { server, state } = await openOn(t, ['SET'], (socket) =>
      socket.write('+OK\r\n', () => socket.resetAndDestroy()),
    )
    const lost = next(state, 'reconnecting')
    assert.equal(await state.set('t', 'k', 1), 1)
    assert.equal((await lost)[0].cause.code, 'ERR_CONNECTION')
    assert.equal(await state.get('t', 'k'), 'good')
    assert.equal(server.connections, 2)
  })

  it('at the login has the connection replaced', async (t) => {
    const { server, state } = await openOn(t, ['PING'], `+PONG\r\n${bulk('"stray"')}`)
    assert.equal(await state.get('t', 'k'), 'good')
    assert.equal(server.connections, 2)
  })
})

describe('a walk that the server never ends', () => {
  for (const { name, keys } of [
    { name: 'without keys', keys: () => [] },
    { name: 'with the same key each time', keys: () => ['motia:state:t:k'] },
    { name: 'with new keys each time', keys: (/** @type {number} */ step) => [`motia:state:t:${step}`] },
  ]) {
    it(`ends in time: ${name}`, async (t) => {
      let steps = 0
      let behaves = false
      const server = await scriptedServer(t, (command) => {
        if (behaves || command[0] !== 'SCAN') return wellBehaved(command)
        steps += 1
        return array(bulk(`${steps}`), array(...keys(steps).map(bulk)))
      })
      const state = open(t, { url: server.url, commandTimeout })
      const applied = keys(1).length > 0 ? 'unknown' : 'no'
      await Promise.all([
        ...[state.getGroup('t'), state.keys('t'), state.traceIds(), state.items()].map((call) =>
          assertFails(call, 'ERR_COMMAND_TIMEOUT', inTime),
        ),
        assertFails(state.clear('t'), 'ERR_COMMAND_TIMEOUT', { applied, traceId: 't', ...inTime }),
      ])
      behaves = true
      assert.deepEqual(await state.keys('t'), ['k'])
      const taken = steps
      assert.deepEqual(await state.getGroup('t'), ['good'])
      assert.equal(steps, taken)
      assert.ok(steps > 10, `${steps} steps`)
    })
  }
})

describe('an answer that goes on without an end', { concurrency: 4 }, () => {
  const text = `${bulk('x'.repeat(1000))}\r\n`
  const integers = `*100\r\n${':1\r\n'.repeat(100)}`
  /** @type {Record<string, { start: string, piece: string, many: number }>} the whole of each would be 400 MB or more */
  const ENDLESS = {
    'a string': { start: '$400000000\r\n', piece: 'x', many: 400_000 },
    'an array of texts': { start: '*1000000\r\n', piece: text, many: 400 },
    'an array of arrays of integers': { start: '*1000000\r\n', piece: integers, many: 150 },
    'a line': { start: '+', piece: 'x', many: 400_000 },
  }

  for (const [title, { start, piece, many }] of Object.entries(ENDLESS)) {
    for (const [method, command] of Object.entries({ get: 'GET', getGroup: 'SCAN' })) {
      it(`fails ${method} in time, and takes no more memory the longer it goes on: ${title}`, async (t) => {
        const pieces = piece.repeat(many)
        const server = await scriptedServer(t, ([name, ...args]) => {
          if (name !== command || !args.some((arg) => arg.includes(':endless:'))) return wellBehaved([name, ...args])
          return (socket) => drip(socket, start, pieces)
        })
        const ending = await runFixture('endless-replies.mjs', [server.url, method])
        assert.deepEqual({ code: ending.code, stderr: ending.stderr }, { code: 0, stderr: '' })
        assert.ok(Number(ending.lines[0]) < 100e6, `${ending.lines[0]} bytes more`)
      })

      it(`is given up for a new connection: ${title} to ${method}`, async (t) => {
        const { state } = await openOn(t, [command], (socket) => drip(socket, start, piece), { commandTimeout })
        const { make, good } = callsOnOneEntry(state).find(({ name }) => name === method) ?? assert.fail()
        await assertFails(make(), 'ERR_COMMAND_TIMEOUT', inTime)
        assert.deepEqual(await make(), good)
      })
    }
  }
})

describe('a process', () => {
  it('survives a server that answers each command in another wrong way', async (t) => {
    // Many resets leave handles in Node's own servers that keep the process from ending.
    const broken = Object.entries(BROKEN).filter(([title]) => !title.endsWith('by a reset'))
    const wrongs = [
      ...broken.map(([, said]) => said),
      ...Object.values(MISFITS).flatMap((misfits) => Object.values(misfits)),
    ]
    let asked = 0
    const server = await scriptedServer(t, (command) => {
      // The login is answered well every other time.
      const login = ['CLIENT', 'PING'].includes(command[0])
      if (asked >= 10 * wrongs.length || (login && asked % 2 === 0)) return wellBehaved(command)
      return wrongs[asked++ % wrongs.length]
    })
    const { code, signal, lines, stderr } = await runFixture('hostile-calls.mjs', [server.url])
    assert.deepEqual({ code, signal, lines, stderr }, { code: 0, signal: null, lines: ['good'], stderr: '' })
  })
})

describe('names that objects have by nature', () => {
  const NAMES = ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', 'valueOf', 'toJSON', 'then']
  const pairs = NAMES.flatMap((traceId) => NAMES.map((key) => ({ traceId, key })))
  const valueWith = (/** @type {string} */ name) => JSON.parse(`{"${name}":{"polluted":true},"own":"${name}"}`)

  for (const { name, start } of stores) {
    it(`are plain data as ids and in values: ${name}`, async (t) => {
      const store = await start()
      t.after(() => store.stop())
      const state = store.open()
      const before = natures()
      await Promise.all(pairs.map(({ traceId, key }) => state.set(traceId, key, valueWith(key))))
      for (const { traceId, key } of pairs) assertSame(await state.get(traceId, key), valueWith(key))
      assertSameMembers(await state.traceIds(), NAMES)
      for (const name of NAMES) {
        assertSameMembers(await state.keys(name), NAMES)
        assertSameMembers(await state.getGroup(name), NAMES.map(valueWith))
        const items = await state.items({ filter: [{ valueKey: name, operation: 'isNotNull' }] })
        const expected = NAMES.map((groupId) => ({ groupId, key: name, type: 'object', value: valueWith(name) }))
        assertSameMembers(items, expected)
      }
      for (const name of NAMES) {
        assertSame(await state.delete(name, name), valueWith(name))
        assert.equal(await state.get(name, name), null)
        await state.clear(name)
        assert.deepEqual(await state.keys(name), [])
      }
      assert.deepEqual(await state.items(), [])
      assert.deepEqual(natures(), before)
    })
  }

  for (const path of ['__proto__', 'constructor', 'socket.__proto__', 'socket.hasOwnProperty']) {
    it(`are unknown options: ${path}`, (t) => {
      const [last, outer] = path.split('.').reverse()
      const options = JSON.parse(outer ? `{"${outer}":{"${last}":{"port":1}}}` : `{"${last}":{"port":1}}`)
      const before = natures()
      assertNames(path, () => open(t, options))
      assert.deepEqual(natures(), before)
    })
  }

  /** What all objects of a kind share. */
  function natures() {
    return [Object, Array, Function, String, Promise].map(({ prototype }) =>
      Object.getOwnPropertyDescriptors(prototype),
    )
  }

  /**
   * Also of own properties that comparisons take for something else.
   *
   * @param {unknown} actual
   * @param {unknown} expected
   */
  function assertSame(actual, expected) {
    assert.equal(JSON.stringify(actual), JSON.stringify(expected))
    assert.equal(Object.getPrototypeOf(actual), Object.prototype)
  }
})

/**
 * An adapter on a server that answers wrongly on the connection that it is asked on first.
 *
 * @param {TestContext} t
 * @param {string[]} commands that are answered wrongly
 * @param {Said} wrong
 * @param {import('redis-state-adapter').RedisStateAdapterOptions} [options]
 */
async function openOn(t, commands, wrong, options) {
  /** @type {number | undefined} */
  let chosen
  const server = await scriptedServer(t, (command, { number }) => {
    if (!commands.includes(command[0])) return wellBehaved(command)
    chosen ??= number
    return number === chosen ? wrong : wellBehaved(command)
  })
  const state = open(t, { url: server.url, ...options })
  return { server, state }
}
