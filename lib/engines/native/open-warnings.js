// @ts-check
'use strict'

const { warn } = require('../../warning.js')

/** Of more open adapters than this, most were probably forgotten. */
const MAX_USUAL_STORES = 50
let hasWarnedOfMemory = false
let hasWarnedOfStores = false
let hasWarnedOfUntracked = false

/**
 * Warns, once an adapter is open, of what its user may not expect.
 *
 * @param {import('../../../native.js').NativeCallRules} rules
 * @param {number} openStores see `warnOfOpenStores`
 */
function warnOnOpen({ embedded, ignoredRoots, unverified }, openStores) {
  if (embedded && !hasWarnedOfMemory) {
    hasWarnedOfMemory = true
    warn('the embedded store is used: state is kept in this process only and ends with it')
  }
  warnOfOpenStores(openStores)
  if (ignoredRoots !== undefined) require('./node-roots.js').warnOfIgnoredRoots(ignoredRoots)
  if (unverified) warn('rejectUnauthorized is false: the certificate of the server is not verified')
}

/** @param {number} count of the open adapters of this thread, including those of other copies of this package */
function warnOfOpenStores(count) {
  if (count <= MAX_USUAL_STORES || hasWarnedOfStores) return
  hasWarnedOfStores = true
  warn(
    `${count} adapters are open, and each has connections of its own. Close those that are not needed any more with cleanup(). If ` +
      'the modules of this process are loaded again when they change (hot reload), keep one adapter: ' +
      'globalThis.state ??= new RedisStateAdapter(options)',
  )
}

/**
 * Warns that a server does not report changes, so that nothing is cached.
 *
 * @param {Error | undefined} reason
 */
function warnOfUntracked(reason) {
  if (hasWarnedOfUntracked) return
  hasWarnedOfUntracked = true
  warn(
    `nothing is cached, as the server does not report changes: ${reason?.message}. It must be Redis 6.2.6 or later, or Valkey, and its ` +
      'user needs the permissions +client|tracking +client|caching +pttl, in a cluster also +cluster|info',
  )
}

module.exports = { warnOfUntracked, warnOnOpen }
