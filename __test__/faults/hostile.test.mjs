// @ts-check
// Servers whose replies no Redis server sends, because they are malicious or speak another protocol.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertFails } from '../support/assert-fails.mjs'
import { next, readyAgain } from '../support/events.mjs'
import { range } from '../support/fill.mjs'
import { drip, MALFORMED_REPLIES, WRONG_REPLIES } from '../support/hostile-replies.mjs'
import { open } from '../support/open.mjs'
import { keepsFreedMemory } from '../support/resources.mjs'
import { runFixture } from '../support/run-fixture.mjs'
import { array, bulk, scriptedServer } from '../support/scripted-server.mjs'
import { inPatientTime, patientTimeout, soon } from '../support/timing.mjs'
import { callsOnOneEntry, wellBehaved } from '../support/well-behaved.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 * @import { ScriptedReply } from '../support/scripted-server.mjs'
 */

for (const [title, broken] of Object.entries(MALFORMED_REPLIES)) {
  describe(`a server that replies with ${title}`, { concurrency: true }, () => {
    it('to calls on entries: writes reject with applied: unknown, reads are repeated on a new connection', async (t) => {
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
        // A command that may have been executed is not repeated.
        if (writes && command !== 'SCAN') continue
        it(`to ${command}: ${name} is repeated on a new connection`, async (t) => {
          const { server, state } = await openOn(t, [command], broken)
          const { make, good } = callsOnOneEntry(state).find((call) => call.name === name) ?? assert.fail()
          assert.deepEqual(await make(), good)
          assert.equal(server.connections, command === 'GET' ? 2 : 3)
        })
      }
    }

    it('to UNLINK: clear rejects with applied: unknown, the next clear succeeds', async (t) => {
      const { state } = await openOn(t, ['UNLINK'], broken)
      await assertFails(state.clear('t'), 'ERR_CONNECTION', { applied: 'unknown', traceId: 't', ...soon })
      assert.equal(await state.clear('t'), undefined)
    })

    it('while connecting: calls wait for the next attempt', async (t) => {
      const { server, state } = await openOn(t, ['PING'], broken)
      const lost = next(state, 'reconnecting')
      assert.equal(await state.set('t', 'k', 1), 1)
      assert.equal((await lost)[0].cause.code, 'ERR_CONNECTION')
      assert.equal(server.connections, 2)
    })
  })
}

describe('a server that replies wrongly to all calls', { concurrency: true }, () => {
  for (const [title, broken] of Object.entries(MALFORMED_REPLIES)) {
    it(`makes them fail in time until its replies are right: ${title}`, async (t) => {
      let behaves = false
      const server = await scriptedServer(t, (command) => {
        if (behaves || ['CLIENT', 'MGET AT LOGIN', 'PING'].includes(command[0])) return wellBehaved(command)
        return broken
      })
      const state = open(t, { url: server.url, commandTimeout: patientTimeout })
      await Promise.all(
        [state.get('t', 'k'), state.getGroup('t')].map(async (call) => {
          const { cause } = await assertFails(call, 'ERR_COMMAND_TIMEOUT', inPatientTime)
          if (cause) assert.equal(/** @type {{ code?: unknown }} */ (cause).code, 'ERR_CONNECTION')
        }),
      )
      behaves = true
      assert.equal(await state.get('t', 'k'), 'good')
      assert.deepEqual(await state.getGroup('t'), ['good'])
    })
  }
})

