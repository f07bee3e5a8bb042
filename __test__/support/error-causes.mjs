// @ts-check
// Causes each error of docs/errors.md.

import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { next } from './events.mjs'
import { adapterThatFails } from './failing-native.mjs'
import { listening } from './listening.mjs'
import { open } from './open.mjs'
import { started } from './redis.mjs'
import { scripted } from './scripted-server.mjs'
import { unusedPort } from './unused-port.mjs'

const { notInstalled, notLoadable, otherVersion } = createRequire(import.meta.url)(
  '../../lib/engines/native/load-failure.js',
)

/**
 * @import { TestContext } from 'node:test'
 * @import { RedisStateAdapter } from 'redis-state-adapter'
 * @import { RedisServer } from './redis.mjs'
 *
 * @typedef {(t: TestContext, server: RedisServer) => unknown} Cause throws the error or rejects with it
 */

/** Short, because tests wait for it, but longer than a busy machine needs to send a call. */
const commandTimeout = 900
const host = '127.0.0.1'

/** @type {import('redis-state-adapter').StandardSchema<string, string>} */
const onlyPaid = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => (value === 'paid' ? { value } : { issues: [{ message: 'expected "paid"' }] }),
  },
}

const [gnu, musl] = ['linux-x64-gnu', 'linux-x64-musl']
const olderPackage = { name: packageOf(gnu), installed: '0.1.0', version: '0.2.0' }
const disabled = 'Cannot load native addon because loading addons is disabled.'
const withoutAddons = Object.assign(new Error(disabled), { code: 'ERR_DLOPEN_DISABLED' })

