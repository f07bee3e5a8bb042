// @ts-check
// Loads of one entry by several processes that miss it at the same time.

import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { open } from './support/open.mjs'
import { started } from './support/redis.mjs'

/**
 * @import { ChildProcess } from 'node:child_process'
 * @import { TestContext } from 'node:test'
 */

const PROGRAM = fileURLToPath(new URL('fixtures/get-or-set-loader.mjs', import.meta.url))
const PROCESSES = 4
const CALLS = 250

describe('1,000 calls of four processes that miss one entry', () => {
  it('load once with a lock', async (t) => {
    const fleet = await Fleet.start(t, { ttl: 600, lock: true })
    const loader = await fleet.loading()
    loader.child.send('return')
    const results = await fleet.results()
    assert.equal(fleet.loads, 1)
    assert.deepEqual(
      results,
      results.map(() => ({ event: 'done', from: loader.child.pid, values: 1 })),
    )
  })

  it('load once in each process without a lock, and all get the value that was written first', async (t) => {
    const fleet = await Fleet.start(t, { ttl: 600 })
    for (let loads = 0; loads < PROCESSES; loads++) await fleet.loading()
    for (const { child } of fleet.members) child.send('return')
    const results = await fleet.results()
    assert.equal(fleet.loads, PROCESSES)
    assert.deepEqual(
      results,
      results.map(() => ({ ...results[0], values: 1 })),
    )
    assert.equal((await fleet.state.get('t', 'k')).from, results[0].from)
  })

  it('load in another process if the one that loads is killed', async (t) => {
    const fleet = await Fleet.start(t, { ttl: 600, lock: { ttl: '2s' } })
    const killed = await fleet.loading()
    killed.child.kill('SIGKILL')
    await once(killed.child, 'exit')
    const next = await fleet.loading()
    next.child.send('return')
    const rest = fleet.members.filter((member) => member !== killed)
    const results = await Promise.all(rest.map(({ done }) => done))
    assert.equal(fleet.loads, 2)
    assert.deepEqual(
      results,
      results.map(() => ({ event: 'done', from: next.child.pid, values: 1 })),
    )
  })
})

/** A process, and what it reports. */
class Member {
  /** @param {ChildProcess} child @param {(member: Member) => void} onLoading */
  constructor(child, onLoading) {
    this.child = child
    const reported = (/** @type {string} */ event) =>
      new Promise((resolve, reject) => {
        child.on('message', (/** @type {any} */ message) => message.event === event && resolve(message))
        child.on('exit', () => reject(new Error(`it ended before it was ${event}`)))
      })
    child.on('message', (/** @type {any} */ message) => message.event === 'loading' && onLoading(this))
    this.ready = reported('ready')
    this.missed = reported('missed')
    this.done = reported('done')
    // Of one that is killed nobody waits for it.
    this.done.catch(() => {})
  }
}

/** Four processes on one server. */
class Fleet {
  loads = 0
  /** @type {Member[]} */
  #loading = []
  #onLoading = () => {}

  /** @param {import('redis-state-adapter').RedisStateAdapter} state @param {ChildProcess[]} children */
  constructor(state, children) {
    this.state = state
    this.members = children.map(
      (child) =>
        new Member(child, (member) => {
          this.loads += 1
          this.#loading.push(member)
          this.#onLoading()
        }),
    )
  }

  /** Resolves when all calls are made, and have missed. @param {TestContext} t @param {import('redis-state-adapter').GetOrSetOptions} options */
  static async start(t, options) {
    const server = await started(t)
    const args = [server.url, `${CALLS}`, JSON.stringify(options)]
    const children = Array.from({ length: PROCESSES }, () => fork(PROGRAM, args))
    t.after(() => children.forEach((child) => void child.kill('SIGKILL')))
    const fleet = new Fleet(open(t, { url: server.url }), children)
    await Promise.all(fleet.members.map(({ ready }) => ready))
    for (const child of children) child.send('go')
    await Promise.all(fleet.members.map(({ missed }) => missed))
    return fleet
  }

  /** The next process that loads. @returns {Promise<Member>} */
  async loading() {
    while (this.#loading.length === 0) {
      await new Promise((resolve) => {
        this.#onLoading = () => resolve(undefined)
      })
    }
    return /** @type {Member} */ (this.#loading.shift())
  }

  results() {
    return /** @type {Promise<any[]>} */ (Promise.all(this.members.map(({ done }) => done)))
  }
}
