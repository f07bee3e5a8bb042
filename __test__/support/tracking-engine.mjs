// @ts-check
// An engine on a TrackingServer. Nothing happens by itself: tests execute and deliver step by step.

import { createRequire } from 'node:module'
import { Connection } from './tracking-server.mjs'

const require = createRequire(import.meta.url)
const { OPERATIONS, callNameOf } = require('../../lib/engines/call.js')
const { callFailure } = require('../../lib/errors.js')

/**
 * @import { Host, StateEngine } from '../../lib/engines/engine.js'
 * @import { StateCall } from '../../lib/engines/call.js'
 * @import { TrackingServer } from './tracking-server.mjs'
 *
 * @typedef {{ server: TrackingServer, connection: Connection, name: string, call: StateCall, isRedirected: boolean }} Execution
 */

/** @type {Record<string, (execution: Execution) => unknown>} */
const EXECUTE = {
  get: ({ server, name }) => parsed(server.read(name)),
  getTracked: ({ server, connection, name, isRedirected }) => {
    const stored = server.readTracked(name, connection)
    return { value: parsed(stored), ttl: isRedirected ? undefined : ttlOf(server, stored) }
  },
  has: ({ server, name }) => server.read(name) !== undefined,
  ttl: ({ server, name }) => ttlOf(server, server.read(name)),
  set: ({ server, connection, name, call: { json = '', value, options } }) => {
    const expiresAt = options?.ttl ? server.time + options.ttl : Number.POSITIVE_INFINITY
    server.write(name, { json, expiresAt }, connection)
    return value
  },
  delete: ({ server, connection, name }) => {
    const stored = server.read(name)
    server.write(name, undefined, connection)
    return parsed(stored)
  },
  touch: (execution) => rewritten(execution, (value) => value),
  persist: (execution) => rewritten(execution, (value) => value),
  increment: (execution) => rewritten(execution, (value) => value + 1),
  update: (execution) => ({ oldValue: null, newValue: rewritten(execution, () => 'updated') }),
  transaction: ({ server, connection, call: { traceId, input } }) => {
    for (const { op, key, json } of input.steps) {
      if (op === 'set') server.write(`${traceId}:${key}`, { json, expiresAt: Number.POSITIVE_INFINITY }, connection)
      if (op === 'delete') server.write(`${traceId}:${key}`, undefined, connection)
    }
    return {}
  },
  ping: () => undefined,
}

/** @implements {StateEngine} */
export class TrackingEngine {
  rules = {
    strictTraceIds: false,
    strictValues: false,
    commandTimeout: 5000,
    maxPending: { calls: 1000, bytes: 1024 * 1024 },
    server: {},
    inspectedFields: { keyPrefix: '' },
  }
  connection = new Connection()
  /** Whether the server tracks at all. */
  tracks = true
  /** The names of the operations that were sent. @type {string[]} */
  sent = []
  #server
  #meter
  #onInvalidation
  #provenAt = Number.NEGATIVE_INFINITY

  /**
   * @param {TrackingServer} server
   * @param {Pick<Host, 'meter' | 'onInvalidation'>} host
   * @param {{ isCluster?: boolean }} [options]
   */
  constructor(server, { meter, onInvalidation = () => {} }, { isCluster = false } = {}) {
    this.#server = server
    this.#meter = meter
    this.#onInvalidation = onInvalidation
    this.capabilities = {
      operations: new Set(Object.keys(EXECUTE)),
      conditions: false,
      expiry: true,
      query: false,
      watch: false,
      replicas: false,
      movesEntries: isCluster,
    }
  }

  /** @param {StateCall} call @returns {Promise<any>} */
  execute(call) {
    const { operation, traceId, key } = call
    this.#meter.calls += 1
    this.sent.push(operation.name)
    const { connection } = this
    return this.#send(connection, call, () =>
      EXECUTE[operation.name]({
        ...{ server: this.#server, connection: this.connection, name: `${traceId}:${key}`, call },
        isRedirected: this.isRedirected,
      }),
    )
  }

