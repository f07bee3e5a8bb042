// @ts-check
'use strict'

const { dispatcherOf } = require('./command-methods.js')
const { OPERATIONS } = require('../engines/call.js')
const { ping } = require('../operations/ping.js')

/** @typedef {import('./state-adapter.js').StateAdapter} StateAdapter */

/**
 * Adapters whose server does not report its role: a command that the user may not run fills the log of denied commands.
 *
 * @type {WeakSet<StateAdapter>}
 */
const SILENT = new WeakSet()

/**
 * Resolves when the server has answered, to its role; `undefined` if it is not known.
 *
 * @param {StateAdapter} adapter
 * @param {{ timeout: number }} options
 * @returns {Promise<import('../../index.js').StoreHealth['role']>}
 */
async function roleOf(adapter, options) {
  const dispatcher = dispatcherOf(adapter)
  const { operations, movesEntries } = dispatcher.engine.capabilities
  const asks = operations.has('role') && !movesEntries && !SILENT.has(adapter)
  const role = await ping(dispatcher, options, asks ? OPERATIONS.role : OPERATIONS.ping)
  if (movesEntries) return 'cluster'
  if (asks && role === null) SILENT.add(adapter)
  return asks ? (role ?? undefined) : undefined
}

module.exports = { roleOf }
