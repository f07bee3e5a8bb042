// @ts-check
// The rules that keep the cache coherent: without any one of them, a test here reads an old value.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fromMemory, opened, openedWithEntry, through, writeElsewhere } from './opened.mjs'

describe('time to live', () => {
  it('counts from the call, not from the reply', async () => {
    const { state, server, engine } = opened()
    writeElsewhere(server, 't:k', 1, 300)
    const read = state.get('t', 'k')
    server.execute(engine.connection)
    server.time += 200
    await engine.deliver()
    assert.equal(await read, 1)
    server.time += 99
    assert.equal(await fromMemory(engine, () => state.get('t', 'k')), 1)
    server.time += 1
    assert.equal(await through(engine, () => state.get('t', 'k')), null)
  })

  it('ends at the option ttl, if that is earlier', async () => {
    const { state, server, engine } = await openedWithEntry({ ttl: 400 })
    server.time += 399
    assert.equal(await fromMemory(engine, () => state.get('t', 'k')), 1)
    server.time += 1
    await through(engine, () => state.get('t', 'k'))
    assert.deepEqual(engine.sent, ['getTracked', 'getTracked'])
  })

  it('is that of an entry that does not exist, too', async () => {
    const { state, server, engine } = opened({ ttl: 400 })
    await through(engine, () => state.get('t', 'k'))
    server.time += 400
    await through(engine, () => state.get('t', 'k'))
    assert.equal(engine.sent.length, 2)
  })
})

describe('a read under way', () => {
  /** @type {[name: string, change: (all: ReturnType<typeof opened>) => void, expected: unknown][]} */
  const changes = [
    ['of its entry', ({ server }) => writeElsewhere(server, 't:k', 2), 2],
    ['of all entries', ({ server, engine }) => server.flush([engine.connection]), null],
  ]
  for (const [name, change, expected] of changes) {
    it(`fills nothing if a change ${name} is reported behind its reply and received with it`, async () => {
      const all = opened()
      const { state, server, engine } = all
      writeElsewhere(server, 't:k', 1)
      const read = state.get('t', 'k')
      server.execute(engine.connection)
      change(all)
      await engine.deliver()
      assert.equal(await read, 1)
      assert.equal(state.stats().cache?.entries, 0)
      assert.equal(await through(engine, () => state.get('t', 'k')), expected)
    })

    it(`is joined no more once a change ${name} is reported`, async () => {
      const all = opened()
      const { state, server, engine } = all
      writeElsewhere(server, 't:k', 1)
      const read = state.get('t', 'k')
      server.execute(engine.connection)
      change(all)
      // The report overtakes the reply, as on another thread.
      engine.connection.messages.reverse()
      await engine.deliver(1)
      const next = state.get('t', 'k')
      await engine.settle()
      assert.equal(await read, 1)
      assert.equal(await next, expected)
    })
  }

  it('is joined by later calls', async () => {
    const { state, server, engine } = opened()
    writeElsewhere(server, 't:k', 1)
    const calls = [state.get('t', 'k'), state.get('t', 'k'), state.getMany('t', ['k'])]
    await engine.settle()
    assert.deepEqual(await Promise.all(calls), [1, 1, [1]])
    assert.deepEqual(engine.sent, ['getTracked'])
  })

  it('is joined by no more calls than may be pending', async () => {
    const { state, server, engine } = opened()
    writeElsewhere(server, 't:k', 1)
    const calls = Array.from({ length: engine.rules.maxPending.calls + 2 }, () => state.get('t', 'k'))
    assert.deepEqual(
      engine.sent,
      ['getTracked', 'getTracked'],
      'the last call is one for the engine, which may reject it',
    )
    await engine.settle()
    assert.deepEqual(new Set(await Promise.all(calls)), new Set([1]))
    assert.equal(await fromMemory(engine, () => state.get('t', 'k')), 1)
  })

  it('is not joined in the second half of its time', async () => {
    const { state, server, engine } = opened({ maxStaleness: 60_000 })
    writeElsewhere(server, 't:k', 1)
    const calls = [state.get('t', 'k')]
    server.time += engine.rules.commandTimeout / 2
    calls.push(state.get('t', 'k'))
    assert.deepEqual(engine.sent, ['getTracked', 'getTracked'])
    await engine.settle()
    assert.deepEqual(await Promise.all(calls), [1, 1])
  })

  it('fills nothing if its connection is lost', async () => {
    const { state, server, engine } = opened()
    writeElsewhere(server, 't:k', 1)
    const read = state.get('t', 'k')
    await engine.lose()
    await engine.settle()
    assert.equal(await read, 1)
    writeElsewhere(server, 't:k', 2)
    assert.equal(await through(engine, () => state.get('t', 'k')), 2)
  })

  it('fills nothing if another server has answered', async () => {
    const { state, engine } = opened()
    engine.isRedirected = true
    await through(engine, () => state.get('t', 'k'))
    assert.equal(state.stats().cache?.entries, 0)
  })

  it('fills nothing after cleanup()', async () => {
    const { state, engine } = opened()
    const read = state.get('t', 'k')
    const closing = state.cleanup()
    await engine.settle()
    await Promise.all([read, closing])
    assert.equal(state.stats().cache?.entries, 0)
  })
})

