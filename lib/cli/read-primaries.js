// @ts-check
'use strict'

/**
 * The options of a store whose entries are read from primaries: a replica can lag behind.
 *
 * @param {Record<string, any>} options
 */
function readingPrimaries(options) {
  const { cluster } = options
  return cluster?.readFrom === undefined ? options : { ...options, cluster: { ...cluster, readFrom: 'primary' } }
}

module.exports = { readingPrimaries }