  /** Removes the entries by a connection of its own, when the test calls `runOther`. @param {{ traceId?: string, keyPrefix?: string }} scope */
  clear({ traceId = '', keyPrefix = '' }) {
    return new Promise((resolve) => {
      this.others.push(() => {
        for (const name of this.#server.names)
          if (name.startsWith(`${traceId}:${keyPrefix}`)) this.#server.write(name, undefined)
        return () => resolve(undefined)
      })
    })
  }

  /** Commands on other connections: each executes, and returns how its reply is received. @type {(() => () => void)[]} */
  others = []

  isTracking() {
    return this.tracks && !this.connection.isLost
  }

  provenAt() {
    return this.isTracking() ? this.#provenAt : Number.NEGATIVE_INFINITY
  }

  /** Answered as any other command. */
  prove() {
    this.sent.push('prove')
    return new Promise((resolve, reject) => {
      const since = this.#server.time
      this.connection.commands.push({
        run: () => this.isMaster,
        receive: (isMaster) => {
          this.#provenAt = since
          resolve(isMaster)
        },
        lose: () => reject(new Error('lost')),
      })
    })
  }

  isMaster = true
  /** Reads reach a server that is not asked to report changes. */
  isRedirected = false

  /** The server executes everything, and the client receives it. */
  async settle() {
    while (this.connection.commands.length > 0) this.#server.execute(this.connection)
    await this.deliver()
  }

  /** The client receives what the server has sent. @param {number} [count] messages */
  async deliver(count = this.connection.messages.length) {
    for (const message of this.connection.messages.splice(0, count)) {
      if ('names' in message) this.#report(message)
      else message.command.receive(message.reply)
    }
    await microtasks()
  }

  /** Whether something was sent that the other side has not received. */
  get isBusy() {
    const { commands, messages } = this.connection
    return commands.length + messages.length > 0
  }

  /** Called with what each report tells. @type {(changed: import('./tracking-server.mjs').Changed[]) => void} */
  onReport = () => {}

  /** @param {{ names: string[] | null, changed: import('./tracking-server.mjs').Changed[] }} message */
  #report({ names, changed }) {
    this.#onInvalidation(names)
    this.onReport(changed)
  }

  /** The socket is lost. Reads are sent again on the next one, writes rejected. @param {(read: () => void) => void} [resend] */
  async lose(resend = (read) => read()) {
    const { connection } = this
    connection.isLost = true
    this.connection = new Connection()
    this.#provenAt = Number.NEGATIVE_INFINITY
    const pending = connection.messages.flatMap((message) => ('command' in message ? [message.command] : []))
    this.#onInvalidation(null)
    for (const command of [...pending, ...connection.commands]) resend(() => command.lose())
    await microtasks()
  }

  /** The server refuses the reads that it has not executed. */
  failReads() {
    for (const { fail } of this.connection.commands.splice(0)) fail?.()
  }

  /** @param {Connection} connection @param {StateCall} call @param {() => unknown} run @returns {Promise<any>} */
  #send(connection, call, run) {
    return new Promise((resolve, reject) => {
      const since = this.#server.time
      const receive = (/** @type {any} */ reply) => {
        this.#provenAt = Math.max(this.#provenAt, since)
        resolve(call.operation.reads ? reply : call.value)
      }
      const lose = () => {
        if (call.operation.writes) {
          reject(callFailure(callNameOf(call), 'ERR_CONNECTION', 'the connection was lost', { applied: 'unknown' }))
          return
        }
        const isTracked = call.operation === OPERATIONS.getTracked
        const untracked = () => (isTracked ? Object.assign(/** @type {object} */ (run()), { ttl: undefined }) : run())
        this.connection.commands.push({ run: untracked, receive: resolve, lose })
      }
      const fail = () => reject(callFailure(callNameOf(call), 'ERR_REPLY', 'refused'))
      connection.commands.push({ run, receive, lose, fail, writes: call.operation.writes })
    })
  }

  stats() {
    return { inFlight: 0, waiting: 0, pendingBytes: 0, bytesSent: 0, bytesReceived: 0, reconnects: 0 }
  }

  isReady() {
    return true
  }

  unready() {
    return undefined
  }

  abort() {}

  async close() {}

  list() {
    return Promise.resolve([])
  }

  /** @returns {Promise<never>} */
  query() {
    throw new Error('unused')
  }

  /** @returns {never} */
  subscribe() {
    throw new Error('unused')
  }

  /** @returns {never} */
  subscribeToLock() {
    throw new Error('unused')
  }
}

/** Reactions of promises have run. */
export function microtasks() {
  return new Promise((resolve) => setImmediate(resolve))
}

/** @param {{ json: string } | undefined} stored */
function parsed(stored) {
  return stored === undefined ? null : JSON.parse(stored.json)
}

/** @param {TrackingServer} server @param {{ expiresAt: number } | undefined} stored */
function ttlOf(server, stored) {
  if (stored === undefined) return -2
  return stored.expiresAt === Number.POSITIVE_INFINITY ? -1 : stored.expiresAt - server.time
}

/** @param {Execution} execution @param {(value: any) => unknown} change */
function rewritten({ server, connection, name }, change) {
  const stored = server.read(name)
  const value = change(parsed(stored))
  server.write(name, { expiresAt: Number.POSITIVE_INFINITY, ...stored, json: JSON.stringify(value) }, connection)
  return value
}
