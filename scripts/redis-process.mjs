// @ts-check
// A Redis server with its own port and temporary directory, which is stopped at the latest when this process ends.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { ping } from './redis-ping.mjs'
import { findServer } from './redis-server.mjs'
import { PortTaken, ready } from './redis-startup.mjs'
import { reservePort } from './reserved-port.mjs'

/** @typedef {import('./redis-startup.mjs').Child} Child */

/** On a busy machine it takes seconds. */
const startWithin = 60_000
const stopWithin = 2_000
const portAttempts = 20

/** @type {Set<RedisProcess>} */
const processes = new Set()
process.on('exit', () => {
  for (const server of processes) server.destroy()
})
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  // By default a signal ends the process without exit hooks.
  process.once(signal, () => process.exit(128 + constants.signals[signal]))
}

/** A server that can be killed, frozen and restarted. */
export class RedisProcess {
  /** @type {Child | undefined} */
  #child
  /** @type {import('./reserved-port.mjs').ReservedPort | undefined} */
  #port
  #args
  #program
  #dir = mkdtempSync(join(tmpdir(), 'redis-state-adapter-'))

  /**
   * @param {string[]} [args] additional arguments of redis-server, which override the defaults
   * @param {string} [program] path of the binary; default: `findServer()`
   */
  constructor(args = [], program = undefined) {
    this.#args = args
    this.#program = program
    this.socketPath = join(this.#dir, 'redis.sock')
    processes.add(this)
  }

  /** Chosen by the first start, reserved until `stop`, and kept by later starts. */
  get port() {
    if (!this.#port) throw new Error('the server was never started')
    return this.#port.number
  }

  get url() {
    return `redis://127.0.0.1:${this.port}`
  }

  /** Adds arguments of redis-server for the next start. @param {string[]} args */
  addArguments(args) {
    this.#args = [...this.#args, ...args]
  }

  /** Process id; undefined while the server is down. */
  get pid() {
    return this.#child?.pid
  }

  /** Starts the server, for the first time or after `kill` or `stop`, and waits until it replies. */
  async start() {
    if (this.#child) throw new Error('the server is already running')
    const program = this.#program ?? findServer()
    if (!program) throw new Error('no redis-server found: run `npm test`, which gets one')
    processes.add(this)
    mkdirSync(this.#dir, { recursive: true })
    try {
      await (this.#port ? this.#startOn(program, this.#port.number) : this.#startSomewhere(program))
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  /** @param {string} program */
  async #startSomewhere(program) {
    for (let attempt = 1; ; attempt++) {
      const port = await reservePort()
      try {
        await this.#startOn(program, port.number)
        this.#port = port
        return
      } catch (error) {
        port.release()
        if (attempt === portAttempts || !(error instanceof PortTaken)) throw error
      }
    }
  }

  /**
   * @param {string} program
   * @param {number} port
   */
  async #startOn(program, port) {
    const child = this.#spawn(program, port)
    await ready(child, { sign: this.sign, within: startWithin })
    await ping(port, { within: startWithin }).catch((cause) => {
      throw new Error('redis-server listens but does not reply', { cause })
    })
    child.unref()
    child.stdout.unref()
  }

  /**
   * @param {string} program
   * @param {number} port
   */
  #spawn(program, port) {
    const args = [...this.argumentsFor(port, this.#dir), ...this.#args]
    const child = /** @type {Child} */ (spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] }))
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined
    })
    this.#child = child
    return child
  }

  /** Part of the log line that shows that the server listens. */
  get sign() {
    return 'Ready to accept connections'
  }

  /**
   * @param {number} port
   * @param {string} dir the temporary directory of the server
   * @returns {string[]}
   */
  argumentsFor(port, dir) {
    const options = {
      port: String(port),
      bind: '127.0.0.1',
      unixsocket: this.socketPath,
      dir,
      save: '',
      appendonly: 'no',
      daemonize: 'no',
      logfile: '',
    }
    return Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
  }

  /**
   * Sends a signal, such as SIGSTOP to freeze the server.
   *
   * @param {NodeJS.Signals} name
   */
  signal(name) {
    if (!this.#child?.pid) throw new Error('the server is down')
    send(name, this.#child)
  }

  /** Kills the server and waits until its process has ended; its files remain. */
  async kill() {
    await this.#end('SIGKILL')
  }

  /** Stops the server and removes its files. */
  async stop() {
    const deadline = setTimeout(() => this.#child && send('SIGKILL', this.#child), stopWithin)
    await this.#end('SIGCONT', 'SIGTERM')
    clearTimeout(deadline)
    this.destroy()
  }

  [Symbol.asyncDispose]() {
    return this.stop()
  }

  /** @param {NodeJS.Signals[]} signals */
  async #end(...signals) {
    const child = this.#child
    if (!child?.pid) return
    const exit = once(child, 'exit')
    child.ref()
    for (const signal of signals) send(signal, child)
    await exit
  }

  /** Synchronous `stop`, for the end of this process. */
  destroy() {
    if (this.#child) send('SIGKILL', this.#child)
    this.#port?.release()
    // The child process that saves a snapshot for a replica may still write to it.
    rmSync(this.#dir, { recursive: true, force: true, maxRetries: 5 })
    processes.delete(this)
  }
}

/**
 * Like `child.kill`, which in Deno sends the first signal only.
 *
 * @param {NodeJS.Signals} signal
 * @param {Child} child
 */
function send(signal, { pid }) {
  if (pid === undefined) return
  try {
    process.kill(pid, signal)
  } catch (error) {
    // The process has ended, and its exit event is pending.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error
  }
}
