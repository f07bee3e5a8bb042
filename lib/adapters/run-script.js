// @ts-check
'use strict'

const { RedisStateError } = require('../errors.js')

/**
 * @typedef {import('../../index.js').RedisStateAdapter} State
 * @typedef {Parameters<State['script']>[1]} ScriptOptions
 */

/** Stores that turned out to have no scripts: embedded ones. @type {WeakSet<State>} */
const withoutScripts = new WeakSet()

/**
 * Runs a script, if the store has scripts.
 *
 * @param {State} state
 * @param {string} script
 * @param {ScriptOptions} options
 * @returns {Promise<any>} undefined if it has none
 */
async function runScript(state, script, options) {
  if (withoutScripts.has(state)) return undefined
  try {
    return await state.script(script, options)
  } catch (error) {
    if (!(error instanceof RedisStateError) || error.code !== 'ERR_UNSUPPORTED') throw error
    withoutScripts.add(state)
    return undefined
  }
}

module.exports = { runScript }
