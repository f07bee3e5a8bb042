// @ts-check
// An HTTP server that answers what @azure/cosmos asks as the gateway of the service does, but for what a test scripts.
// It has what no emulator has: expiry, headers, refusals, lost answers and lies. It knows no SQL: a query finds
// all items of the partition, or counts them.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { GatewayItems } from './gateway-items.mjs'

/**
 * @import { IncomingMessage, ServerResponse } from 'node:http'
 * @import { TestContext } from 'node:test'
 * @import { Answer } from './gateway-items.mjs'
 *
 * @typedef {'account' | 'database' | 'container' | 'ranges' | 'plan' | 'query' | 'create' | 'upsert' | 'read' | 'replace'
 *   | 'patch' | 'delete' | 'batch' | 'other'} Kind
 *
 * @typedef {object} GatewayRequest
 * @property {Kind} kind
 * @property {string} method
 * @property {string} path
 * @property {Record<string, any>} headers
 * @property {any} body
 * @property {string} partition
 * @property {string | undefined} id
 *
 * @typedef {(response: ServerResponse) => void} Misbehaviour
 * @typedef {Answer & { text?: string }} ScriptedAnswer `text`: in place of `body`, as it is
 * @typedef {(request: GatewayRequest, gateway: Gateway) => ScriptedAnswer | Misbehaviour | undefined} Script returns
 *   `undefined` where the gateway is to answer as the service does
 *
 * @typedef {object} GatewayOptions
 * @property {Script} [script]
 * @property {number} [defaultTtl] of the container
 * @property {string} [partitionKey] path of the container
 * @property {string} [consistency] of the account
 * @property {(url: string) => object} [account] what the account has otherwise than by default
 */

/** A resource id as the service has them; the client keeps session tokens only of such. */
const CONTAINER_RID = Buffer.alloc(8, 1).toString('base64')
/** @type {Record<string, Kind>} */
const KINDS = { GET: 'read', PUT: 'replace', PATCH: 'patch', DELETE: 'delete' }
/** The SDK reads the message of each error. */
const MESSAGE = { message: 'scripted' }

export class Gateway {
  /** All requests, in the order in which they arrived. @type {GatewayRequest[]} */
  requests = []
  /** Milliseconds that the server's clock is ahead. */
  ahead = 0
  #options
  #server
  /** @type {{ kind: Kind, resolve: (request: GatewayRequest) => void }[]} */
  #awaited = []

  /** @param {GatewayOptions} options */
  constructor(options) {
    this.#options = options
    this.script = options.script ?? (() => undefined)
    this.items = new GatewayItems({ clock: () => this.now, defaultTtl: options.defaultTtl })
    this.#server = createServer((request, response) => void this.#serve(request, response))
  }

  get now() {
    return Date.now() + this.ahead
  }

  get url() {
    return `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (this.#server.address()).port}`
  }

  async listen() {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
  }

