// @ts-check
// Reads, own writes, writes of others, expiry, reports and losses in random order. A judge checks each value that is read: it is
// one that the entry had, own writes are read back, nothing goes back in time, nothing is older than a change whose report was
// received, or than maxStaleness.

import { it } from 'node:test'
import fc from 'fast-check'
import { Judge } from './judge.mjs'
import { opened, writeElsewhere } from './opened.mjs'

const MAX_STALENESS = 100
const NAMES = ['t:a', 't:b', 'u:a']
const RUNS = Number(process.env.NEAR_CACHE_RUNS ?? 1500)

const name = fc.constantFrom(...NAMES)
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('get'), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('getMany'), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('direct'), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('has'), name }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('set'), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete'), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear'), name }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('write'), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expiring'), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('flush'), name }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('execute'), name }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('deliver'), name }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('deliverOne'), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('other'), name }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass'), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stall'), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse'), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose'), name }) },
)

/** A client with its judge. */
class Run {
  #all
  #judge
  #version = 0
  /** Calls that have not settled. @type {Promise<unknown>[]} */
  #calls = []

  /** @param {boolean} isCluster */
  constructor(isCluster) {
    this.#all = opened({ maxStaleness: MAX_STALENESS }, { isCluster })
    this.#judge = new Judge(this.#all.server, MAX_STALENESS)
    this.#all.engine.onReport = (changed) => this.#reported(changed)
  }

  /** @type {Record<string, (name: string) => unknown>} */
  steps = {
    get: (name) => this.#read(name, (traceId, key) => this.#all.state.get(traceId, key)),
    getMany: (name) => this.#read(name, async (traceId, key) => (await this.#all.state.getMany(traceId, [key]))[0]),
    direct: (name) => this.#read(name, (traceId, key) => this.#all.state.get(traceId, key, { cache: false })),
    has: (name) => this.#has(name),
    set: (name) => this.#write(name, (traceId, key) => this.#all.state.set(traceId, key, ++this.#version)),
    delete: (name) => this.#write(name, (traceId, key) => this.#all.state.delete(traceId, key)),
    clear: (name) => this.#watch(this.#clear(name)),
    write: (name) => writeElsewhere(this.#all.server, name, ++this.#version),
    expiring: (name) => writeElsewhere(this.#all.server, name, ++this.#version, MAX_STALENESS / 2),
    flush: () => this.#all.server.flush([this.#all.engine.connection]),
    execute: () => this.#all.server.execute(this.#all.engine.connection),
    deliver: () => this.#all.engine.deliver(),
    deliverOne: () => this.#all.engine.deliver(1),
    other: () => this.#all.engine.others.shift()?.()(),
    pass: () => this.#pass(MAX_STALENESS / 5),
    stall: () => this.#pass(2 * MAX_STALENESS),
    refuse: () => this.#refuse(),
    lose: () => this.#all.engine.lose(),
  }

  /** Its failure is reported at the end. @param {Promise<unknown>} call */
  #watch(call) {
    call.catch(() => {})
    this.#calls.push(call)
  }

  async end() {
    for (const run of this.#all.engine.others.splice(0)) run()()
    while (this.#all.engine.isBusy) await this.#all.engine.settle()
    await Promise.all(this.#calls)
  }

  /** @param {string} name @param {(traceId: string, key: string) => Promise<unknown>} call */
  #read(name, call) {
    const read = this.#judge.called(name)
    this.#watch(
      call(...partsOf(name)).then((value) => this.#judge.returned(read, String(value), (one) => one === value)),
    )
  }

  /** @param {string} name */
  #has(name) {
    const read = this.#judge.called(name)
    this.#watch(
      this.#all.state
        .has(...partsOf(name))
        .then((exists) => this.#judge.returned(read, `existing: ${exists}`, (one) => (one !== null) === exists)),
    )
  }

  /** What it wrote is known once it has settled. @param {string} name @param {(traceId: string, key: string) => Promise<unknown>} call */
  #write(name, call) {
    const writing = call(...partsOf(name))
    const command = this.#all.engine.connection.commands.at(-1)
    let index = 0
    if (command !== undefined) {
      const { run } = command
      command.run = (connection) => {
        const reply = run(connection)
        index = this.#judge.current(name)
        return reply
      }
    }
    const done = writing.then(
      () => this.#judge.known(name, index),
      () => {},
    )
    this.#watch(done)
  }

  /** @param {string} name */
  async #clear(name) {
    const [traceId] = partsOf(name)
    const indexes = NAMES.filter((one) => one.startsWith(`${traceId}:`)).map((one) => ({ one, index: 0 }))
    const clearing = this.#all.state.clear(traceId)
    const others = this.#all.engine.others
    const run = others.pop()
    others.push(() => {
      const receive = run?.() ?? (() => {})
      for (const entry of indexes) entry.index = this.#judge.current(entry.one)
      return receive
    })
    await clearing
    for (const { one, index } of indexes) this.#judge.known(one, index)
  }

  /** @param {import('../support/tracking-server.mjs').Changed[]} changed */
  #reported(changed) {
    for (const { name, changes } of changed) this.#judge.known(name, changes)
  }

  /** @param {number} milliseconds */
  #pass(milliseconds) {
    this.#all.server.time += milliseconds
  }

  /** The server refuses its next command for now, if it writes: it is sent again behind the others. */
  #refuse() {
    const { commands } = this.#all.engine.connection
    if (commands[0]?.writes) commands.push(...commands.splice(0, 1))
  }
}

/** @param {string} name @returns {[traceId: string, key: string]} */
function partsOf(name) {
  const [traceId, key] = name.split(':')
  return [traceId, key]
}

for (const isCluster of [false, true]) {
  it(`reads in any order are coherent, ${isCluster ? 'in a cluster' : 'on one server'}`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        const run = new Run(isCluster)
        for (const { do: what, name } of steps) await run.steps[what](name)
        await run.end()
      }),
      { numRuns: RUNS },
    )
  })
}
