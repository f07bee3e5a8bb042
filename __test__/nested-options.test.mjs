// @ts-check
// Options that contain themselves, or are nested infinitely, are rejected like any other mistake.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cluster, sentinel } from './config/malformed.mjs'
import { thrownBy } from './support/assert-names.mjs'
import { open } from './support/open.mjs'

const depth = 10_000

/** @type {Record<string, () => unknown>} */
const NESTED = {
  'a list that contains itself': () => {
    /** @type {unknown[]} */
    const list = []
    list.push(list)
    return list
  },
  'an object that contains itself': () => {
    /** @type {Record<string, unknown>} */
    const object = {}
    for (const name of ['host', 'port', 'nodes', 'tls', 'ca', 'socket', 'count', 'a:1']) object[name] = object
    return object
  },
  'nested lists': () => nested((inner) => [inner]),
  'nested objects': () => nested((inner) => ({ ca: inner, host: inner, nodes: inner, socket: inner })),
  'an infinitely nested object': () => endless(),
  'an infinitely nested list': () => endlessList(),
}

const OPTIONS = [
  ...['url', 'host', 'port', 'username', 'password', 'database', 'name', 'keyPrefix', 'ttl', 'socket', 'tls'],
  ...['tls.ca', 'tls.cert', 'tls.key', 'tls.servername', 'tls.rejectUnauthorized', 'socket.ca', 'socket.cert'],
  ...['socket.key', 'socket.host', 'socket.path', 'socket.tls', 'socket.reconnectStrategy', 'socket.connectTimeout'],
  ...['sentinel', 'sentinel.name', 'sentinel.nodes', 'sentinel.tls', 'sentinel.tls.ca', 'sentinel.nodeAddressMap'],
  ...['cluster', 'cluster.nodes', 'cluster.readFrom', 'cluster.nodeAddressMap', 'waitReplicas', 'waitReplicas.count'],
  ...['hashTags', 'commandTimeout', 'maxPendingBytes', 'credentials'],
]

describe('an option is rejected that is', () => {
  for (const [title, make] of Object.entries(NESTED)) {
    it(title, (t) => {
      for (const path of OPTIONS) {
        const options = /** @type {any} */ (withOption(path, make()))
        const error = thrownBy(() => open(t, options), 'ERR_INVALID_CONFIG')
        assert.match(error.message, new RegExp(path.split('.')[0]))
      }
    })
  }

  it('a list in a list of certificates', (t) => {
    const pem = '-----BEGIN CERTIFICATE-----'
    for (const ca of [[[pem]], [pem, [pem]], [Buffer.from(pem), [Buffer.from(pem)]], [{ 0: pem }], [[[]]]]) {
      const tls = /** @type {any} */ ({ ca })
      assert.match(
        thrownBy(() => open(t, { tls }), 'ERR_INVALID_CONFIG').message,
        /: tls\.ca(\[\d\])*: expected PEM text/,
      )
    }
  })
})

/** @param {(inner: unknown) => unknown} wrap */
function nested(wrap) {
  /** @type {unknown} */
  let value = wrap('x')
  for (let level = 0; level < depth; level++) value = wrap(value)
  return value
}

/** @returns {object} */
function endless() {
  return new Proxy(
    {},
    {
      get: () => endless(),
      ownKeys: () => ['ca', 'host', 'nodes', 'socket'],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }),
    },
  )
}

/** @returns {unknown[]} */
function endlessList() {
  return new Proxy([1], { get: (list, name) => (name === '0' ? endlessList() : Reflect.get(list, name)) })
}

/** @param {string} path @param {unknown} value */
function withOption(path, value) {
  const [outer, ...inner] = path.split('.')
  const beside = { sentinel, cluster }[outer]
  const wrapped = inner.reduceRight((/** @type {unknown} */ held, name) => ({ [name]: held }), value)
  return { [outer]: inner.length === 0 ? value : { ...beside, .../** @type {object} */ (wrapped) } }
}
