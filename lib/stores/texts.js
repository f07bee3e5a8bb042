// @ts-check
'use strict'

/** Reads the texts of component files as Dapr does. Each function returns `undefined` for a text of another form. */

const TRUE = new Set(['y', 'yes', 'true', 't', 'on', '1'])
const FALSE = new Set(['n', 'no', 'false', 'f', 'off', '0'])

/** Milliseconds of the units of Go's durations. @type {Record<string, number>} */
const UNITS = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const PART = /(\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(ns|us|µs|μs|ms|s|m|h)/gy
const MAX_LENGTH = 100

/** @param {string} text */
function booleanOf(text) {
  const lower = text.trim().toLowerCase()
  if (TRUE.has(lower)) return true
  return FALSE.has(lower) ? false : undefined
}

/** A whole number, at least -1. @param {string} text */
function integerOf(text) {
  return /^(-1|\d{1,15})$/.test(text.trim()) ? Number(text) : undefined
}

/**
 * Milliseconds of a duration: a whole number, or with units as Go has them (`5s`, `1m30s`, `200ms`). -1 means none.
 *
 * @param {string} text
 */
function durationOf(text) {
  const trimmed = text.trim()
  if (/^(-1|\d{1,15})$/.test(trimmed)) return Number(trimmed)
  if (trimmed === '' || trimmed.length > MAX_LENGTH) return undefined
  const parts = [...trimmed.matchAll(PART)]
  if (parts.map(([part]) => part).join('') !== trimmed) return undefined
  return Math.ceil(parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * UNITS[unit], 0))
}

/**
 * A list of addresses, joined by commas.
 *
 * @param {string} text
 * @param {number} defaultPort
 * @returns {{ host: string, port: number }[] | undefined}
 */
function addressesOf(text, defaultPort) {
  const addresses = text.split(',').map((address) => addressOf(address.trim(), defaultPort))
  return addresses.every((address) => address !== undefined) ? addresses : undefined
}

/** @param {string} text @param {number} defaultPort */
function addressOf(text, defaultPort) {
  const [, v6, name, digits] = /^(?:\[([\da-fA-F:.%]+)\]|([^\s:@/[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const [host, port] = [v6 ?? name, digits === undefined ? defaultPort : Number(digits)]
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port }
}

module.exports = { addressesOf, booleanOf, durationOf, integerOf }
