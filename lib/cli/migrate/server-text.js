// @ts-check
'use strict'

/**
 * The server of a place for messages and checkpoints, with its database unless that is 0: another database is another place.
 *
 * @param {import('../../engines/engine.js').EngineRules} rules
 */
function serverText({ inspectedFields, server }) {
  const { server: address = '', database } = /** @type {Record<string, unknown>} */ ({
    ...server,
    ...inspectedFields,
  })
  return typeof database === 'number' && database > 0 ? `${address}/${database}` : String(address)
}

module.exports = { serverText }