  close() {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  /** Resolves with the next request of a kind. @param {Kind} kind @returns {Promise<GatewayRequest>} */
  next(kind) {
    return new Promise((resolve) => this.#awaited.push({ kind, resolve }))
  }

  /** The requests of some kinds. @param {Kind[]} kinds */
  of(...kinds) {
    return this.requests.filter(({ kind }) => kinds.includes(kind))
  }

  /** Answers as the service does. @param {GatewayRequest} request @returns {Answer} */
  answer(request) {
    const { kind, partition, body, headers } = request
    switch (kind) {
      case 'account':
        return { status: 200, body: this.#account() }
      case 'database':
        return { status: 200, body: { id: request.id, _rid: 'AQEBAQ==' } }
      case 'container':
        return { status: 200, body: this.#container(request) }
      case 'ranges':
        return { status: 200, body: { PartitionKeyRanges: [{ id: '0', minInclusive: '', maxExclusive: 'FF' }] } }
      case 'plan':
        return { status: 200, body: PLAN }
      case 'query':
        return { status: 200, body: documents(this.#found(partition || undefined, body)) }
      case 'batch':
        return this.items.batch(partition, body)
      case 'other':
        return { status: 501 }
      default:
        return this.items.run({ ...request, ifMatch: headers['if-match'] })
    }
  }

  /** @param {IncomingMessage} incoming @param {ServerResponse} response */
  async #serve(incoming, response) {
    incoming.on('error', () => {})
    response.on('error', () => {})
    const request = await received(incoming)
    if (request === undefined) return
    this.requests.push(request)
    const scripted = this.script(request, this) ?? this.answer(request)
    if (typeof scripted === 'function') scripted(response)
    else this.send(response, scripted)
    const awaited = this.#awaited.filter(({ kind }) => kind === request.kind)
    this.#awaited = this.#awaited.filter((one) => !awaited.includes(one))
    for (const { resolve } of awaited) resolve(request)
  }

  /** @param {ServerResponse} response @param {ScriptedAnswer} answer */
  send(response, answer) {
    const [head, text] = [this.headOf(answer), textOf(answer)]
    response.writeHead(answer.status, { ...head, 'content-length': Buffer.byteLength(text) }).end(text)
  }

  /** @param {ScriptedAnswer} answer */
  headOf({ headers }) {
    return {
      'content-type': 'application/json',
      date: new Date(this.now).toUTCString(),
      'x-ms-request-charge': '1.25',
      'x-ms-session-token': `0:1#${this.items.writes}`,
      'x-ms-content-path': CONTAINER_RID,
      ...headers,
    }
  }

  /** @param {string | undefined} partition @param {{ query: string }} body */
  #found(partition, { query }) {
    const items = this.items.all(partition)
    return query.includes('COUNT(1)') ? [items.length] : items
  }

  #account() {
    const { url } = this
    const location = { name: 'East US', databaseAccountEndpoint: url }
    return {
      id: 'account',
      writableLocations: [location],
      readableLocations: [location],
      enableMultipleWriteLocations: false,
      userConsistencyPolicy: { defaultConsistencyLevel: this.#options.consistency ?? 'Session' },
      ...this.#options.account?.(url),
    }
  }

  /** @param {GatewayRequest} request */
  #container({ id }) {
    const { partitionKey = '/partitionKey', defaultTtl } = this.#options
    const paths = { paths: [partitionKey], kind: 'Hash', version: 2 }
    return { id, _rid: CONTAINER_RID, partitionKey: paths, ...(defaultTtl === undefined ? {} : { defaultTtl }) }
  }
}

/**
 * A gateway for one test, closed at its end.
 *
 * @param {TestContext} t
 * @param {GatewayOptions} [options]
 */
export async function startGateway(t, options = {}) {
  const gateway = new Gateway(options)
  await gateway.listen()
  t.after(() => gateway.close())
  return gateway
}

/** The body of an answer to a query. @param {unknown[]} found */
export function documents(found) {
  return { _rid: CONTAINER_RID, Documents: found, _count: found.length }
}

/** @param {ScriptedAnswer} answer */
export function textOf({ status, body, text }) {
  if (text !== undefined) return text
  if (body !== undefined) return JSON.stringify(body)
  return status >= 400 ? JSON.stringify(MESSAGE) : ''
}

/** @param {IncomingMessage} incoming @returns {Promise<GatewayRequest | undefined>} `undefined` if the client closed it */
async function received(incoming) {
  let text = ''
  try {
    for await (const piece of incoming.setEncoding('utf8')) text += piece
  } catch {
    return undefined
  }
  const { method = '', url = '', headers } = incoming
  const path = decodeURIComponent(url)
  const [, , , , , collection, id] = path.split('/')
  const partition = JSON.parse(String(headers['x-ms-documentdb-partitionkey'] ?? '[""]'))[0]
  const kind = kindOf(method, path, /** @type {any} */ (headers))
  const name = collection === undefined ? path.split('/').at(-1) : id
  return { kind, method, path, headers, body: text === '' ? undefined : JSON.parse(text), partition, id: name }
}

/** @param {string} method @param {string} path @param {Record<string, string>} headers @returns {Kind} */
function kindOf(method, path, headers) {
  if (path === '/') return 'account'
  if (/^\/dbs\/[^/]+$/.test(path)) return 'database'
  if (/^\/dbs\/[^/]+\/colls\/[^/]+$/.test(path)) return 'container'
  if (path.endsWith('/pkranges')) return 'ranges'
  const is = (/** @type {string} */ name) => headers[name]?.toLowerCase() === 'true'
  if (/\/docs\/[^/]+$/.test(path)) return KINDS[method] ?? 'other'
  if (!/\/docs\/?$/.test(path) || method !== 'POST') return 'other'
  if (is('x-ms-cosmos-is-query-plan-request')) return 'plan'
  if (is('x-ms-documentdb-isquery')) return 'query'
  if (is('x-ms-cosmos-is-batch-request')) return 'batch'
  return is('x-ms-documentdb-is-upsert') ? 'upsert' : 'create'
}

/** Of a query that the gateway can run in each partition by itself. */
const PLAN = {
  partitionedQueryExecutionInfoVersion: 2,
  queryInfo: {
    ...{ distinctType: 'None', top: null, offset: null, limit: null, orderBy: [], orderByExpressions: [] },
    ...{ groupByExpressions: [], groupByAliases: [], aggregates: [], groupByAliasToAggregateType: {} },
    ...{ rewrittenQuery: '', hasSelectValue: false },
  },
  queryRanges: [{ min: '', max: 'FF', isMinInclusive: true, isMaxInclusive: false }],
}
