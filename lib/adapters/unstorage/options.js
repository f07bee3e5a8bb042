// @ts-check
'use strict'

const { makeError } = require('../../errors.js')
const { readFields } = require('../../input/input.js')
const { boolean, boundedInt, kind, oneOf, string } = require('../../input/option-kinds.js')
const { serverOfUrl } = require('../../input/server-url.js')
const { readingConfig } = require('../constructing.js')

/**
 * @typedef {object} DriverOptions
 * @property {string} base
 * @property {number} [ttl] seconds
 * @property {number} scanCount
 * @property {boolean} preConnect
 * @property {'bytes' | 'base64'} raw
 * @property {{ configure: boolean } | undefined} watch
 * @property {any} connection what opens the state
 *
 * @typedef {Record<string, any>} Fields
 */

const MAX_SCAN_COUNT = 1_000_000
const SCAN_COUNT = 100

const seconds = kind('a number of seconds from 0', (value) => typeof value === 'number' && value >= 0 && value < 1e10)

/** @type {import('../../input/input.js').Kind} */
const watch = {
  read(value, path) {
    if (typeof value === 'boolean') return value ? { configure: false } : undefined
    const { configure = false } = readFields(value, { configure: boolean }, { at: path, inside: `${path}.` })
    return { configure }
  },
}

const FIELDS = {
  base: string,
  ttl: seconds,
  scanCount: boundedInt(1, MAX_SCAN_COUNT),
  preConnect: boolean,
  raw: oneOf(['bytes', 'base64']),
  watch,
}
const NAMES = Object.keys(FIELDS)

/**
 * Options of ioredis that have no meaning here: what they are for is always so, or has another name.
 *
 * @type {Record<string, string>}
 */
const REFUSED = {
  clusterOptions: 'write its redisOptions beside cluster',
  keyPrefix: 'write base',
  sentinels: "write sentinel: { name: 'mymaster', nodes: [{ host, port }] }",
  retryStrategy: 'write socket: { reconnectStrategy }',
  path: 'write socket: { path }, or a url unix:///path',
  connectTimeout: 'write socket: { connectTimeout }',
}

/** The name of the driver in a configuration of Nitro, and options of ioredis that change nothing here. */
const IGNORED = new Set([
  'autoResendUnfulfilledCommands',
  'autoResubscribe',
  'driver',
  'enableAutoPipelining',
  'enableReadyCheck',
  'family',
  'lazyConnect',
  'maxRetriesPerRequest',
  'noDelay',
  'showFriendlyErrorStack',
])

/** Options of ioredis that have another name here. @type {Record<string, string>} */
const RENAMED = { db: 'database', connectionName: 'name', enableOfflineQueue: 'offlineQueue' }

/**
 * Separates the options of the driver from those of the state.
 *
 * @param {unknown} options
 * @returns {DriverOptions}
 */
function readDriverOptions(options) {
  const given = checkedObject(options)
  const own = Object.fromEntries(NAMES.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]))
  const read = readingConfig(() => readFields(own, FIELDS, { at: 'options', noun: 'option' }))
  if (read.watch !== undefined && !read.base) throw refused('watch', 'needs a base, whose items it watches')
  return {
    base: '',
    scanCount: SCAN_COUNT,
    preConnect: false,
    raw: 'bytes',
    watch: undefined,
    ...read,
    connection: connectionOf(given),
  }
}

/** @param {Fields} given */
function connectionOf(given) {
  const { state, ...others } = Object.fromEntries(Object.entries(given).filter(([name]) => !NAMES.includes(name)))
  for (const name of Object.keys(others)) {
    if (Object.hasOwn(REFUSED, name))
      throw refused(name, `this option of ioredis has another form here: ${REFUSED[name]}`)
    if (IGNORED.has(name) || others[name] === undefined) delete others[name]
  }
  const [first] = Object.keys(others)
  if (state === undefined) return first === undefined ? undefined : renamed(others)
  if (first !== undefined) throw refused(first, 'an option of the state, which is open already')
  return state
}

/** @param {Fields} others */
function renamed({ cluster, ...others }) {
  const options = Object.fromEntries(Object.entries(others).map(([name, value]) => [RENAMED[name] ?? name, value]))
  if (!Array.isArray(cluster)) return cluster === undefined ? options : { ...options, cluster }
  const servers = cluster.map((node, at) => serverOf(node, `cluster[${at}]`))
  // All nodes have one login: the first that there is.
  const logins = servers.map(({ login }) => login).reverse()
  return Object.assign({}, ...logins, options, { cluster: { nodes: servers.map(({ address }) => address) } })
}

/** @param {any} node of ioredis: an address, a port or a url @param {string} path */
function serverOf(node, path) {
  if (typeof node === 'number') return { address: { host: '127.0.0.1', port: node }, login: {} }
  if (typeof node !== 'string') return { address: { port: 6379, ...node }, login: {} }
  return serverOfUrl(node.includes('://') ? node : `redis://${node}`, path)
}

/** @param {unknown} options @returns {Fields} */
function checkedObject(options) {
  if (options === undefined || options === null) return {}
  return readingConfig(() => {
    if (typeof options !== 'object') readFields(options, {}, { at: 'options' })
    return Object(options)
  })
}

/** @param {string} name @param {string} why */
function refused(name, why) {
  return makeError('ERR_INVALID_CONFIG', `${name}: ${why}.`, {})
}

module.exports = { readDriverOptions }
