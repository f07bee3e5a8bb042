// @ts-check
'use strict'

const { checkNotAborted } = require('./abort.js')
const { invalidArgument } = require('../errors.js')
const { readOptions } = require('./method-options.js')

/**
 * @typedef {object} CheckedOptions checked options of a call
 * @property {number} [ttl] in milliseconds, 0 for no expiry; omitted: the default of the store
 * @property {import('../engines/call.js').Condition} [condition]
 * @property {import('../../index.js').WaitReplicas} [waitReplicas]
 * @property {AbortSignal} [signal]
 * @property {boolean} [cache]
 * @property {Record<string, any>} all all options of the method by their names, with defaults
 */

/** @type {CheckedOptions} */
const NO_OPTIONS = Object.freeze({ all: {} })

/**
 * Checks the options of a call; throws if its signal is already aborted.
 *
 * @param {import('./method-options.js').Method} method
 * @param {unknown} options
 * @param {import('./input.js').Rules} rules
 * @returns {CheckedOptions}
 */
function checkOptions(method, options, rules) {
  const checked = checkedOptionsOf(readOptions(method, options, rules))
  checkNotAborted(checked.signal)
  return checked
}

/**
 * @param {Record<string, any>} all as `readOptions` returns them
 * @returns {CheckedOptions}
 */
function checkedOptionsOf(all) {
  const { ttl, waitReplicas, signal, cache } = all
  return { ttl, condition: conditionOf(all), waitReplicas, signal, cache, all }
}

/**
 * @param {Record<string, any>} options
 * @returns {import('../engines/call.js').Condition | undefined}
 */
function conditionOf({ ifAbsent, ifMatch }) {
  if (ifMatch === undefined) return ifAbsent ? { kind: 'absent' } : undefined
  if (ifAbsent) throw invalidArgument('ifMatch: cannot be combined with ifAbsent')
  return { kind: 'match', etag: ifMatch }
}

module.exports = { NO_OPTIONS, checkOptions, checkedOptionsOf }
