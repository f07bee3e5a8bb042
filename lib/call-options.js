// @ts-check
'use strict'

const { RedisStateError, invalidArgument } = require('./errors.js')
const { LONGEST_TTL, isWhole, objectOf, unknownName } = require('./input.js')

const MOST_REPLICAS = 1000

/**
 * @typedef {import('../index.js').WaitReplicas} WaitReplicas
 * @typedef {import('../native.js').CallRules} Rules
 *
 * @typedef {object} Given what was given with a call
 * @property {string} ttl whole seconds, 0 for none; empty for the store's own
 * @property {string} condition `absent`, `match:<etag>` or nothing
 * @property {WaitReplicas} [wait] the replicas that are to have it
 * @property {AbortSignal} [signal]
 */

/** @type {Given} */
const NOTHING = Object.freeze({ ttl: '', condition: '' })

/**
 * @param {unknown} options of a call
 * @param {readonly string[]} accepted what the method has
 * @param {Rules} rules
 * @returns {Given}
 */
function callOptions(options, accepted, rules) {
  if (options === undefined) return NOTHING
  const given = givenOf(objectOf('the options', options), accepted)
  const unknown = unknownName(given, accepted)
  if (unknown !== undefined) throw invalidArgument(`there is no option ${unknown}`)
  return {
    ttl: ttlOf(given.ttl),
    condition: conditionOf(given),
    wait: waitOf(given.waitReplicas, rules),
    signal: signalOf(given.signal),
  }
}

/**
 * What an object has itself, and what it inherits of that name: a condition that is a getter of a class is one.
 *
 * @param {Record<string, any>} object
 * @param {readonly string[]} names
 * @returns {Record<string, any>} without what is undefined
 */
function givenOf(object, names) {
  if (Object.hasOwn(object, 'ifMatch') && object.ifMatch === undefined) {
    // The etag of an entry that was not there: without it the write would be one without a condition.
    throw invalidArgument('ifMatch: expected the etag of an entry, not undefined')
  }
  const all = new Set([...Object.keys(object), ...names])
  const entries = Array.from(all, (name) => [name, object[name]])
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** @param {unknown} ttl */
function ttlOf(ttl) {
  if (ttl === undefined) return ''
  if (ttl === -1) return '0'
  if (!isWhole(ttl, 0, LONGEST_TTL)) {
    throw invalidArgument(`ttl: expected whole seconds from 1 to ${LONGEST_TTL}, or 0 or -1 for no expiry`)
  }
  return String(ttl)
}

/** @param {Record<string, unknown>} given */
function conditionOf({ ifAbsent, ifMatch }) {
  if (ifAbsent !== undefined && typeof ifAbsent !== 'boolean') throw invalidArgument('ifAbsent: expected true or false')
  if (ifMatch === undefined) return ifAbsent ? 'absent' : ''
  if (ifAbsent) throw invalidArgument('ifAbsent and ifMatch exclude each other')
  if (typeof ifMatch !== 'string' || ifMatch === '' || !ifMatch.isWellFormed()) {
    throw invalidArgument('ifMatch: expected the etag of an entry')
  }
  return `match:${ifMatch}`
}

/**
 * The replicas that a write is to wait for.
 *
 * @param {unknown} waitReplicas
 * @param {Rules} rules
 * @returns {WaitReplicas | undefined}
 */
function waitOf(waitReplicas, rules) {
  if (waitReplicas === undefined) return undefined
  if (rules.embedded) throw invalidArgument('waitReplicas: the embedded store has no replicas')
  const { count, timeout } = objectOf('waitReplicas', waitReplicas)
  if (!isWhole(count, 1, MOST_REPLICAS)) {
    throw invalidArgument(`waitReplicas.count: expected a whole number from 1 to ${MOST_REPLICAS}`)
  }
  if (!isWhole(timeout, 1, rules.commandTimeout - 1)) {
    throw invalidArgument('waitReplicas.timeout: expected whole milliseconds from 1, less than commandTimeout')
  }
  return { count, timeout }
}

/** @param {unknown} signal */
function signalOf(signal) {
  if (signal === undefined) return undefined
  if (!(signal instanceof AbortSignal)) throw invalidArgument('signal: expected an AbortSignal')
  if (signal.aborted) throw abortedBy(signal)
  return signal
}

/**
 * @param {AbortSignal} signal
 * @param {import('../index.js').RedisStateErrorDetails} [details]
 */
function abortedBy(signal, details) {
  return new RedisStateError('ERR_ABORTED', 'the call was aborted', { ...details, cause: signal.reason })
}

/**
 * @param {WaitReplicas | undefined} one
 * @param {WaitReplicas | undefined} other
 */
function isSameWait(one, other) {
  return one === other || (one?.count === other?.count && one?.timeout === other?.timeout)
}

module.exports = { abortedBy, callOptions, givenOf, isSameWait }
