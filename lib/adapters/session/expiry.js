// @ts-check
'use strict'

const { invalidArgument } = require('../../errors.js')
const { MAX_TTL_SECONDS } = require('../../input/option-kinds.js')
const { received } = require('../../input/received.js')
const { millisecondsUntil } = require('../../time.js')

/**
 * Returns the seconds after which a session expires; not more than 0 if it has expired.
 *
 * @param {any} session
 * @param {number | ((session: any) => number)} ttl of a session whose cookie does not expire; a function decides on all of them
 */
function secondsLeft(session, ttl) {
  if (typeof ttl === 'function') return wholeSeconds(ttl(session), 'ttl: the function returned')
  const expires = session?.cookie?.expires
  if (!expires) return wholeSeconds(ttl, 'ttl: is')
  return wholeSeconds(millisecondsUntil(expires) / 1000, 'session.cookie.expires: the seconds until then are')
}

/** @param {unknown} seconds @param {string} where */
function wholeSeconds(seconds, where) {
  if (typeof seconds !== 'number' || Number.isNaN(seconds))
    throw invalidArgument(`${where} ${received(seconds)}, expected a number of seconds`)
  return Math.min(Math.ceil(seconds), MAX_TTL_SECONDS)
}

module.exports = { secondsLeft }
