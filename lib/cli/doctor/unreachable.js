// @ts-check
'use strict'

const { RedisStateAdapter } = require('../../adapter/adapter.js')
const { RedisStateError } = require('../../errors.js')
const { adapterOptions, connected } = require('../connection.js')
const { problem } = require('./finding.js')

/**
 * @typedef {import('./finding.js').Finding} Finding
 * @typedef {Record<string, any>} AdapterOptions
 */

const PROBE_MS = 3000
/** Options of a socket each of which enables TLS, as `tls` does. */
const TLS_OF_SOCKET = ['ca', 'cert', 'key', 'servername', 'rejectUnauthorized']
/** Where a failure belongs. Its message has the reason and the remedy. @type {Record<string, string>} */
const CHECKS = { ERR_AUTH: 'login', ERR_INVALID_CONFIG: 'topology' }
const REMEDIES = {
  options: 'Correct it: docs/options.md has the options, docs/stores.md those of --config.',
  login: 'Check the user name and the password: --options, REDIS_USERNAME, REDIS_PASSWORD, or the url.',
  topology: 'Here --cluster; in the program the option cluster, or sentinel.',
  connection: 'Check address and port, whether the server runs, and whether a firewall is between.',
}

/**
 * Says why there is no connection.
 *
 * @param {import('../../../index.js').RedisStateError} error
 * @param {import('../command.js').Options} options
 * @param {Record<string, string | undefined>} env
 * @returns {Promise<Finding[]>}
 */
async function explainUnreachable(error, options, env) {
  const check = /** @type {keyof typeof REMEDIES} */ (
    isOfOptions(error) ? 'options' : (CHECKS[error.code] ?? 'connection')
  )
  if (check === 'connection' && options.config === undefined) {
    const finding = await wrongTls(await adapterOptions(options, env))
    if (finding !== undefined) return [finding]
  }
  return [problem(check, error.message.replace(/\.$/, ''), REMEDIES[check])]
}

/** Whether no server was asked. @param {import('../../../index.js').RedisStateError} error */
function isOfOptions({ operation = '' }) {
  return (
    operation.startsWith('new ') || operation.startsWith('StateStores.') || operation === 'RedisStateAdapter.fromEnv'
  )
}

/**
 * Tries the connection with TLS in place of without, or the reverse. No credentials are sent.
 *
 * @param {AdapterOptions} options
 * @returns {Promise<Finding | undefined>}
 */
async function wrongTls(options) {
  const isUnix = String(options.url ?? '').startsWith('unix:') || options.socket?.path !== undefined
  if (options.sentinel !== undefined || isUnix) return undefined
  const isTls = usesTls(options)
  if (!(await answers(isTls ? withoutTls(options) : withTls(options)))) return undefined
  return isTls
    ? problem(
        'tls',
        'the server answers without TLS on this port, but the client wants TLS',
        'Use redis:// in place of rediss://, or the TLS port of the server.',
      )
    : problem(
        'tls',
        'the server answers with TLS on this port, but the client does not use it',
        'Use rediss:// in place of redis://, or the option tls.',
      )
}

/** @param {AdapterOptions} options */
function usesTls({ url, tls, socket }) {
  if (/^(rediss|valkeys):/.test(String(url ?? '')) || (tls !== undefined && tls !== false)) return true
  if (socket?.tls !== undefined) return socket.tls === true
  return TLS_OF_SOCKET.some((name) => socket?.[name] !== undefined)
}

/** @param {AdapterOptions} options */
function withoutTls({ tls: _, ...options }) {
  return {
    ...anonymous(options),
    socket: plainSocket(options),
    url: options.url && String(anonymousUrl(options.url)).replace(/^(redis|valkey)s:/, '$1:'),
  }
}

/** @param {AdapterOptions} options */
function withTls(options) {
  return {
    ...anonymous(options),
    socket: plainSocket(options),
    url: options.url && anonymousUrl(options.url),
    tls: { rejectUnauthorized: false },
  }
}

/** Its other fields say where the server is. @param {AdapterOptions} options */
function plainSocket({ socket }) {
  const isTls = (/** @type {string} */ name) => name === 'tls' || TLS_OF_SOCKET.includes(name)
  return socket && Object.fromEntries(Object.entries(socket).filter(([name]) => !isTls(name)))
}

/** @param {AdapterOptions} options */
function anonymous({ username: _, password: __, ...options }) {
  return options
}

/** @param {string} url */
function anonymousUrl(url) {
  return url.replace(/^([a-z]+:\/\/)[^/]*@/i, '$1')
}

/** Whether a server answers, be it that it wants a login. @param {AdapterOptions} options */
async function answers(options) {
  /** @type {import('../../../index.js').RedisStateAdapter | undefined} */
  let adapter
  try {
    const given = Object.entries(options).filter(([, value]) => value !== undefined)
    adapter = new RedisStateAdapter(Object.fromEntries(given))
    await connected(adapter, PROBE_MS)
    return true
  } catch (error) {
    return error instanceof RedisStateError && (error.code === 'ERR_AUTH' || error.code === 'ERR_INVALID_CONFIG')
  } finally {
    await adapter?.cleanup({ timeout: 0 })
  }
}

module.exports = { explainUnreachable, usesTls }
