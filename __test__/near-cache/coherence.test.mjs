// @ts-check
// Several caches and writers on one server, under load, with connections that are closed and entries that are flushed. Each
// entry has one writer, whose values grow, so that each read can be judged.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { killOtherClients } from '../support/kill-clients.mjs'
import { open } from '../support/open.mjs'
import { started } from '../support/redis.mjs'
import { stalled } from '../support/stalls.mjs'
import { until } from '../support/until.mjs'
import { hitsOf } from './is-hit.mjs'

/** @import { RedisStateAdapter } from 'redis-state-adapter' */

const MAX_STALENESS = 1000
const ADAPTERS = 4
const KEYS = 20
const WRITES = 1500
const READS_PER_WRITE = 20
const FAULTS = 10

/** @param {number} writer @param {number} key */
const nameOf = (writer, key) => `${writer}-${key}`

/** What was written when, and what each adapter has read. */
class Ledger {
  /** For each entry when each of its values had been written. @type {Map<string, number[]>} */
  #written = new Map()
  /** @type {Map<string, number>} */
  #lastRead = new Map()
  /** @type {string[]} */
  faults = []

  /** @param {string} name */
  nextOf(name) {
    return this.#timesOf(name).length
  }

  /** @param {string} name @param {number} value */
  wrote(name, value) {
    this.#timesOf(name)[value] = performance.now()
  }

  /** @param {number} reader @param {string} name @param {number} value @param {number} called @param {number} low */
  judge(reader, name, value, called, low) {
    if (value < low) this.faults.push(`adapter ${reader} read ${value} of ${name} after ${low}`)
    const replaced = this.#timesOf(name)[value + 1]
    const age = called - replaced - stalled()
    if (age > MAX_STALENESS) this.faults.push(`adapter ${reader} read ${value} of ${name}, replaced ${age} ms before`)
    const last = `${reader} ${name}`
    this.#lastRead.set(last, Math.max(value, this.#lastRead.get(last) ?? 0))
  }

  /** @param {number} reader @param {string} name */
  lowOf(reader, name) {
    return this.#lastRead.get(`${reader} ${name}`) ?? 0
  }

  /** @param {string} name */
  #timesOf(name) {
    const times = this.#written.get(name) ?? [0]
    this.#written.set(name, times)
    return times
  }
}

/** @param {RedisStateAdapter} state @param {number} reader @param {Ledger} ledger @param {string} name */
async function read(state, reader, ledger, name) {
  const [called, low] = [performance.now(), ledger.lowOf(reader, name)]
  const value = await state.get('t', name, Math.random() < 0.05 ? { cache: false } : undefined)
  ledger.judge(reader, name, Number(value ?? 0), called, low)
}

/** @param {RedisStateAdapter} state @param {number} writer @param {Ledger} ledger */
async function write(state, writer, ledger) {
  const name = nameOf(writer, Math.floor(Math.random() * KEYS))
  const value = ledger.nextOf(name)
  ledger.wrote(name, value)
  // A write whose connection is lost may or may not be executed.
  for (let isWritten = false; !isWritten; ) {
    isWritten = await state.set('t', name, value).then(
      () => true,
      (error) => {
        assert.equal(error.applied, 'unknown')
        return false
      },
    )
  }
  ledger.wrote(name, value)
  const own = await state.get('t', name)
  if (own !== value) ledger.faults.push(`adapter ${writer} read ${own} of ${name} behind its write of ${value}`)
}

it('caches of several adapters return no value of the past, while connections are lost', async (t) => {
  const server = await started(t)
  const client = await server.client()
  const states = Array.from({ length: ADAPTERS }, () =>
    open(t, { url: server.url, cache: { maxStaleness: MAX_STALENESS }, stackTraces: false }),
  )
  const ledger = new Ledger()
  const names = states.flatMap((_, writer) => Array.from({ length: KEYS }, (_, key) => nameOf(writer, key)))
  let done = 0
  const work = states.map(async (state, index) => {
    for (let count = 0; count < WRITES / ADAPTERS; count += 1) {
      const reads = Array.from({ length: READS_PER_WRITE }, () =>
        read(state, index, ledger, names[Math.floor(Math.random() * names.length)]),
      )
      await Promise.all([...reads, write(state, index, ledger)])
      done += 1
    }
  })
  for (let fault = 1; fault <= FAULTS; fault += 1) {
    await until(() => done >= (fault * WRITES) / (FAULTS + 1))
    await killOtherClients(client)
  }
  await Promise.all(work)
  assert.deepEqual(ledger.faults.slice(0, 5), [])
  for (const name of names) {
    const value = Number((await client.get(`motia:state:t:${name}`)) ?? 0)
    for (const state of states) await until(async () => Number((await state.get('t', name)) ?? 0) === value)
  }
  assert.ok(states.every((state) => hitsOf(state) > 0))
})
