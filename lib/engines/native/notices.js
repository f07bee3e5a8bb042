// @ts-check
'use strict'

const { warn } = require('../../warning.js')

/** The warnings that native code emits as events, once for each adapter. */
const NOTICES = new Map([
  [
    'indexEvictable',
    'the server has a maxmemory-policy that can evict any key, also the index of a trace. So listings do not rely on indexes, and ' +
      'scan all keys. Use a policy volatile-* or noeviction.',
  ],
  [
    'indexPolicyUnknown',
    'this user may not run INFO, so it is unknown whether the server can evict the index of a trace. If its maxmemory-policy is ' +
      'allkeys-*, listings can lack entries. Grant +info.',
  ],
])

/** Emits the warning of an event; returns whether the event is one. @param {string} name */
function warnOf(name) {
  const text = NOTICES.get(name)
  if (text === undefined) return false
  warn(text)
  return true
}

module.exports = { warnOf }
