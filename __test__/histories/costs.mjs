// @ts-check
// Memory, files and threads of the client processes: a leak shows in a long run. Only available on Linux.

import { readdirSync, readFileSync } from 'node:fs'

const isLinux = process.platform === 'linux'
const bytesPerPage = 4096
/** Seconds during which a process grows in any case, until its code is compiled. */
const WARM_UP = 20

/**
 * @typedef {object} Cost
 * @property {number} memory resident, in MB
 * @property {number} files open
 * @property {number} threads
 */

export class Costs {
  /**
   * By process: time of the first measurement, the cost after the warm-up, and the last cost.
   *
   * @type {Map<number, { since: number, warm?: Cost, last?: Cost }>}
   */
  #processes = new Map()
  /** @type {Cost} */
  #most = { memory: 0, files: 0, threads: 0 }

  /**
   * @param {number[]} pids
   * @param {number} seconds since the beginning
   * @returns {string[]} the present cost of each process, as text
   */
  measure(pids, seconds) {
    return isLinux ? pids.map((pid) => this.#measureOne(pid, seconds)) : []
  }

  /** The maximum cost of a process, and its maximum growth after the warm-up. */
  get summary() {
    if (!isLinux) return []
    const { memory, files, threads } = this.#most
    const grown = (/** @type {keyof Cost} */ what) => {
      const each = [...this.#processes.values()].map(({ warm, last }) => (warm && last ? last[what] - warm[what] : 0))
      return Math.max(0, ...each)
    }
    return [
      `at most ${memory.toFixed(0)} MB ${files} fds ${threads} threads a client`,
      `grown by at most ${grown('memory').toFixed(0)} MB ${grown('files')} fds ${grown('threads')} threads`,
    ]
  }

  /** @param {number} pid @param {number} seconds */
  #measureOne(pid, seconds) {
    const cost = costOf(pid)
    if (cost === undefined) return 'gone'
    const seen = this.#processes.get(pid) ?? { since: seconds }
    if (seconds - seen.since >= WARM_UP) seen.warm ??= cost
    seen.last = cost
    this.#processes.set(pid, seen)
    for (const what of /** @type {(keyof Cost)[]} */ (Object.keys(cost))) {
      this.#most[what] = Math.max(this.#most[what], cost[what])
    }
    return `${cost.memory.toFixed(0)} MB ${cost.files} fds ${cost.threads} threads`
  }
}

/** @param {number} pid @returns {Cost | undefined} */
function costOf(pid) {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
    const [files, threads] = ['fd', 'task'].map((folder) => readdirSync(`/proc/${pid}/${folder}`).length)
    return { memory: (pages * bytesPerPage) / 2 ** 20, files, threads }
  } catch {
    return undefined
  }
}
