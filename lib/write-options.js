// @ts-check
'use strict'

const { invalidArgument } = require('./errors.js')

const MOST_REPLICAS = 1000

/**
 * @typedef {import('../index.js').WaitReplicas} WaitReplicas
 * @typedef {import('../native.js').CallRules} Rules
 */

/**
 * The replicas that a write is to wait for, of what was given with it.
 *
 * @param {unknown} options
 * @param {Rules} rules
 * @returns {WaitReplicas | undefined}
 */
function waitOf(options, rules) {
  if (options === undefined) return undefined
  const { waitReplicas, ...others } = objectOf('the options', options)
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) throw invalidArgument(`there is no option ${unknown}`)
  if (waitReplicas === undefined) return undefined
  if (rules.embedded) throw invalidArgument('waitReplicas: the embedded store has no replicas')
  const { count, timeout } = objectOf('waitReplicas', waitReplicas)
  if (!isWhole(count, MOST_REPLICAS)) {
    throw invalidArgument(`waitReplicas.count: expected a whole number from 1 to ${MOST_REPLICAS}`)
  }
  if (!isWhole(timeout, rules.commandTimeout - 1)) {
    throw invalidArgument('waitReplicas.timeout: expected whole milliseconds from 1, less than commandTimeout')
  }
  return { count, timeout }
}

/**
 * @param {string} what
 * @param {unknown} value
 * @returns {Record<string, any>}
 */
function objectOf(what, value) {
  if (typeof value !== 'object' || value === null) throw invalidArgument(`${what} must be an object`)
  return value
}

/**
 * @param {unknown} number
 * @param {number} most
 * @returns {number is number}
 */
function isWhole(number, most) {
  return Number.isInteger(number) && Number(number) >= 1 && Number(number) <= most
}

/**
 * @param {WaitReplicas | undefined} one
 * @param {WaitReplicas | undefined} other
 */
function isSameWait(one, other) {
  return one === other || (one?.count === other?.count && one?.timeout === other?.timeout)
}

module.exports = { isSameWait, waitOf }
