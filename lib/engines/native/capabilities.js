// @ts-check
'use strict'

const { OPERATIONS } = require('../call.js')

const NO_INDEX = 'construct the adapter with index: true, see docs/index.md'

/**
 * @param {import('../../../native.js').NativeCallRules} rules
 * @returns {import('../engine.js').Capabilities}
 */
function capabilitiesOf({ embedded, isCluster, index }) {
  return {
    index,
    reasons: index ? undefined : { reindex: NO_INDEX, checkIndex: NO_INDEX },
    operations: new Set(Object.keys(OPERATIONS)),
    conditions: true,
    expiry: true,
    query: true,
    watch: true,
    replicas: !embedded,
    movesEntries: isCluster,
  }
}

module.exports = { capabilitiesOf }
