// @ts-check
// Servers that go away, come back, freeze, refuse or were never there.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RedisStateError } from 'redis-state-adapter'
import { CheckedLoad } from './fixtures/checked-load.mjs'
import { clientLine, connected, lose, open, relayed, started, timesCalled } from './fixtures/servers.mjs'
import { assertFails, collectWarnings, everythingIn, next, reads, record, writes } from './fixtures/watch.mjs'

/** With these a server that is killed comes back with its data. */
const durable = ['--appendonly', 'yes']
const commandTimeout = 600
/** When a call has to give up, in milliseconds. */
const inTime = { from: commandTimeout - 50, within: commandTimeout + 250 }
/** A refusal that waits for nothing. */
const atOnce = { within: 250 }

describe('a server that is killed and comes back', () => {
  it('is used again by the calls that go on, and what was written is read', async (t) => {
    const server = await started(t, durable)
    const state = open(t, { url: server.url, socket: { reconnectStrategy: 20 } })
    const events = record(state)
    const load = new CheckedLoad(state)
    await load.progress()
    for (let round = 0; round < 3; round++) {
      const [lost, back] = [next(state, 'reconnecting'), next(state, 'ready')]
      await server.kill()
      await lost
      await server.start()
      await back
      await load.progress()
    }
    await load.stop()
    assert.deepEqual(load.faults, [])
    for (const { code, applied } of load.failedWrites) {
      assert.deepEqual({ code, applied }, { code: 'ERR_CONNECTION', applied: 'unknown' })
    }
    assert.match(events.join(' '), /^connect ready(( (error|reconnecting|connect))+ ready){3}$/)
  })

  it('is announced by events', async (t) => {
    const server = await started(t)
    const state = open(t, { url: server.url })
    const events = record(state)
    await next(state, 'ready')
    const [error, reconnecting, ready] = [next(state, 'error'), next(state, 'reconnecting', 3), next(state, 'ready')]
    await server.kill()
    const infos = await reconnecting
    await server.start()
    await ready
    const end = next(state, 'end')
    await state.cleanup()
    await end
    assert.match(events.join(' '), /^connect ready( (error|reconnecting|connect))+ connect ready end$/)
    assert.equal((await error)[0].code, 'ERR_CONNECTION')
    assert.deepEqual(
      infos.map(({ retries }) => retries),
      [0, 1, 2],
    )
    for (const { delay, cause } of infos) {
      assert.ok(delay >= 10 && delay <= 2000, `delay ${delay}`)
      assert.ok(cause instanceof RedisStateError)
      assert.equal(cause.code, 'ERR_CONNECTION')
    }
  })

  it('answers the reads made while it was away', async (t) => {
    const server = await started(t, durable)
    const state = open(t, { url: server.url })
    await state.set('trace', 'key', 'kept')
    await lose(state, server)
    const { get, getGroup, keys, traceIds, items } = reads(state)
    const answers = Promise.all([get(), getGroup(), keys(), traceIds(), items()])
    await next(state, 'reconnecting')
    await server.start()
    const item = { groupId: 'trace', key: 'key', type: 'string', value: 'kept' }
    assert.deepEqual(await answers, ['kept', ['kept'], ['key'], ['trace'], [item]])
  })

  it('gets the writes made while it was away', async (t) => {
    const server = await started(t, durable)
    const state = open(t, { url: server.url })
    await Promise.all(['one', 'two'].map((key) => state.set('trace', key, key)))
    await state.set('old', 'key', 'value')
    await lose(state, server)
    const answers = Promise.all([state.set('trace', 'new', 'new'), state.delete('trace', 'one'), state.clear('old')])
    await next(state, 'reconnecting')
    await server.start()
    assert.deepEqual(await answers, ['new', 'one', undefined])
    const client = await server.client()
    assert.deepEqual((await client.keys('*')).sort(), ['motia:state:trace:new', 'motia:state:trace:two'])
  })
})

