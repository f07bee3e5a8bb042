// @ts-check
// Changes of entries that were read, as the servers report them: each before the replies that were sent after it.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { range } from '../support/fill.mjs'
import { killOtherClients } from '../support/kill-clients.mjs'
import { startRedis } from '../support/redis.mjs'
import { openTracked } from '../support/tracking.mjs'
import { VERSIONS } from '../support/versions.mjs'

/** @import { Tracked } from '../support/tracking.mjs' */

/** @param {string} key as the adapter stores it */
const stored = (key) => `motia:state:t:${key}`

for (const [name, program] of /** @type {[string, string | undefined][]} */ ([['redis', undefined], ...VERSIONS])) {
  describe(`changes on ${name}`, () => {
    /** @type {import('../support/redis.mjs').RedisServer} */
    let server
    /** @type {import('../support/redis.mjs').Client} */
    let client
    before(async () => {
      server = await startRedis([], program)
      client = await server.client()
    })
    after(() => server.stop())

    /** @param {import('node:test').TestContext} t */
    async function ready(t) {
      const tracked = openTracked(t, { url: server.url })
      await tracked.ping()
      tracked.changes.length = 0
      return tracked
    }

    it('are reported of entries that were read with getTracked, once', async (t) => {
      const tracked = await ready(t)
      await client.set(stored('a'), '1')
      await client.set(stored('b'), '1', { expiration: { type: 'EX', value: 1000 } })
      assert.deepEqual(await tracked.get('a'), { value: 1, ttl: -1 })
      const { value, ttl = 0 } = await tracked.get('b')
      assert.ok(value === 1 && ttl > 990_000 && ttl <= 1_000_000)
      assert.deepEqual(await tracked.get('absent'), { value: null, ttl: -2 })
      await tracked.call('get', 't', 'c')
      for (const key of ['a', 'absent', 'c', 'a', 'b']) await client.set(stored(key), '2')
      await tracked.ping()
      assert.deepEqual(tracked.changes, ['t:a', 't:absent', 't:b'])
    })

    it('are reported of own writes, too', async (t) => {
      const tracked = await ready(t)
      await tracked.set('own', 1)
      await tracked.get('own')
      await tracked.set('own', 2)
      await tracked.ping()
      assert.deepEqual(tracked.changes, ['t:own'])
    })

    it('of large values and of names beyond ASCII are reported as of others', async (t) => {
      const tracked = await ready(t)
      const large = 'x'.repeat(100_000)
      await tracked.set('größe\u0001', large)
      assert.deepEqual(await tracked.get('größe\u0001'), { value: large, ttl: -1 })
      await client.del(stored('größe\u0001'))
      await tracked.ping()
      assert.deepEqual(tracked.changes, ['t:größe\u0001'])
    })

    it('of all entries are reported as null', async (t) => {
      const tracked = await ready(t)
      await tracked.get('a')
      await client.sendCommand(['FLUSHALL'])
      await tracked.ping()
      assert.deepEqual(tracked.changes, [null])
      await tracked.get('a')
      await client.sendCommand(['FLUSHDB'])
      await tracked.ping()
      assert.deepEqual(tracked.changes, [null, null])
    })

    it('while there is no connection are reported as null', async (t) => {
      const tracked = await ready(t)
      await client.set(stored('a'), '1')
      await tracked.get('a')
      await killOtherClients(client)
      await client.set(stored('a'), '2')
      assert.deepEqual(await tracked.get('a'), { value: 2, ttl: -1 })
      assert.ok(tracked.changes.length > 0 && tracked.changes.every((name) => name === null), 'what was lost is told')
      assert.ok(tracked.engine.isTracking())
    })

    it('arrive before the replies behind them, under load', async (t) => {
      const tracked = await ready(t)
      const names = range(4).map((index) => `hot-${index}`)
      const copies = new Copies(tracked)
      let round = 0
      let writes = true
      const writing = (async () => {
        for (; round < 200 || copies.hits < 100; round++) {
          await Promise.all(names.map((key) => client.set(stored(key), `${round}`)))
        }
        writes = false
      })()
      const reading = range(8).map(async () => {
        while (writes) await Promise.all(names.map((key) => copies.check(key)))
      })
      await Promise.all([writing, ...reading])
      for (const key of names) assert.equal(await copies.read(key), round - 1)
    })
  })
}

/** What a cache makes of values and changes, without limits. */
class Copies {
  hits = 0
  /** @type {Map<string, unknown>} */
  #values = new Map()
  /** Reads that no change has arrived for. @type {Map<string, symbol>} */
  #flights = new Map()
  #tracked

  /** @param {Tracked} tracked */
  constructor(tracked) {
    this.#tracked = tracked
    tracked.onInvalidation = (names) => {
      for (const name of names ?? [...this.#values.keys(), ...this.#flights.keys()]) {
        this.#values.delete(name.replace('t:', ''))
        this.#flights.delete(name.replace('t:', ''))
      }
    }
  }

  /** @param {string} key */
  async read(key) {
    if (this.#values.has(key)) {
      this.hits += 1
      return this.#values.get(key)
    }
    const flight = Symbol(key)
    this.#flights.set(key, flight)
    const { value, ttl } = await this.#tracked.get(key)
    if (ttl !== undefined && this.#flights.get(key) === flight) this.#values.set(key, value)
    return value
  }

  /** A value that is read from the server is never newer than the copy. @param {string} key */
  async check(key) {
    await this.read(key)
    const latest = await this.#tracked.call('get', 't', key)
    const copy = this.#values.get(key)
    if (copy !== undefined) assert.ok(Number(copy) >= Number(latest), `a copy of ${copy} while ${latest} was read`)
  }
}
