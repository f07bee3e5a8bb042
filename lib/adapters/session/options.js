// @ts-check
'use strict'

const kinds = require('../../input/option-kinds.js')

const DAY_SECONDS = 86_400

const isSerializer = (/** @type {any} */ value) =>
  typeof value === 'object' &&
  value !== null &&
  typeof value.parse === 'function' &&
  typeof value.stringify === 'function'

/** As in connect-redis, 0 means the default. */
const ttl = kinds.kind(
  'seconds, a number greater than 0, or a function that returns them',
  (value) =>
    typeof value === 'function' || (typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY),
)

/** The options of the store besides `client`. @type {import('../../input/input.js').Fields} */
const FIELDS = {
  prefix: kinds.withDefault(kinds.string, 'sess:'),
  scanCount: kinds.withDefault(kinds.boundedInt(1, 1_000_000), 100),
  serializer: kinds.withDefault(kinds.kind('an object with parse and stringify', isSerializer), JSON),
  ttl: kinds.withDefault({ read: (...input) => ttl.read(...input) || DAY_SECONDS }, DAY_SECONDS),
  disableTTL: kinds.withDefault(kinds.boolean, false),
  disableTouch: kinds.withDefault(kinds.boolean, false),
}

module.exports = { FIELDS }