/** Each by the code and a part of the example that no other has. @type {[code: string, part: string, cause: Cause][]} */
export const CAUSES = [
  ['ERR_INVALID_CONFIG', 'port: expected', (t) => open(t, { port: /** @type {any} */ ('6379') })],
  ['ERR_INVALID_CONFIG', 'db: unknown option', (t) => open(t, /** @type {any} */ ({ db: 1 }))],
  ['ERR_INVALID_CONFIG', 'keyprefix: unknown option', (t) => open(t, /** @type {any} */ ({ keyprefix: 'app:' }))],
  ['ERR_INVALID_CONFIG', 'node of a Redis Cluster', refusing({ 'MGET AT LOGIN': '-CROSSSLOT Keys in request' })],
  [
    'ERR_INVALID_ARGUMENT',
    'got the number 60',
    (t) => memory(t).set('order-1', 'status', 'paid', /** @type {any} */ (60)),
  ],
  ['ERR_INVALID_ARGUMENT', 'BigInt', (t) => memory(t).set('order-1', 'total', 10n)],
  ['ERR_CONNECTION', 'the server closed the connection', closingAt('SET')],
  ['ERR_CONNECTION', 'the reconnect strategy gave up', withoutRetries],
  ['ERR_CONNECTION', 'not connected', notConnected],
  [
    'ERR_AUTH',
    'WRONGPASS',
    (t, server) => afterError(open(t, { url: server.url, username: 'ada', password: 'wrong', commandTimeout })),
  ],
  [
    'ERR_AUTH',
    'without any password',
    (t, server) => afterError(open(t, { url: server.url, password: 'any', commandTimeout })),
  ],
  ['ERR_AUTH', 'NOAUTH', withoutPassword],
  ['ERR_COMMAND_TIMEOUT', 'connection refused', refused],
  ['ERR_COMMAND_TIMEOUT', 'name lookup', (t) => afterError(open(t, { host: 'no-such-host.invalid', commandTimeout }))],
  ['ERR_COMMAND_TIMEOUT', 'to answer the TLS handshake', (t) => mute(t, { tls: true })],
  ['ERR_COMMAND_TIMEOUT', 'without TLS?', (t) => mute(t, {})],
  ['ERR_COMMAND_TIMEOUT', 'TLS alert', (t) => speaking(t, '\x15\x03\x03\x00\x02\x02\x46', {})],
  ['ERR_COMMAND_TIMEOUT', 'is not TLS', (t) => speaking(t, '-ERR unknown command\r\n', { tls: true })],
  ['ERR_COMMAND_TIMEOUT', 'no reply from 127.0.0.1:6379.', silentAt('GET')],
  ['ERR_COMMAND_TIMEOUT', 'the last reply was LOADING', refusingOnce],
  [
    'ERR_COMMAND_TIMEOUT',
    'rejected by 127.0.0.1:6379: LOADING',
    refusing({ PING: '-LOADING Redis is loading the dataset in memory' }),
  ],
  [
    'ERR_COMMAND_TIMEOUT',
    'database 99',
    (t, server) => afterError(open(t, { url: server.url, database: 99, commandTimeout })),
  ],
  ['ERR_COMMAND_TIMEOUT', 'no sentinel names', unknownMaster],
  ['ERR_BACKPRESSURE', 'maxPendingCommands', beyondTheLimit],
  ['ERR_CLOSED', 'cleanup()', closed],
  ['ERR_CLOSED', 'no connection', closedWhileAway],
  ['ERR_CORRUPT_VALUE', 'getGroup', stored('order-1:note', 'by other means', (state) => state.getGroup('order-1'))],
  ['ERR_CORRUPT_VALUE', 'get("order-1", "note")', stored('order-1:note', '', (state) => state.get('order-1', 'note'))],
  ['ERR_WRONG_TYPE', 'WRONGTYPE', hashRead],
  ['ERR_WRONG_TYPE', 'key of the index', indexOfAnotherType],
  ['ERR_WRONG_TYPE', 'not a number', stored('order-1:total', '"ten"', (state) => state.increment('order-1', 'total'))],
  ['ERR_REPLY', 'OOM', replying({ SET: "-OOM command not allowed when used memory > 'maxmemory'." }, write)],
  ['ERR_REPLY', 'NOPERM', replying({ SET: "-NOPERM User ada has no permissions to run the 'set' command" }, write)],
  ['ERR_REPLY', 'READONLY', replying({ SET: "-READONLY You can't write against a read only replica." }, write)],
  ['ERR_REPLY', 'MISCONF', replying({ SET: '-MISCONF Redis is configured to save RDB snapshots' }, write)],
  ['ERR_UNSUPPORTED', 'unknown command', replying({ GETDEL: "-ERR unknown command 'GETDEL'" }, remove)],
  ['ERR_UNSUPPORTED_PLATFORM', 'not installed. Reinstall', atImport(notInstalled(musl, packageOf(musl)))],
  ['ERR_UNSUPPORTED_PLATFORM', 'but redis-', atImport(notInstalled(musl, packageOf(musl), packageOf('darwin-arm64')))],
  ['ERR_UNSUPPORTED_PLATFORM', 'has the version', atImport(otherVersion(gnu, olderPackage))],
  ['ERR_UNSUPPORTED_PLATFORM', '--no-addons', atImport(notLoadable(gnu, withoutAddons))],
  ['ERR_UNSUPPORTED', 'notify-keyspace-events', (t, server) => open(t, { url: server.url }).watch('order-1').ready],
  ['ERR_CONFLICT', 'already exists', conflicting],
  ['ERR_LOCK_TIMEOUT', 'for all of 20ms', (t) => busy(t, { ttl: '10s', timeout: '20ms' })],
  ['ERR_LOCK_TIMEOUT', 'holds the lock', (t) => busy(t, { ttl: '10s' })],
  ['ERR_LOCK_LOST', 'no extension', lostLock],
  ['ERR_TOO_LARGE', '4 MiB', tooLarge],
  [
    'ERR_OUT_OF_RANGE',
    '2^53',
    (t) => filled(t, 'count', 1).then((state) => state.increment('order-1', 'count', 2 ** 53)),
  ],
  ['ERR_INVALID_VALUE', 'schema', (t) => memory(t).group('order-1', { schema: onlyPaid }).set('status', 'open')],
  ['ERR_PARTIAL', 'of 2 entries', partly],
  ['ERR_ABORTED', 'signal', (t) => memory(t).get('order-1', 'status', { signal: AbortSignal.abort() })],
  ['ERR_NOT_REPLICATED', 'replicas', notReplicated],
  ['ERR_INTERNAL', 'bug', () => read(adapterThatFails())],
]

