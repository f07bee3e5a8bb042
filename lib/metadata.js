// @ts-check
'use strict'

const { invalidArgument } = require('./errors.js')
const { LONGEST_TTL, isWhole } = require('./input.js')

/** @typedef {import('./core.js').Core} Core */

const WITH_READ = ['signal']
const WITH_WRITE = ['waitReplicas', 'signal']

/** As Redis answers where there is no such entry. */
const NO_ENTRY = -2
const NO_EXPIRY = -1

/** @type {() => string[]} */
const nothing = () => []

/** @param {Core} core @param {string} traceId @param {string} key @param {unknown} [options] */
function has(core, traceId, key, options) {
  const finish = (/** @type {number} */ size) => size > 0
  const call = { operation: 'has', action: /** @type {const} */ ('has'), traceId, key, options }
  return core.act({ ...call, accepted: WITH_READ, args: nothing, finish })
}

/** @param {Core} core @param {string} traceId @param {string} key @param {unknown} [options] */
function getWithMetadata(core, traceId, key, options) {
  const call = { operation: 'getWithMetadata', action: /** @type {const} */ ('inspect'), traceId, key, options }
  return core.act({ ...call, accepted: WITH_READ, args: nothing, finish: metadataOf })
}

/** @param {[value: unknown, etag: string, milliseconds: number] | null} found */
function metadataOf(found) {
  if (found === null) return null
  const [value, etag, milliseconds] = found
  return { value, etag, ttl: secondsOf(milliseconds) }
}

/** @param {Core} core @param {string} traceId @param {string} key @param {unknown} [options] */
function ttl(core, traceId, key, options) {
  const finish = (/** @type {number} */ left) => (left === NO_ENTRY ? null : secondsOf(left))
  const call = { operation: 'ttl', action: /** @type {const} */ ('ttl'), traceId, key, options }
  return core.act({ ...call, accepted: WITH_READ, args: nothing, finish })
}

/** @param {number} milliseconds */
function secondsOf(milliseconds) {
  return milliseconds === NO_EXPIRY ? NO_EXPIRY : milliseconds / 1000
}

/** @param {Core} core @param {string} traceId @param {string} key @param {number} seconds @param {unknown} [options] */
function touch(core, traceId, key, seconds, options) {
  const args = () => {
    if (isWhole(seconds, 1, LONGEST_TTL)) return [String(seconds)]
    throw invalidArgument(`the ttl must be whole seconds from 1 to ${LONGEST_TTL}`)
  }
  const call = { operation: 'touch', action: /** @type {const} */ ('touch'), traceId, key, options }
  return core.act({ ...call, accepted: WITH_WRITE, args, finish: isOne })
}

/** @param {Core} core @param {string} traceId @param {string} key @param {unknown} [options] */
function persist(core, traceId, key, options) {
  const call = { operation: 'persist', action: /** @type {const} */ ('persist'), traceId, key, options }
  return core.act({ ...call, accepted: WITH_WRITE, args: nothing, finish: isOne })
}

/** @param {unknown} reply */
function isOne(reply) {
  return reply === 1
}

module.exports = { getWithMetadata, has, persist, touch, ttl }
