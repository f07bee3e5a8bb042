// @ts-check
'use strict'

/**
 * What writes a value: SET with the rest of its life, or a removal if that is over.
 *
 * @param {string} key
 * @param {any} value
 * @param {number | undefined} life in milliseconds; `undefined` is for ever
 * @param {string} removal the command that removes a key
 */
function writeCommand(key, value, life, removal) {
  if (life === undefined) return ['SET', key, value]
  return life > 0 ? ['SET', key, value, 'PX', life] : [removal, key]
}

/**
 * The life of a value that Keyv 5 gives as a duration. 0 is for ever there.
 *
 * @param {unknown} ttl
 */
function lifeOfTtl(ttl) {
  return typeof ttl === 'number' && ttl !== 0 && Number.isFinite(ttl) ? Math.ceil(ttl) : undefined
}

/**
 * The life of a value that Keyv 6 gives as its end.
 *
 * @param {unknown} expires
 */
function lifeUntil(expires) {
  if (typeof expires !== 'number' || !Number.isFinite(expires)) return undefined
  // biome-ignore lint/style/noRestrictedGlobals: Keyv has computed the end with this clock, fake or not
  return Math.ceil(expires - Date.now())
}

module.exports = { lifeOfTtl, lifeUntil, writeCommand }