describe('a connection that is cut before the answer came', () => {
  for (const method of ['set', 'delete']) {
    it(`rejects a ${method}, as it may have been applied, and does not send it again`, async (t) => {
      const { client, relay, state } = await relayed(t)
      const call = assertFails(writes(state)[method](), { code: 'ERR_CONNECTION', applied: 'unknown', within: 1000 })
      await relay.loseAnswers()
      relay.cut()
      await call
      assert.equal(await state.get('trace', 'key'), method === 'set' ? 'written' : null)
      assert.equal(await timesCalled(client, method === 'set' ? 'set' : 'getdel'), 1)
    })
  }

  it('repeats a read', async (t) => {
    const { client, relay, state } = await relayed(t)
    const call = state.get('trace', 'key')
    await relay.loseAnswers()
    relay.cut()
    assert.equal(await call, 'value')
    assert.equal((await timesCalled(client, 'get')) + (await timesCalled(client, 'mget')), 2)
  })

  for (const method of ['getGroup', 'keys', 'traceIds', 'items']) {
    it(`repeats a listing: ${method}`, async (t) => {
      const { relay, state } = await relayed(t)
      const expected = await reads(state)[method]()
      const call = reads(state)[method]()
      await relay.loseAnswers()
      relay.cut()
      assert.deepEqual(await call, expected)
    })
  }
})

describe('a server that was never there', () => {
  it('fails every call in time', async (t) => {
    const server = await started(t)
    await server.kill()
    const state = open(t, { url: server.url, commandTimeout })
    const code = 'ERR_COMMAND_TIMEOUT'
    await Promise.all([
      ...Object.values(reads(state)).map((call) => assertFails(call(), { code, ...inTime })),
      ...Object.values(writes(state)).map((call) => assertFails(call(), { code, applied: 'no', ...inTime })),
    ])
  })

  it('is used as soon as it is there', async (t) => {
    const server = await started(t)
    await server.kill()
    const state = open(t, { url: server.url })
    const call = state.set('trace', 'key', 1)
    await next(state, 'reconnecting', 2)
    await server.start()
    assert.equal(await call, 1)
    assert.equal(await state.get('trace', 'key'), 1)
  })
})

describe('a server that freezes', () => {
  it('fails calls in time and is used again afterwards', async (t) => {
    const server = await started(t)
    const state = open(t, { url: server.url, commandTimeout })
    const keys = Array.from({ length: 50 }, (_, index) => `key-${index}`)
    await Promise.all(keys.map((key) => state.set('trace', key, key)))
    await state.getGroup('trace')
    server.signal('SIGSTOP')
    const code = 'ERR_COMMAND_TIMEOUT'
    await Promise.all([
      ...Object.values(reads(state)).map((call) => assertFails(call(), { code, ...inTime })),
      assertFails(writes(state).set(), { code, applied: 'unknown', ...inTime }),
      assertFails(writes(state).delete(), { code, applied: 'unknown', ...inTime }),
      // It had only begun to look for what there is to remove.
      assertFails(writes(state).clear(), { code, applied: 'no', ...inTime }),
    ])
    server.signal('SIGCONT')
    // What was in flight is answered now: no answer may be taken for another call's.
    await Promise.all(keys.map((key) => state.set('later', key, key)))
    assert.deepEqual(await Promise.all(keys.map((key) => state.get('later', key))), keys)
  })
})