/** @param {TestContext} t */
export function memory(t) {
  return open(t, 'memory:')
}

/** @param {RedisStateAdapter} state */
function read(state) {
  return state.get('order-1', 'status')
}

/** @param {RedisStateAdapter} state */
function write(state) {
  return state.set('order-1', 'status', 'paid')
}

/** @param {RedisStateAdapter} state */
function remove(state) {
  return state.delete('order-1', 'status')
}

/**
 * Makes a call once an attempt to connect has failed, so that its reason does not depend on the speed of the machine.
 *
 * @param {RedisStateAdapter} state
 * @param {(state: RedisStateAdapter) => Promise<unknown>} [call]
 */
async function afterError(state, call = read) {
  await next(state, 'error')
  return call(state)
}

/** A call to a server that refuses the login so. @param {Record<string, string>} replies @returns {Cause} */
function refusing(replies) {
  return async (t) => afterError(open(t, { url: await scripted(t, ([name]) => replies[name]), commandTimeout }))
}

/**
 * A call to a server that replies so to the commands with these names.
 *
 * @param {Record<string, string>} replies
 * @param {(state: RedisStateAdapter) => Promise<unknown>} call
 * @returns {Cause}
 */
function replying(replies, call) {
  return async (t) => {
    const state = open(t, { url: await scripted(t, ([name]) => replies[name]), commandTimeout: 3000 })
    await next(state, 'ready')
    return call(state)
  }
}

/** @param {string} command @returns {Cause} */
function closingAt(command) {
  return async (t) => {
    const url = await scripted(t, ([name]) => (name === command ? (socket) => void socket.end() : undefined))
    return write(open(t, { url }))
  }
}

/** @param {string} command @returns {Cause} */
function silentAt(command) {
  return async (t) => {
    const state = open(t, {
      url: await scripted(t, ([name]) => (name === command ? () => {} : undefined)),
      commandTimeout,
    })
    await next(state, 'ready')
    return read(state)
  }
}

/** @param {TestContext} t */
async function refusingOnce(t) {
  let isRefused = false
  const url = await scripted(t, ([name]) => {
    if (name !== 'GET') return undefined
    if (isRefused) return () => {}
    isRefused = true
    return '-LOADING Redis is loading the dataset in memory'
  })
  const state = open(t, { url, commandTimeout: 1000 })
  await next(state, 'ready')
  return read(state)
}

/** @param {TestContext} t */
async function closedWhileAway(t) {
  const state = open(t, { host, port: await unusedPort() })
  const call = write(state)
  await next(state, 'reconnecting')
  await Promise.all([call, state.cleanup({ timeout: 0 })])
}

/** @param {TestContext} t */
async function withoutRetries(t) {
  const state = open(t, { host, port: await unusedPort(), socket: { reconnectStrategy: false } })
  await next(state, 'end')
  return read(state)
}

/** @param {TestContext} t */
export async function refused(t) {
  return afterError(open(t, { host, port: await unusedPort(), commandTimeout }), write)
}

/** @param {TestContext} t */
async function notConnected(t) {
  return afterError(open(t, { host, port: await unusedPort(), offlineQueue: false }), write)
}

/** @param {TestContext} t */
async function withoutPassword(t) {
  const { url } = await started(t, ['--requirepass', 'word'])
  return afterError(open(t, { url, commandTimeout }))
}

/** A call to a port that accepts connections and sends nothing. @param {TestContext} t @param {object} options */
async function mute(t, options) {
  const silent = createServer((socket) => socket.on('error', () => {}).once('data', () => silent.emit('addressed')))
  const port = await listening(t, silent)
  // An attempt that has waited for less than a second asks nothing.
  const state = open(t, { host, port, commandTimeout: 1500, ...options })
  await once(silent, 'addressed')
  return read(state)
}

