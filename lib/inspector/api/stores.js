// @ts-check
'use strict'

const { packageVersion } = require('../../package.js')
const { wallNow } = require('../../time.js')

/**
 * @typedef {import('./route.js').Route} Route
 * @typedef {import('./route.js').Call} Call
 */

const MAX_HEALTH_MS = 3000

/** @type {Route} */
function info({ target, isWritable }) {
  return { version: packageVersion(), writable: isWritable, stores: target.describe() }
}

/** @param {Call} call */
async function health({ target, timeout }) {
  return { stores: await target.health(Math.min(MAX_HEALTH_MS, timeout)) }
}

/** @type {Route} */
function stats({ target, parameters }) {
  return { time: wallNow(), stats: target.get(parameters.optionalText('store')).state.stats() }
}

module.exports = { health, info, stats }
