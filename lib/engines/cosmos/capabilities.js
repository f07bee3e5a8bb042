// @ts-check
'use strict'

const { EXECUTE } = require('./operations.js')

const NO_LEASES = 'the service has no time more exact than a second. Use a store on Redis for it'

/** Etags of the service are any text; those of emulators have other forms. */
const ETAG = {
  expected: 'the etag of an entry',
  // A star would match every entry.
  accepts: (/** @type {string} */ text) => /^[\x21-\x7e]{1,200}$/.test(text) && text !== '*',
}

const CAPABILITIES = {
  operations: new Set(Object.keys(EXECUTE)),
  conditions: true,
  expiry: true,
  query: true,
  watch: false,
  replicas: false,
  movesEntries: false,
  /** Why something is not supported. */
  reasons: {
    watch:
      'the change feed of Azure Cosmos DB has no deletions, no expirations and no old values. Read the entries from time to time, or use a store on Redis',
    lock: NO_LEASES,
    rateLimit: NO_LEASES,
    replicas: 'Azure Cosmos DB replicates by itself. Choose a consistency instead',
  },
}

module.exports = { CAPABILITIES, ETAG }
