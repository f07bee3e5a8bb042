// @ts-check
'use strict'

const { captureSite, locate } = require('../call-site.js')
const { RedisStateError, makeError, ofCall, ofOuterCall } = require('../errors.js')
const { readFields } = require('../input/input.js')
const { any } = require('../input/option-kinds.js')
const { openState } = require('./open-state.js')

/**
 * @typedef {import('../input/input.js').Fields} Fields
 * @typedef {import('./open-state.js').OpenedState} OpenedState
 * @typedef {import('../../index.js').RedisStateError} StateError
 */

/**
 * Reads the options of a store for another library, and opens the state that it works on: `client`.
 *
 * @param {Function} Class the class of the store, for errors
 * @param {unknown} options
 * @param {Fields} fields the options besides `client`
 * @returns {{ opened: OpenedState, options: Record<string, any> }}
 */
function openStore(Class, options, fields) {
  const call = { operation: `new ${Class.name}` }
  try {
    const { client, ...read } = readFields(options ?? {}, { client: any, ...fields }, { at: 'options', noun: 'option' })
    return { opened: openState(client), options: read }
  } catch (error) {
    if (!(error instanceof RedisStateError)) throw error
    throw locate(
      error.operation === undefined ? ofCall(asConfig(error), call) : ofClient(error, call),
      captureSite(Class),
    )
  }
}

/** Options of constructors have another code than those of methods. @param {StateError} error */
function asConfig({ message, cause }) {
  return makeError('ERR_INVALID_CONFIG', message, { cause })
}

/** An error of the state, whose first argument is `client` here. @param {StateError} error @param {{ operation: string }} call */
function ofClient({ code, message, cause, ...details }, call) {
  const { operation } = details
  const named = message.replace(`${operation}: connection: `, `${operation}: client: `)
  return ofOuterCall(makeError(code, named, { ...details, cause }), call)
}

module.exports = { openStore }