/** A call to a port that replies with something else. @param {TestContext} t @param {string} text @param {object} options */
async function speaking(t, text, options) {
  const answer = (/** @type {import('node:net').Socket} */ socket) =>
    socket.once('data', () => socket.end(text, 'latin1'))
  const port = await listening(
    t,
    createServer((socket) => answer(socket.on('error', () => {}))),
  )
  return afterError(open(t, { host, port, commandTimeout, ...options }))
}

/** @param {TestContext} t */
async function unknownMaster(t) {
  const url = new URL(
    await scripted(t, ([name]) => (name === 'SENTINEL' ? '-ERR No such master with that name' : undefined)),
  )
  const nodes = [{ host, port: Number(url.port) }]
  return afterError(open(t, { sentinel: { name: 'mymaster', nodes }, commandTimeout }))
}

/** @param {TestContext} t */
async function beyondTheLimit(t) {
  const state = open(t, { url: 'memory:', maxPendingCommands: 1 })
  const [, second] = await Promise.allSettled([write(state), write(state)])
  if (second.status === 'rejected') throw second.reason
}

/** @param {TestContext} t */
async function closed(t) {
  const state = memory(t)
  await state.cleanup()
  return read(state)
}

/**
 * @param {string} name of an entry
 * @param {string} text that another client stores
 * @param {(state: RedisStateAdapter) => Promise<unknown>} call
 * @returns {Cause}
 */
function stored(name, text, call) {
  return async (t, server) => {
    const keyPrefix = `${t.name}:`
    await (await server.client()).set(`${keyPrefix}${name}`, text)
    return call(open(t, { url: server.url, keyPrefix }))
  }
}

/** @param {TestContext} t @param {RedisServer} server */
async function hashRead(t, server) {
  const keyPrefix = `${t.name}:`
  await (await server.client()).hSet(`${keyPrefix}order-1:status`, 'a', 'b')
  return read(open(t, { url: server.url, keyPrefix }))
}

/** @param {TestContext} t @param {RedisServer} server */
async function indexOfAnotherType(t, server) {
  await (await server.client()).set('__state__:index:motia:state:order-1', 'no index')
  return write(open(t, { url: server.url, strictTraceIds: true, index: true }))
}

/** @param {TestContext} t @param {string} key @param {unknown} value */
async function filled(t, key, value) {
  const state = memory(t)
  await state.set('order-1', key, value)
  return state
}

/** @param {TestContext} t */
async function conflicting(t) {
  const state = await filled(t, 'status', 'open')
  return state.set('order-1', 'status', 'paid', { ifAbsent: true })
}

/** @param {TestContext} t @param {import('redis-state-adapter').LockOptions} options */
async function busy(t, options) {
  const state = memory(t)
  await state.lock('order-1', 'packing', { ttl: '1m' })
  return state.withLock('order-1', 'packing', options, () => {})
}

/** @param {TestContext} t */
function lostLock(t) {
  return memory(t).withLock('order-1', 'packing', { ttl: '10s' }, (lock) => lock.extend('1ms'))
}

/** @param {TestContext} t */
async function tooLarge(t) {
  const state = await filled(t, 'text', 'x'.repeat(5 * 1024 * 1024))
  return state.update('order-1', 'text', [{ op: 'set', value: 1 }])
}

/** @param {TestContext} t */
export async function partly(t) {
  const state = await filled(t, 'status', 'open')
  return state.setMany('order-1', { status: 'paid', total: 10 }, { ifAbsent: true })
}

/** @param {TestContext} t @param {RedisServer} server */
async function notReplicated(t, server) {
  const state = open(t, { url: server.url, waitReplicas: { count: 1, timeout: 100 } })
  return write(state)
}

/** What the import throws: load.test.mjs causes it. @param {Error} error @returns {Cause} */
function atImport(error) {
  return () => Promise.reject(error)
}

/** @param {string} target */
function packageOf(target) {
  return `redis-state-adapter-${target}`
}