describe('the reconnect strategy', () => {
  it('a number is the delay', async (t) => {
    const server = await started(t)
    const state = await connected(t, server, 30)
    const infos = await lose(state, server, 3)
    assert.deepEqual(
      infos.map(({ retries, delay }) => [retries, delay]),
      [0, 1, 2].map((retries) => [retries, 30]),
    )
    await server.start()
    assert.equal(await state.set('trace', 'key', 1), 1)
  })

  it('false gives up at once', async (t) => {
    const server = await started(t)
    const state = await connected(t, server, false)
    const end = next(state, 'end')
    server.signal('SIGSTOP')
    const waiting = assertFails(state.get('trace', 'key'), { code: 'ERR_CONNECTION', within: 2000 })
    await server.kill()
    await Promise.all([waiting, end])
    await assertGivenUp(state)
    await server.start()
    await assertGivenUp(state)
  })

  it('false gives up at once when the first attempt fails', async (t) => {
    const server = await started(t)
    await server.kill()
    const state = open(t, { url: server.url, socket: { reconnectStrategy: false } })
    const end = next(state, 'end')
    await Promise.all([
      ...Object.values(reads(state)).map((call) => assertFails(call(), { code: 'ERR_CONNECTION', within: 2000 })),
      ...Object.values(writes(state)).map((call) =>
        assertFails(call(), { code: 'ERR_CONNECTION', applied: 'no', within: 2000 }),
      ),
    ])
    await end
    await assertGivenUp(state)
  })

  it('a function is asked with the retries so far and the cause', async (t) => {
    const server = await started(t)
    /** @type {[retries: number, cause: Error][]} */
    const asked = []
    const state = await connected(t, server, (...args) => 20 + asked.push(args))
    for (let loss = 0; loss < 2; loss++) {
      asked.length = 0
      const ready = next(state, 'ready')
      const infos = await lose(state, server, 3)
      assert.deepEqual(
        infos.map(({ retries, delay }) => [retries, delay]),
        [0, 1, 2].map((n) => [n, 21 + n]),
      )
      assert.deepEqual(
        asked.slice(0, 3).map(([retries]) => retries),
        [0, 1, 2],
      )
      for (const [, cause] of asked) {
        assert.ok(cause instanceof RedisStateError)
        assert.equal(cause.code, 'ERR_CONNECTION')
      }
      await server.start()
      await ready
    }
  })

  it('a function gives up by false', async (t) => {
    const server = await started(t)
    const state = await connected(t, server, (retries) => retries < 2 && 20)
    const end = next(state, 'end')
    await lose(state, server)
    const waiting = assertFails(state.set('a', 'b', 1), { code: 'ERR_CONNECTION', applied: 'no', within: 2000 })
    await Promise.all([end, waiting])
    await assertGivenUp(state)
  })

  it('a function gives up by an Error, which is the cause of the rejections', async (t) => {
    const server = await started(t)
    const enough = new Error('enough')
    const state = await connected(t, server, (retries) => (retries < 2 ? 20 : enough))
    const end = next(state, 'end')
    await lose(state, server)
    const waiting = assertFails(state.get('a', 'b'), { code: 'ERR_CONNECTION', within: 2000 })
    await end
    assert.equal((await waiting).cause, enough)
    for (const { cause } of await assertGivenUp(state)) assert.equal(cause, enough)
  })

  /** @type {Record<string, () => any>} */
  const mistakes = {
    'a throw': () => {
      throw new Error('mistaken')
    },
    NaN: () => Number.NaN,
    Infinity: () => Number.POSITIVE_INFINITY,
    'a negative number': () => -1,
    'a number too large': () => 2 ** 31,
    'a promise': async () => 20,
    'a promise that rejects': () => Promise.reject(new Error('mistaken')),
    text: () => '20',
    undefined: () => undefined,
    true: () => true,
  }
  for (const [title, mistake] of Object.entries(mistakes)) {
    it(`a function with a mistake, ${title}: one warning and the default delay`, async (t) => {
      const warnings = collectWarnings(t)
      const server = await started(t)
      const state = await connected(t, server, mistake)
      const start = performance.now()
      const infos = await lose(state, server, 3)
      const passed = performance.now() - start
      for (const { delay } of infos) assert.ok(delay >= 10 && delay <= 2000, `delay ${delay}`)
      assert.ok(passed >= infos[0].delay + infos[1].delay - 20, `three attempts in ${passed} ms`)
      await server.start()
      assert.equal(await state.set('trace', 'key', 1), 1)
      assert.equal(warnings.length, 1, warnings.join('\n'))
      assert.match(warnings[0].message, /reconnectStrategy/)
    })
  }
})

