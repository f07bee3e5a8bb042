// @ts-check
'use strict'

/** Emits a process warning of this package. @param {string} message */
function warn(message) {
  process.emitWarning(`redis-state-adapter: ${message}`, 'RedisStateAdapterWarning')
}

module.exports = { warn }
