// @ts-check
// Real Redis servers for tests: a port and a temp dir of their own, gone at the latest when this process ends.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'redis'
import { findServer } from '../../scripts/redis-server.mjs'

/** @typedef {import('node:child_process').ChildProcessByStdio<null, import('node:net').Socket, null>} Child */
/** @typedef {ReturnType<typeof createClient>} Client */

const startWithin = 10_000
const stopWithin = 2_000
const portAttempts = 20

/** @type {Set<RedisServer>} */
const servers = new Set()
process.on('exit', () => {
  for (const server of servers) server.destroy()
})
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  // A signal's default action ends the process without its exit hooks.
  process.once(signal, () => process.exit(128 + constants.signals[signal]))
}

/**
 * Starts a server on a free port.
 *
 * @param {string[]} [args] further arguments of redis-server; they win over the defaults
 */
export async function startRedis(args = []) {
  const program = findServer()
  if (!program) throw new Error('There is no redis-server: run `npm test`, which gets one')
  for (let attempt = 1; ; attempt++) {
    const server = new RedisServer(program, somePort(), args)
    try {
      await server.start()
      return server
    } catch (error) {
      await server.stop()
      if (attempt === portAttempts || !(error instanceof PortTaken)) throw error
    }
  }
}

/**
 * Below the ports that the kernel hands out, so that a server which comes back finds its port still free. Whether it is
 * free at all, the server's own bind tells best.
 */
function somePort() {
  return 15_000 + Math.floor(Math.random() * 7_000)
}

class PortTaken extends Error {}

/** A server that can be killed, frozen and started again. */
export class RedisServer {
  /** @type {Child | undefined} */
  #child
  /** @type {Set<Client>} */
  #clients = new Set()
  #program
  #args
  #dir = mkdtempSync(join(tmpdir(), 'redis-state-adapter-'))

  /**
   * @param {string} program
   * @param {number} port
   * @param {string[]} args
   */
  constructor(program, port, args) {
    this.#program = program
    this.#args = args
    this.port = port
    this.socketPath = join(this.#dir, 'redis.sock')
    this.url = `redis://127.0.0.1:${port}`
    servers.add(this)
  }

  /** Process id; undefined while the server is down. */
  get pid() {
    return this.#child?.pid
  }

  /** Starts the server, for the first time or after `kill` or `stop`, and waits until it answers. */
  async start() {
    if (this.#child) throw new Error('The server runs already')
    servers.add(this)
    mkdirSync(this.#dir, { recursive: true })
    const child = this.#spawn()
    await ready(child)
    await ping(this.port)
    child.unref()
    child.stdout.unref()
  }

  #spawn() {
    const args = [...this.#defaults(), ...this.#args]
    const child = /** @type {Child} */ (spawn(this.#program, args, { stdio: ['ignore', 'pipe', 'ignore'] }))
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined
    })
    this.#child = child
    return child
  }

  #defaults() {
    const options = {
      port: String(this.port),
      bind: '127.0.0.1',
      unixsocket: this.socketPath,
      dir: this.#dir,
      save: '',
      appendonly: 'no',
      daemonize: 'no',
      logfile: '',
    }
    return Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
  }

  /**
   * A connected node-redis client, closed by `stop`.
   *
   * @param {import('redis').RedisClientOptions} [options]
   */
  async client(options = {}) {
    const client = createClient({ url: this.url, ...options })
    // Without a listener, node-redis ends the process when a test takes the server away.
    client.on('error', () => {})
    this.#clients.add(/** @type {Client} */ (client))
    await client.connect()
    return /** @type {Client} */ (client)
  }

  /**
   * Sends a signal, such as SIGSTOP to freeze the server.
   *
   * @param {NodeJS.Signals} name
   */
  signal(name) {
    if (!this.#child?.pid) throw new Error('The server is down')
    process.kill(this.#child.pid, name)
  }

  /** Kills the server at once and waits until it is gone; data and clients stay as they are. */
  async kill() {
    await this.#end('SIGKILL')
  }

  /** Ends the server and its clients and removes its files. */
  async stop() {
    for (const client of this.#clients) if (client.isOpen) client.destroy()
    this.#clients.clear()
    const deadline = setTimeout(() => this.#child?.kill('SIGKILL'), stopWithin)
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
    for (const signal of signals) child.kill(signal)
    await exit
  }

  /** What `stop` does, without waiting: for the end of this process. */
  destroy() {
    this.#child?.kill('SIGKILL')
    rmSync(this.#dir, { recursive: true, force: true })
    servers.delete(this)
  }
}

/**
 * Waits for the line by which the server says that it listens.
 *
 * @param {Child} child
 * @returns {Promise<void>}
 */
function ready(child) {
  return new Promise((resolve, reject) => {
    let log = ''
    const deadline = setTimeout(() => child.kill('SIGKILL'), startWithin)
    child.stdout.setEncoding('utf8').on('data', onData)
    child.once('error', onEnd).once('close', onEnd)

    /** @param {string} text */
    function onData(text) {
      log += text
      if (!log.includes('Ready to accept connections')) return
      settle()
      resolve()
    }

    /** @param {unknown} cause */
    function onEnd(cause) {
      settle()
      const Failure = log.includes('Address already in use') ? PortTaken : Error
      reject(new Failure(`redis-server did not start:\n${log}`, { cause }))
    }

    function settle() {
      clearTimeout(deadline)
      child.off('error', onEnd).off('close', onEnd)
      // The pipe has to be emptied further on, or a server that logs much would stand still.
      child.stdout.off('data', onData).resume()
    }
  })
}

/** @param {number} port */
async function ping(port) {
  const socket = connect(port, '127.0.0.1')
  socket.setTimeout(startWithin, () => socket.destroy(new Error('redis-server listens and does not answer')))
  try {
    socket.write('PING\r\n')
    await once(socket, 'data')
  } finally {
    socket.destroy()
  }
}