describe('credentials', () => {
  for (const [title, credentials] of Object.entries({
    'a wrong password': { password: 'wrong-word' },
    'no password': {},
    'an unknown user': { username: 'nobody', password: 'right-word' },
  })) {
    it(`${title} fails calls in time`, async (t) => {
      const server = await started(t, ['--requirepass', 'right-word'])
      const state = open(t, { url: server.url, commandTimeout, ...credentials })
      const announced = next(state, 'error')
      const { within } = inTime
      const errors = await Promise.all([
        ...Object.values(reads(state)).map((call) => assertFails(call(), { code: 'ERR_AUTH', within })),
        ...Object.values(writes(state)).map((call) => assertFails(call(), { code: 'ERR_AUTH', applied: 'no', within })),
      ])
      errors.push(...(await announced))
      assert.deepEqual(new Set(errors.map(({ code }) => code)), new Set(['ERR_AUTH']))
      for (const error of errors) assert.doesNotMatch(everythingIn(error), /(wrong|right)-word/)
    })
  }

  it('recovers when the password becomes right', async (t) => {
    const server = await started(t, ['--requirepass', 'old-word'])
    const state = open(t, { url: server.url, password: 'new-word', commandTimeout })
    await assertFails(state.get('trace', 'key'), { code: 'ERR_AUTH', within: inTime.within })
    const ready = next(state, 'ready')
    const client = await server.client({ password: 'old-word' })
    await client.configSet('requirepass', 'new-word')
    await ready
    assert.equal(await state.set('trace', 'key', 1), 1)
  })

  it('recovers from a password that was wrong for a while', async (t) => {
    const server = await started(t, ['--requirepass', 'one-word'])
    const state = open(t, { url: server.url, password: 'one-word', commandTimeout })
    assert.equal(await state.set('trace', 'key', 1), 1)
    const client = await server.client({ password: 'one-word' })
    await client.configSet('requirepass', 'another-word')
    const [error, lost] = [next(state, 'error', 2), next(state, 'reconnecting', 2)]
    await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
    await lost
    assert.equal((await error)[1].code, 'ERR_AUTH')
    const ready = next(state, 'ready')
    await client.configSet('requirepass', 'one-word')
    await ready
    assert.equal(await state.get('trace', 'key'), 1)
  })

  it('are those of an ACL user, given as options or in the url', async (t) => {
    const server = await started(t)
    const client = await server.client()
    const password = 'p@ss:w/rd %'
    await client.sendCommand(['ACL', 'SETUSER', 'reader', 'on', `>${password}`, '~*', '+@all', '-set', '-setex'])
    const inUrl = `redis://reader:${encodeURIComponent(password)}@127.0.0.1:${server.port}`
    for (const options of [{ url: server.url, username: 'reader', password }, { url: inUrl }]) {
      const state = open(t, { ...options, name: 'acl-user' })
      assert.equal(await state.get('trace', 'key'), null)
      assert.match(await clientLine(client, 'acl-user'), / user=reader /)
      const expected = { code: 'ERR_REPLY', applied: /** @type {const} */ ('no'), ...atOnce }
      assert.equal((await assertFails(state.set('trace', 'key', 1), expected)).reply, 'NOPERM')
      await state.cleanup()
    }
  })
})

describe('the connection', () => {
  it('goes over a unix socket', async (t) => {
    const server = await started(t)
    const client = await server.client()
    const path = server.socketPath
    for (const options of [{ url: `unix://${path}` }, { socket: { path } }]) {
      const state = open(t, { ...options, name: 'over-unix' })
      assert.equal(await state.set('trace', 'key', 1), 1)
      assert.match(await clientLine(client, 'over-unix'), new RegExp(` addr=${path}:0 `))
      const ready = next(state, 'ready')
      await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
      await ready
      assert.equal(await state.get('trace', 'key'), 1)
      await state.cleanup()
    }
  })

  it('uses the database given, after a restart too', async (t) => {
    const server = await started(t)
    for (const options of [{ url: server.url, database: 3 }, { url: `${server.url}/3` }]) {
      const state = open(t, options)
      await state.set('trace', 'key', 1)
      await lose(state, server)
      await server.start()
      await state.set('trace', 'key', 2)
      assert.equal(await (await server.client({ database: 3 })).get('motia:state:trace:key'), '2')
      assert.equal(await (await server.client()).dbSize(), 0)
      await state.cleanup()
    }
  })

  it('carries a name', async (t) => {
    const server = await started(t)
    const client = await server.client()
    for (const name of ['redis-state-adapter', 'my-app']) {
      const state = open(t, { url: server.url, ...(name === 'my-app' && { name }) })
      await state.get('trace', 'key')
      assert.ok(await clientLine(client, name))
      await state.cleanup()
    }
  })
})

/**
 * All further calls reject at once.
 *
 * @param {import('redis-state-adapter').RedisStateAdapter} state
 */
function assertGivenUp(state) {
  const code = 'ERR_CONNECTION'
  return Promise.all([
    ...Object.values(reads(state)).map((call) => assertFails(call(), { code, ...atOnce })),
    ...Object.values(writes(state)).map((call) => assertFails(call(), { code, applied: 'no', ...atOnce })),
  ])
}
