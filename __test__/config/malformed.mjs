// @ts-check

import { EventEmitter } from 'node:events'

/** @typedef {[path: string, options: unknown]} Case */

const node = { host: 'a', port: 1 }
export const sentinel = { name: 'm', nodes: [node] }
export const cluster = { nodes: [node] }

/** @type {Case[]} */
export const MALFORMED = [
  ...bad('port', 0, -1, 70000, 1.5, '6379', NaN, true, {}),
  ...bad('socket.port', 0, 70000, '6379'),
  ...bad('database', -1, 1.5, '0', NaN, Infinity),
  ...bad('ttl', -1, 1.5, '60', '0s', '1.5ms', '4294967296s', '1 s', NaN, Infinity, 4294967296, true),
  ...bad('url', 6379, {}, 'nonsense', 'localhost:6379', 'http://localhost', '//localhost'),
  ...bad('url', 'redis://h:0', 'redis://h:70000', 'redis://h:x', 'redis://h/x', 'redis://h/-1', 'redis://h/1.5'),
  ...bad('host', 1, true, {}, ['h']),
  ...bad('socket.host', 1),
  ...bad('socket.path', 1),
  ...bad('keyPrefix', 1, {}, true, '\ud800'),
  ...bad('name', 1, true, '', 'a name', 'a\nname', 'a\tname'),
  ...bad('username', 1),
  ...bad('password', 1),
  ...bad('socket', 1, 'x', []),
  ...bad('socket.connectTimeout', 0, -1, 1.5, '1', NaN),
  ...bad('socket.reconnectStrategy', 'x', -1, NaN, Infinity, 2 ** 31, true, {}),
  ...bad('socket.keepAlive', 'x'),
  ...bad('socket.noDelay', 1),
  ...bad('socket.tls', 'x'),
  ...bad('socket.foo', 1),
  ...bad('commandTimeout', 0, -1, 1.5, '5000', NaN, Infinity, 2 ** 31),
  ...bad('maxPendingCommands', 0, -1, 1.5, '10', NaN),
  ...bad('maxPendingBytes', 0, -1, 1.5, '10', NaN),
  ...bad('strictTraceIds', 1, 'yes'),
  ...bad('strictValues', 1, 'yes'),
  ...bad('offlineQueue', 1, 'yes'),
  ...bad('disableOfflineQueue', 1, 'yes'),
  ...bad('stackTraces', 1, 'yes'),
  ...bad('cache', 1, 'yes', [], new Map()),
  ...bad('cache.maxEntries', 0, -1, 1.5, '10', NaN),
  ...bad('cache.maxBytes', 0, -1, 1.5, '10', NaN),
  ...bad('cache.maxStaleness', 0, 1.5, '1s', 2 ** 31),
  ...bad('cache.ttl', 0, 1.5, '60', '0s', '0.5ms', 4294967296),
  ...bad('cache.frozen', 1, 'yes'),
  ...bad('cache.size', 10),
  ['cache', { cluster: { ...cluster, readFrom: 'any' }, cache: true }],
  ...bad('tls', 1, 'yes'),
  ...bad('tls.servername', 1),
  ...bad('tls.ca', 1, '', true),
  ...bad('tls.foo', 1),
  ...Object.entries({ ca: 'PEM', cert: 'PEM', key: 'PEM', servername: 'h', rejectUnauthorized: true }).map(
    uselessWithoutTls,
  ),
  ...bad('sentinel', true, 'x', []),
  ...bad('cluster', true, 'x', []),
  ...bad('cluster.nodes', undefined, [], node),
  ...bad('foo', 1),
  ...bad('Host', 'h'),
  ...bad('toString', 1),
  ['sentinel.name', { sentinel: { nodes: [node] } }],
  ['sentinel.nodes', { sentinel: { name: 'm' } }],
  ['sentinel.nodes', { sentinel: { name: 'm', nodes: [] } }],
  ['sentinel.nodes[0].port', { sentinel: { name: 'm', nodes: [{ host: 'a', port: 'x' }] } }],
  ['sentinel.nodes[1].host', { sentinel: { name: 'm', nodes: [node, { port: 1 }] } }],
  ['sentinel.nodes[1].foo', { sentinel: { name: 'm', nodes: [node, { ...node, foo: 1 }] } }],
  ['cluster.nodes[0]', { cluster: { nodes: ['a:1'] } }],
  ['cluster.nodes[0].port', { cluster: { nodes: [{ host: 'a', port: 0 }] } }],
  ['cluster.readFrom', { cluster: { ...cluster, readFrom: 'nearest' } }],
  ['cluster', { sentinel, cluster }],
  ...['url', 'host', 'port', 'socket.host', 'socket.port', 'socket.path'].flatMap(besideNodes),
  ['cluster.nodeAddressMap', { cluster: { ...cluster, nodeAddressMap: { a: node } } }],
  ['cluster.nodeAddressMap', { cluster: { ...cluster, nodeAddressMap: { 'redis://a:1': node } } }],
  ['cluster.nodeAddressMap.a:1.port', { cluster: { ...cluster, nodeAddressMap: { 'a:1': { host: 'b' } } } }],
  ['sentinel.nodeAddressMap', { sentinel: { ...sentinel, nodeAddressMap: () => node } }],
  ['sentinel.tls.key', { sentinel: { ...sentinel, tls: { cert: 'c.pem' } } }],
  ...bad('hashTags', 1, 'yes'),
  ...bad('index', 1, 'yes'),
  ['index', { index: true }],
  ['index', { cluster, index: true, strictTraceIds: true }],
  ['keyPrefix', { keyPrefix: 'p{x}:', hashTags: true }],
  ['socket.port', { isOpen: false, connect() {}, options: { socket: { port: 0 } } }],
]