describe('a reply of the wrong type', { concurrency: true }, () => {
  for (const [command, misfits] of Object.entries(WRONG_REPLIES)) {
    for (const [title, misfit] of Object.entries(misfits)) {
      it(`to ${command}, ${title}, fails only that call`, async (t) => {
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
   * If the scan of a clear fails, nothing was deleted.
   *
   * @param {string} command
   * @param {boolean} [writes]
   */
  function appliedOf(command, writes) {
    if (!writes) return undefined
    return command === 'SCAN' ? 'no' : 'unknown'
  }
})

describe('a reply without a request', () => {
  it('on an idle connection causes the connection to be replaced', async (t) => {
    const { server, state } = await openOn(t, [], undefined)
    assert.equal(await state.get('t', 'k'), 'good')
    const [lost, back] = [next(state, 'reconnecting'), readyAgain(state)]
    server.send(`${bulk('"stray"')}\r\n`)
    assert.equal((await lost)[0].cause.code, 'ERR_CONNECTION')
    await back
    assert.equal(server.connections, 2)
    assert.equal(await state.get('t', 'k'), 'good')
  })

  it('after a reply is not assigned to another call', async (t) => {
    const { server, state } = await openOn(t, ['SET'], `+OK\r\n${bulk('"stray"')}`)
    const lost = next(state, 'reconnecting')
    assert.equal(await state.set('t', 'k', 1), 1)
    assert.equal((await lost)[0].cause.code, 'ERR_CONNECTION')
    const values = await Promise.all(range(10).map(() => state.get('t', 'k')))
    assert.deepEqual(values, Array(10).fill('good'))
    assert.equal(server.connections, 2)
  })

  it('after a reply to a listing is not assigned to the next listing', async (t) => {
    const { state } = await openOn(t, ['MGET'], `${array(bulk('"good"'))}\r\n${array(bulk('"stray"'))}`)
    assert.deepEqual(await state.getGroup('t'), ['good'])
    for (let round = 0; round < 3; round++) assert.deepEqual(await state.getGroup('t'), ['good'])
  })

  it('does not hide a connection reset that follows it', async (t) => {
    const { server, state } = await openOn(t, ['SET'], (socket) =>
      socket.write('+OK\r\n', () => socket.resetAndDestroy()),
    )
    const lost = next(state, 'reconnecting')
    assert.equal(await state.set('t', 'k', 1), 1)
    assert.equal((await lost)[0].cause.code, 'ERR_CONNECTION')
    assert.equal(await state.get('t', 'k'), 'good')
    assert.equal(server.connections, 2)
  })

  it('while connecting causes the connection to be replaced', async (t) => {
    const { server, state } = await openOn(t, ['PING'], `+PONG\r\n${bulk('"stray"')}`)
    assert.equal(await state.get('t', 'k'), 'good')
    assert.equal(server.connections, 2)
  })
})

describe('a scan whose cursor never returns to 0', () => {
  for (const { name, keys } of [
    { name: 'without keys', keys: () => [] },
    { name: 'with the same key each time', keys: () => ['motia:state:t:k'] },
    { name: 'with new keys each time', keys: (/** @type {number} */ step) => [`motia:state:t:${step}`] },
  ]) {
    it(`times out: ${name}`, async (t) => {
      let steps = 0
      let behaves = false
      const server = await scriptedServer(t, (command) => {
        if (behaves || command[0] !== 'SCAN') return wellBehaved(command)
        steps += 1
        return array(bulk(`${steps}`), array(...keys(steps).map(bulk)))
      })
      const state = open(t, { url: server.url, commandTimeout: patientTimeout })
      const applied = keys(1).length > 0 ? 'unknown' : 'no'
      await Promise.all([
        ...[state.getGroup('t'), state.keys('t'), state.traceIds(), state.items()].map((call) =>
          assertFails(call, 'ERR_COMMAND_TIMEOUT', inPatientTime),
        ),
        assertFails(state.clear('t'), 'ERR_COMMAND_TIMEOUT', { applied, traceId: 't', ...inPatientTime }),
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

describe('a reply without an end', { concurrency: 4 }, () => {
  const text = `${bulk('x'.repeat(1000))}\r\n`
  const integers = `*100\r\n${':1\r\n'.repeat(100)}`
  /**
   * @type {Record<string, { start: string, piece: string, many: number }>} each would have 400 MB or more in total
   */
  const ENDLESS = {
    'a string': { start: '$400000000\r\n', piece: 'x', many: 200_000 },
    'an array of texts': { start: '*1000000\r\n', piece: text, many: 200 },
    'an array of arrays of integers': { start: '*1000000\r\n', piece: integers, many: 75 },
    'a line': { start: '+', piece: 'x', many: 200_000 },
  }

  for (const [title, { start, piece, many }] of Object.entries(ENDLESS)) {
    for (const [method, command] of Object.entries({ get: 'GET', getGroup: 'SCAN' })) {
      it(`makes ${method} fail in time with bounded memory: ${title}`, async (t) => {
        const pieces = piece.repeat(many)
        const server = await scriptedServer(t, ([name, ...args]) => {
          if (name !== command || !args.some((arg) => arg.includes(':endless:'))) return wellBehaved([name, ...args])
          return (socket) => drip(socket, start, pieces)
        })
        const ending = await runFixture('endless-replies.mjs', [server.url, method])
        assert.deepEqual({ code: ending.code, stderr: ending.stderr }, { code: 0, stderr: '' })
        assert.ok(keepsFreedMemory || Number(ending.lines[0]) < 100e6, `${ending.lines[0]} bytes more`)
      })

      it(`causes a new connection: ${title} to ${method}`, async (t) => {
        const { state } = await openOn(t, [command], (socket) => drip(socket, start, piece), {
          commandTimeout: patientTimeout,
        })
        const { make, good } = callsOnOneEntry(state).find(({ name }) => name === method) ?? assert.fail()
        await assertFails(make(), 'ERR_COMMAND_TIMEOUT', inPatientTime)
        assert.deepEqual(await make(), good)
      })
    }
  }
})

describe('a process', () => {
  it('survives a server with a different wrong reply to each command', async (t) => {
    // Many resets leave handles in Node's own servers, which keep the process alive.
    const broken = Object.entries(MALFORMED_REPLIES).filter(([title]) => !title.endsWith('by a reset'))
    const wrongs = [
      ...broken.map(([, said]) => said),
      ...Object.values(WRONG_REPLIES).flatMap((misfits) => Object.values(misfits)),
    ]
    let asked = 0
    const server = await scriptedServer(t, (command) => {
      // Every other time the commands of connecting get the right reply.
      const login = ['CLIENT', 'PING'].includes(command[0])
      if (asked >= 10 * wrongs.length || (login && asked % 2 === 0)) return wellBehaved(command)
      return wrongs[asked++ % wrongs.length]
    })
    const { code, signal, lines, stderr } = await runFixture('hostile-calls.mjs', [server.url])
    assert.deepEqual({ code, signal, lines, stderr }, { code: 0, signal: null, lines: ['good'], stderr: '' })
  })
})

/**
 * An adapter on a server with wrong replies on the first connection that sends one of the commands.
 *
 * @param {TestContext} t
 * @param {string[]} commands that get a wrong reply
 * @param {ScriptedReply} wrong
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
