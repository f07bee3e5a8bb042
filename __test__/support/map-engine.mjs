// @ts-check
// The smallest engine: a Map and promises. The contract tests on it prove that the facade needs nothing beyond
// `StateEngine`.

import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { callNameOf } = require('../../lib/engines/call.js')
const { itemOf } = require('../../lib/engines/items.js')
const { callFailure, failure, unsupported } = require('../../lib/errors.js')

/**
 * @import { Capabilities, Host, Projection, Scope, StateEngine } from '../../lib/engines/engine.js'
 * @import { StateCall } from '../../lib/engines/call.js'
 *
 * @typedef {Map<string, string>} Texts JSON texts by `<prefix><traceId>:<key>`
 */

/** @type {Capabilities} */
const CAPABILITIES = {
  operations: new Set(['get', 'set', 'delete', 'ping', 'has']),
  conditions: false,
  expiry: false,
  query: false,
  watch: false,
  replicas: false,
  movesEntries: false,
}

/** @type {Record<string, (texts: Texts, name: string, call: StateCall) => unknown>} */
const EXECUTE = {
  get: (texts, name) => parsed(texts.get(name)),
  set: (texts, name, { json = '', value }) => {
    texts.set(name, json)
    return value
  },
  delete: (texts, name, { input }) => {
    const text = texts.get(name)
    texts.delete(name)
    return input?.existence ? text !== undefined : parsed(text)
  },
  has: (texts, name) => texts.has(name),
  ping: () => undefined,
}

/** @type {Partial<Record<Projection, (entries: [traceId: string, key: string, json: string][]) => unknown>>} */
const PROJECT = {
  values: (entries) => entries.map(([, , json]) => JSON.parse(json)),
  items: (entries) => entries.map(([traceId, key, json]) => itemOf(traceId, key, JSON.parse(json))),
  keys: (entries) => entries.map(([, key]) => key),
  count: (entries) => entries.length,
  traceIds: (entries) => [...new Set(entries.map(([traceId]) => traceId))],
  names: (entries) => entries.flatMap(([traceId, key]) => [traceId, key]),
}

/** @implements {StateEngine} */
export class MapEngine {
  capabilities = CAPABILITIES
  #texts
  #prefix
  #meter
  #pending = 0
  #isClosed = false
  /** @type {(() => void)[]} */
  #onIdle = []

  /**
   * @param {Texts} texts
   * @param {Host} host
   * @param {{ keyPrefix?: string, strictTraceIds?: boolean, strictValues?: boolean }} [options]
   */
  constructor(texts, { meter, onEvent }, { keyPrefix = '', strictTraceIds = false, strictValues = false } = {}) {
    this.#texts = texts
    this.#prefix = keyPrefix
    this.#meter = meter
    const maxPending = { calls: 1000, bytes: 1024 * 1024 }
    this.rules = {
      strictTraceIds,
      strictValues,
      commandTimeout: 5000,
      maxPending,
      server: {},
      inspectedFields: { keyPrefix },
    }
    queueMicrotask(() => onEvent({ name: 'ready', makeError: undefined, retries: 0, delay: 0 }))
  }

  /** @param {StateCall} call */
  execute(call) {
    const { operation, traceId, key } = call
    const name = `${this.#prefix}${traceId}:${key}`
    return this.#settled({ ...callNameOf(call), writes: operation.writes }, () =>
      EXECUTE[operation.name](this.#texts, name, call),
    )
  }

  /** @param {Scope} scope @param {Projection} projection */
  list(scope, projection) {
    const project = PROJECT[projection]
    if (project === undefined) throw unsupported(`this store does not list ${projection}`)
    return this.#settled({ traceId: scope.traceId }, () => project(this.#entries(scope)))
  }

  /** @param {Scope} scope */
  clear(scope) {
    return this.#settled({ traceId: scope.traceId, writes: true }, () => {
      for (const [traceId, key] of this.#entries(scope)) this.#texts.delete(`${this.#prefix}${traceId}:${key}`)
    })
  }

  /** @returns {Promise<never>} */
  query() {
    throw unsupported('this store does not support query')
  }

  /** @returns {never} */
  subscribe() {
    throw unsupported('this store does not support watch')
  }

  /** @returns {never} */
  subscribeToLock() {
    throw unsupported('this store does not support lock')
  }

  stats() {
    return { inFlight: this.#pending, waiting: 0, pendingBytes: 0, bytesSent: 0, bytesReceived: 0, reconnects: 0 }
  }

  isReady() {
    return !this.#isClosed
  }

  unready() {
    return this.#isClosed ? { isPermanent: true, makeError: closed } : undefined
  }

  /** Nothing is pending for longer than a microtask. */
  abort() {}

  async close() {
    this.#isClosed = true
    if (this.#pending > 0) await new Promise((resolve) => this.#onIdle.push(() => resolve(undefined)))
  }

  /**
   * Calls run in the order in which they are made, and settle later.
   *
   * @param {{ operation?: string, traceId?: string, key?: string, writes?: boolean }} target
   * @param {() => any} run
   * @returns {Promise<any>}
   */
  async #settled({ writes, ...call }, run) {
    if (this.#isClosed) {
      this.#meter.rejected('ERR_CLOSED')
      const applied = writes ? /** @type {const} */ ('no') : undefined
      throw callFailure(call, 'ERR_CLOSED', 'the adapter was closed with cleanup()', { applied })
    }
    this.#meter.calls += 1
    this.#pending += 1
    const [since, result] = [performance.now(), run()]
    await undefined
    this.#pending -= 1
    this.#meter.settled(1, since)
    if (this.#pending === 0) for (const onIdle of this.#onIdle.splice(0)) onIdle()
    return result
  }

  /**
   * As in Redis, a name does not show where its trace id ends: in listings without a trace id, at the first colon.
   *
   * @param {Scope} scope
   * @returns {[traceId: string, key: string, json: string][]}
   */
  #entries({ traceId, keyPrefix = '', keys }) {
    const start = this.#prefix + (traceId === undefined ? '' : `${traceId}:${keyPrefix}`)
    return [...this.#texts]
      .filter(([name]) => name.startsWith(start))
      .map(([name, json]) => {
        const [id, key] = partsOf(name.slice(this.#prefix.length), traceId)
        return /** @type {[string, string, string]} */ ([id, key, json])
      })
      .filter(([, key]) => keys === undefined || keys.includes(key))
  }
}

/** @param {string} name @param {string} [traceId] @returns {[traceId: string, key: string]} */
function partsOf(name, traceId = name.slice(0, name.indexOf(':'))) {
  return [traceId, name.slice(traceId.length + 1)]
}

function closed() {
  return failure('ERR_CLOSED', 'the adapter was closed with cleanup()')
}

/** @param {string | undefined} json */
function parsed(json) {
  return json === undefined ? null : JSON.parse(json)
}
