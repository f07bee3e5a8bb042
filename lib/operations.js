// @ts-check
'use strict'

/**
 * Calls on single entries: the letter by which src/call.rs and src/action.rs know them, whether they are answered with a
 * value, and whether they change one.
 */
const OPERATIONS = {
  get: { letter: 'G', reads: true, writes: false },
  set: { letter: 'S', reads: false, writes: true },
  delete: { letter: 'D', reads: true, writes: true },
  ping: { letter: 'P', reads: false, writes: false },
  write: { letter: 'W', reads: false, writes: true },
  take: { letter: 'T', reads: true, writes: true },
  remove: { letter: 'R', reads: true, writes: true },
  has: { letter: 'H', reads: true, writes: false },
  inspect: { letter: 'M', reads: true, writes: false },
  ttl: { letter: 'L', reads: true, writes: false },
  touch: { letter: 'E', reads: true, writes: true },
  persist: { letter: 'N', reads: true, writes: true },
  increment: { letter: 'I', reads: true, writes: true },
  update: { letter: 'U', reads: true, writes: true },
  lock: { letter: 'K', reads: true, writes: true },
  limit: { letter: 'Q', reads: true, writes: true },
  transact: { letter: 'X', reads: true, writes: true },
}

/** @typedef {keyof typeof OPERATIONS} Operation */
/** @typedef {Exclude<Operation, 'get' | 'set' | 'delete' | 'ping'>} Action */

module.exports = { OPERATIONS }
