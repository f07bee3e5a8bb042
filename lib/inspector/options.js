// @ts-check
'use strict'

const { RedisStateError, invalidArgument, makeError, ofCall } = require('../errors.js')
const { readFields, readList } = require('../input/input.js')
const kinds = require('../input/option-kinds.js')
const { received } = require('../input/received.js')
const { targetOf } = require('./targets.js')

/**
 * @typedef {import('node:http').IncomingMessage} Request
 * @typedef {import('node:http').ServerResponse} Response
 *
 * @typedef {object} Options
 * @property {(request: Request, response: Response) => boolean | Promise<boolean>} authorize
 * @property {boolean | ((request: Request) => boolean | Promise<boolean>)} writable
 * @property {string[]} [allowedHosts]
 * @property {string} basePath
 * @property {string} name
 * @property {boolean} configure
 * @property {number} timeout
 */

const DEFAULT_TIMEOUT = 30_000

const authorize = {
  isRequired: true,
  read(/** @type {unknown} */ value, /** @type {string} */ path) {
    if (typeof value === 'function') return value
    const remedy =
      'Return true only for users who may read every entry: (request) => request.session?.isAdmin === true.'
    if (value !== undefined) throw invalidArgument(`${path}: expected a function, got ${received(value)}`, { remedy })
    throw invalidArgument(`${path}: is missing. Without it, everyone who can send a request could read every entry`, {
      remedy,
    })
  },
}

const writable = kinds.kind(
  'true, false or a function',
  (value) => typeof value === 'boolean' || typeof value === 'function',
)

const hosts = {
  read: (/** @type {unknown} */ value, /** @type {string} */ path) =>
    readList(value, path, (host, at) => kinds.string.read(host, at, undefined)),
}

const basePath = kinds.kind(
  "a path such as '/state', without a slash at the end",
  (value) => typeof value === 'string' && /^(\/[^/?#]+)*$/.test(value),
)

const FIELDS = {
  authorize,
  writable: kinds.withDefault(writable, false),
  allowedHosts: hosts,
  basePath: kinds.withDefault(basePath, ''),
  name: kinds.withDefault(kinds.string, 'default'),
  configure: kinds.withDefault(kinds.boolean, false),
  timeout: kinds.withDefault(kinds.millisecondsOrDuration, DEFAULT_TIMEOUT),
}

/**
 * Checks what `inspector` is called with.
 *
 * @param {unknown} target
 * @param {unknown} options
 */
function readInput(target, options) {
  try {
    const read = /** @type {Options} */ (readFields(options ?? {}, FIELDS, { at: 'options', noun: 'option' }))
    return { options: read, target: targetOf(target, read.name) }
  } catch (error) {
    if (!(error instanceof RedisStateError)) throw error
    throw ofCall(makeError('ERR_INVALID_CONFIG', error.message, { cause: error.cause }), { operation: 'inspector' })
  }
}

module.exports = { readInput }
