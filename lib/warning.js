// @ts-check
'use strict'

/** @param {string} message */
function warn(message) {
  process.emitWarning(`redis-state-adapter: ${message}`, 'RedisStateAdapterWarning')
}

module.exports = { warn }