describe('a lost connection', () => {
  it('drops all entries', async () => {
    const { state, server, engine } = await openedWithEntry()
    await engine.lose()
    writeElsewhere(server, 't:k', 2)
    assert.equal(await through(engine, () => state.get('t', 'k')), 2)
  })
})

const OTHER_STEP = { op: 'set', key: 'other', value: 2 }

/** @type {Record<string, (state: any) => Promise<unknown>>} */
const WRITES = {
  set: (state) => state.set('t', 'k', 2),
  'set with ttl': (state) => state.set('t', 'k', 2, { ttl: 60 }),
  delete: (state) => state.delete('t', 'k'),
  touch: (state) => state.touch('t', 'k', 60),
  persist: (state) => state.persist('t', 'k'),
  increment: (state) => state.increment('t', 'k'),
  'increment of a field': (state) => state.increment('t', 'k', 1, { field: 'a' }),
  update: (state) => state.update('t', 'k', [{ op: 'set', value: 2 }]),
  setMany: (state) => state.setMany('t', { k: 2 }),
  deleteMany: (state) => state.deleteMany('t', ['k']),
  'transaction that sets': (state) => state.transaction('t', [OTHER_STEP, { op: 'set', key: 'k', value: 2 }]),
  'transaction that deletes': (state) => state.transaction('t', [OTHER_STEP, { op: 'delete', key: 'k' }]),
}

describe('an own write', () => {
  for (const [name, write] of Object.entries(WRITES)) {
    it(`drops the entry when it is made: ${name}`, async () => {
      const { state, engine } = await openedWithEntry()
      const both = Promise.allSettled([write(state), state.get('t', 'k')])
      assert.deepEqual(engine.sent.slice(2), ['getTracked'])
      await engine.settle()
      const [written] = await both
      assert.equal(written.status, 'fulfilled')
    })

    it(`drops the entry when it has settled: ${name}`, async () => {
      const { state, engine } = await openedWithEntry()
      const writing = write(state)
      const [refused] = engine.connection.commands.splice(0)
      assert.equal(await through(engine, () => state.get('t', 'k')), 1)
      // The server executes it after the read, as it does with one that it refused at first.
      engine.connection.commands.push(refused)
      await engine.settle()
      await writing
      await through(engine, () => state.get('t', 'k'))
      assert.equal(engine.sent.length, 4)
    })
  }

  it('is read back by a read behind it, which joins none before it', async () => {
    const { state, server, engine } = opened()
    writeElsewhere(server, 't:k', 1)
    const before = state.get('t', 'k')
    const writing = state.set('t', 'k', 2)
    const behind = state.get('t', 'k')
    await engine.settle()
    assert.deepEqual(await Promise.all([before, writing, behind]), [1, 2, 2])
    assert.equal(await through(engine, () => state.get('t', 'k')), 2)
  })

  it('puts nothing into the cache', async () => {
    const { state, engine } = opened()
    await through(engine, () => state.set('t', 'k', 2))
    assert.equal(state.stats().cache?.entries, 0)
  })

  it('that fails drops the entry too', async () => {
    const { state, engine } = await openedWithEntry()
    const writing = state.set('t', 'k', 2).catch((error) => error.code)
    await engine.lose()
    assert.equal(await writing, 'ERR_CONNECTION')
    assert.equal(state.stats().cache?.entries, 0)
  })
})

describe('clear', () => {
  /** @type {[name: string, scope: [traceId: string, keyPrefix?: string], entry: [string, string], drops: boolean][]} */
  const scopes = [
    ['of the trace', ['t'], ['t', 'k'], true],
    ['of a prefix', ['t', 'k'], ['t', 'k'], true],
    ['of another prefix', ['t', 'x'], ['t', 'k'], false],
    ['of another trace', ['t2'], ['t', 'k'], false],
    ['of a trace whose id is the beginning of the entry', ['t'], ['t:u', 'k'], true],
    ['of a trace id with a colon', ['t:u', 'k'], ['t:u', 'key'], true],
    ['of another trace id with a colon', ['t:u'], ['t', 'k'], false],
  ]
  for (const [name, scope, [traceId, key], drops] of scopes) {
    it(`${drops ? 'drops' : 'keeps'} an entry when it is made: ${name}`, async () => {
      const { state, engine } = opened()
      await through(engine, () => state.get(traceId, key))
      const clearing = state.clear(...scope)
      assert.equal(state.stats().cache?.entries, drops ? 0 : 1)
      for (const run of engine.others) run()()
      await clearing
    })
  }

  it('voids the reads that were made before it has settled', async () => {
    const { state, server, engine } = await openedWithEntry()
    const clearing = state.clear('t')
    const read = state.get('t', 'k')
    server.execute(engine.connection)
    const [run] = engine.others.splice(0)
    // The reply of the other connection comes before the report of this one.
    run()()
    await clearing
    const behind = state.get('t', 'k')
    await engine.settle()
    assert.equal(await read, 1)
    assert.equal(await behind, null)
  })
})
