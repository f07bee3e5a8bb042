// @ts-check
'use strict'

const { invalidArgument } = require('../../errors.js')
const { formatDuration } = require('../../input/duration.js')

/**
 * The time to live of a call, in seconds, which are what the service counts.
 *
 * @param {number} [ttl] in milliseconds
 */
function secondsOf(ttl) {
  if (ttl === undefined) return undefined
  if (ttl % 1000 === 0) return ttl / 1000
  const what = `ttl: expected whole seconds, which are what Azure Cosmos DB counts, got ${formatDuration(ttl)}`
  throw invalidArgument(what)
}

module.exports = { secondsOf }
