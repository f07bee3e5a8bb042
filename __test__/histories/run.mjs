// @ts-check
// A run: clients make calls, the nemesis injects faults, and the judge checks the recorded calls.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { RedisStateAdapter } from 'redis-state-adapter'
import { placesOf } from './client/calls.mjs'
import { Random } from './client/random.mjs'
import { now, Recorder } from './client/recorder.mjs'
import { WatcherProcess } from './client/watcher-process.mjs'
import { Clients, SETTLE_TIMEOUT } from './clients.mjs'
import { JudgeThread } from './judge/judge-thread.mjs'

/**
 * @import { Orders } from './client/client.mjs'
 * @import { Findings } from './judge/history.mjs'
 * @import { Window } from './judge/epochs.mjs'
 *
 * @typedef {object} Action a fault that the nemesis injects
 * @property {string} name
 * @property {(run: Run) => Promise<void>} act injects the fault and resolves when it has ended
 *
 * @typedef {object} Topology servers with their faults
 * @property {Record<string, any>[]} options of the adapters; the clients use them in turn
 * @property {Action[]} actions
 * @property {Window[]} windows in which acknowledged writes may be lost; actions append to them
 * @property {() => Promise<void>} stop
 *
 * @typedef {object} Settings
 * @property {() => Promise<Topology>} start
 * @property {number} seed
 * @property {number} seconds
 * @property {'event-loop' | 'thread'} [driver] that reads replies
 * @property {number} [clients]
 * @property {string} [mutant] name of the fault that is planted in the adapters
 * @property {boolean} [untilViolation] ends the run when a violation is found or a client fails
 * @property {(progress: Progress) => void} [onRound]
 *
 * @typedef {object} Progress
 * @property {number} round
 * @property {number[]} pids of the clients and the watcher
 * @property {string} action name of the next action of the nemesis
 * @property {Report} report up to now
 *
 * @typedef {object} Tally
 * @property {number} seed
 * @property {Record<string, number>} actions number of times that each was executed
 * @property {string[]} faults failures of clients, of the watcher, and of the nemesis; a failure of the nemesis ends
 *   the run
 *
 * @typedef {Findings & Tally} Report
 */

const LANES = 4
const ENTRIES = 2
const KINDS = ['register', 'counter', 'list', 'together', 'lock']
/**
 * Entries are judged every `interval` rounds. `settleRounds` after a round no call on its entries is in flight any
 * more.
 */
const WITH_FAULTS = { interval: 10, settleRounds: 8 }
/** Shorter for runs that end with the first violation. */
const UNTIL_VIOLATION = { interval: 2, settleRounds: 1 }
/** Maximum pause between two actions of the nemesis, in milliseconds. */
const MAX_PAUSE = 700
export const COMMAND_TIMEOUT = 2000

export class Run {
  /** @type {Record<string, number>} */
  actions = {}
  #judge = new JudgeThread()
  #dir = mkdtempSync(join(tmpdir(), 'redis-state-adapter-history-'))
  #files = 0
  #lastNumber = 0
  #round = 0
  #settings
  #topology
  #watcher
  /** Failures of the watcher and the nemesis. @type {string[]} */
  #faults = []

  /**
   * @param {Settings} settings
   * @param {Topology} topology
   * @param {Random} random
   */
  constructor(settings, topology, random) {
    this.#settings = settings
    this.#topology = topology
    this.random = random
    /** @type {Record<string, string>} */
    const env = settings.driver === 'thread' ? { REDIS_STATE_DRIVER: 'thread' } : {}
    this.#watcher = new WatcherProcess(this.#optionsOf(0), env)
    this.clients = new Clients(settings.clients ?? 3, {
      random,
      env,
      newOrders: () => this.#newOrders(),
      onGone: ({ file }) => this.#judge.finish(file),
    })
  }

  get round() {
    return this.#round
  }

  get topology() {
    return this.#topology
  }

