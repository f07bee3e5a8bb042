// @ts-check
'use strict'

const { dispatcherOf } = require('../../adapter/state-adapter.js')
const { RedisStateError } = require('../../errors.js')

/** @typedef {import('./finding.js').Subject} Subject */

/**
 * @param {import('../command.js').StateStore} state
 * @param {{ isCluster: boolean, isTls: boolean, clock: () => number, signal: AbortSignal }} options
 * @returns {Promise<Subject | undefined>} undefined: it is no server
 */
async function subjectOf(state, { isCluster, isTls, clock, signal }) {
  const { inspectedFields } = dispatcherOf(/** @type {any} */ (state)).engine.rules
  const { server, keyPrefix } = /** @type {{ server?: string, keyPrefix?: string | false }} */ (inspectedFields)
  const prefix = keyPrefix || ''
  // In a cluster, the node of this key is asked.
  const ask = (/** @type {(string | number)[]} */ args) => state.command(args, { key: prefix, retry: 'read', signal })
  try {
    const info = await ask(['INFO']).then((text) => parseInfo(String(text)), orNothing)
    return { state, server: server ?? '', keyPrefix: prefix, isCluster, isTls, ask, info, clock }
  } catch (error) {
    if (isRefused(error)) return undefined
    throw error
  }
}

/** Without permission there is no information. @param {unknown} error @returns {Record<string, string>} */
function orNothing(error) {
  if (isDenied(error)) return {}
  throw error
}

/** @param {string} text @returns {Record<string, string>} */
function parseInfo(text) {
  const lines = text.split('\r\n').filter((line) => /^[a-z]/i.test(line))
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
}

/** Whether the user may not run the command. @param {unknown} error */
function isDenied(error) {
  return error instanceof RedisStateError && error.reply === 'NOPERM'
}

/** Whether the user may not run the command, or the server does not have it. @param {unknown} error */
function isRefused(error) {
  return error instanceof RedisStateError && (error.code === 'ERR_REPLY' || error.code === 'ERR_UNSUPPORTED')
}

/**
 * A setting of the server.
 *
 * @param {Subject} subject
 * @param {string} name
 * @returns {Promise<string | undefined>} undefined: it cannot be read
 */
async function settingOf({ ask }, name) {
  try {
    const [, value] = await ask(['CONFIG', 'GET', name])
    return value
  } catch (error) {
    // Servers of providers often have no CONFIG.
    if (isRefused(error)) return undefined
    throw error
  }
}

module.exports = { isDenied, isRefused, settingOf, subjectOf }