/** Invalid connections. None may be treated like an object without options, which means localhost. */
export const NO_CONNECTIONS = [
  null,
  6379,
  true,
  6379n,
  Symbol('redis'),
  [],
  [{}],
  () => {},
  new Map([['url', 'redis://h']]),
  new Set(),
  new Date(),
  Object('redis://h'),
  new (class Client {})(),
  new AbortController().signal,
  new EventEmitter(),
  Buffer.from('redis://h'),
]

const thrown = {
  get url() {
    throw new Error('not today')
  },
}

/** @type {Case[]} */
export const UNREADABLE = [
  ...bad('ttl', 60n, Symbol('s'), new Date(), Object(60), () => 60, [60]),
  ...bad('commandTimeout', 5000n),
  ...bad('database', 0n),
  ...bad('keyPrefix', Object('p:'), ['p:'], new Map()),
  ...bad('socket', new Map([['port', 1]]), new Date(), Promise.resolve({})),
  ...bad('tls', new Map(), new Set(), new (class Tls {})()),
  ...bad('tls.ca', new Map(), 5n, new Date(), new Float64Array(4)),
  ...bad('host', 'h:6379', '[::1]', '[::1]:6379'),
  ...bad('url', Object('redis://h'), new Date(), 'redis://h?family=6', 'redis://h?db=x', 'memory:name?db=1'),
  ['url', thrown],
  ['cluster.nodes[1]', { cluster: { nodes: holed(node, 1, node) } }],
  ['sentinel.nodes[0]', { sentinel: { name: 'm', nodes: holed(undefined, 0, node) } }],
  ['cluster.nodes', { cluster: { nodes: new Set([node]) } }],
  ['cluster.nodes[0]', { cluster: { nodes: [null] } }],
]

/** @param {unknown} first @param {number} hole @param {unknown} last a list of three with a hole */
function holed(first, hole, last) {
  const list = [first, first, last]
  delete list[hole]
  return list
}

/** Options of node-redis without meaning for this adapter. */
export const WITHOUT_MEANING = {
  pingInterval: 1000,
  RESP: 3,
  modules: {},
  commandsQueueMaxLength: 10,
  readonly: true,
  legacyMode: true,
  clientInfoTag: 'tag',
  disableClientInfo: true,
}

/**
 * An option of a single server contradicts the options of nodes.
 *
 * @param {string} path
 * @returns {Case[]}
 */
function besideNodes(path) {
  const value = path.endsWith('port') ? 1 : path === 'url' ? 'redis://h' : 'h'
  return bad(path, value).flatMap(([, options]) => {
    const given = /** @type {object} */ (options)
    return /** @type {Case[]} */ ([
      [path, { ...given, sentinel }],
      [path, { ...given, cluster }],
    ])
  })
}

/** @param {[name: string, value: unknown]} option of TLS @returns {Case} */
function uselessWithoutTls([name, value]) {
  return [`socket.${name}`, { socket: { tls: false, [name]: value } }]
}

/** @param {string} path @param {...unknown} values @returns {Case[]} */
export function bad(path, ...values) {
  const [last, ...outer] = path.split('.').reverse()
  return values.map((value) => [path, outer.reduce((inner, name) => ({ [name]: inner }), { [last]: value })])
}