  async go() {
    await this.#watcher.ready()
    const end = now() + this.#settings.seconds * 1000
    const pace = this.#settings.untilViolation ? UNTIL_VIOLATION : WITH_FAULTS
    while (now() < end && this.#faults.length === 0 && !(await this.#hasFailed())) {
      this.#round++
      this.clients.begin(this.#round)
      await pause(this.random.below(MAX_PAUSE))
      await this.#act(this.random.of(this.#topology.actions))
      if (this.#round % pace.interval === 0) await this.#judgeUntil(this.#round - pace.settleRounds)
    }
    await this.clients.stop()
    this.#faults.push(...(await this.#watcher.stop()))
    await this.#judgeUntil(this.#round)
  }

  async #hasFailed() {
    if (this.#settings.untilViolation !== true) return false
    return this.clients.haveFailed || (await this.#judge.findings()).violations.length > 0
  }

  /** @returns {Promise<Report>} */
  async report() {
    const faults = [...this.clients.faults, ...this.#faults]
    return { seed: this.#settings.seed, actions: this.actions, faults, ...(await this.#judge.findings()) }
  }

  async stop() {
    this.#watcher.kill()
    await Promise.all([this.clients.end(), this.#judge.end()])
    rmSync(this.#dir, { recursive: true, force: true })
  }

  /** @returns {Orders} */
  #newOrders() {
    const number = ++this.#lastNumber
    const [file, options] = [this.#newFile(), this.#optionsOf(number)]
    const [seed, round] = [this.random.below(2 ** 32), this.#round]
    const { mutant } = this.#settings
    return { number, seed, round, lanes: LANES, file, options, kinds: KINDS, entries: ENTRIES, mutant }
  }

  /** @param {number} number of the client */
  #optionsOf(number) {
    const { options } = this.#topology
    return { ...options[number % options.length], commandTimeout: COMMAND_TIMEOUT }
  }

  #newFile() {
    const file = join(this.#dir, `${this.#files++}.ndjson`)
    this.#judge.follow(file)
    return file
  }

  /** @param {Action} action */
  async #act(action) {
    this.actions[action.name] = (this.actions[action.name] ?? 0) + 1
    const pids = [...this.clients.pids, Number(this.#watcher.pid)]
    this.#settings.onRound?.({ round: this.#round, pids, action: action.name, report: await this.report() })
    try {
      await action.act(this)
    } catch (error) {
      this.#faults.push(`${action.name}: ${error}`)
    }
  }

  /** Judges the entries of the rounds up to and including that one. @param {number} round */
  async #judgeUntil(round) {
    const entries = await this.#judge.entriesUntil(round)
    await this.#readAll(entries.filter((entry) => !entry.startsWith('lock')))
    await this.#judge.judge(entries, this.#topology.windows)
  }

  /**
   * Reads entries once more, so that a lost write is noticed even if no client read the entry again.
   *
   * @param {string[]} entries
   */
  async #readAll(entries) {
    const file = this.#newFile()
    const recorder = new Recorder(file)
    const state = new RedisStateAdapter({ ...this.#optionsOf(0), commandTimeout: SETTLE_TIMEOUT })
    for (const entry of entries) await readAt(state, recorder, entry)
    await state.cleanup()
    recorder.close()
    this.#judge.finish(file)
  }
}

/**
 * @param {RedisStateAdapter} state
 * @param {Recorder} recorder
 * @param {string} entry
 */
async function readAt(state, recorder, entry) {
  for (const { traceId, key } of placesOf(entry)) {
    const id = recorder.begin({ entry, name: 'get' })
    const value = await state.get(traceId, key)
    recorder.end(id, { outcome: 'done', result: value === null ? null : JSON.stringify(value) })
  }
}

/**
 * @param {Settings} settings
 * @returns {Promise<Report>}
 */
export async function runHistory(settings) {
  const random = new Random(settings.seed)
  const topology = await settings.start()
  const run = new Run(settings, topology, random)
  try {
    await run.go()
    return await run.report()
  } finally {
    await run.stop()
    await topology.stop()
  }
}
