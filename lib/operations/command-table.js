// @ts-check
'use strict'

/**
 * What is known of server commands: where their key is, which ones are refused, and whose replies have another shape in RESP3.
 *
 * @typedef {string | Uint8Array} Argument
 * @typedef {'pairs' | 'streams'} Shape how RESP3 nests a reply that is flat in RESP2, or the other way round
 *
 * @typedef {object} CommandInfo
 * @property {string} name in capital letters
 * @property {(args: readonly Argument[]) => number | undefined} keyAt the index of the key; the name has index 0
 * @property {(args: readonly Argument[]) => string | undefined} refusal why it must not be sent
 * @property {Shape} [shape]
 * @property {boolean} [isPartial] it runs a script, which may have written before it fails
 */

const CHANGES_CONNECTION = 'it would change the connection, which all calls share'
const BLOCKS = 'it would block the connection, which all calls share'
const SUBSCRIBES = `${CHANGES_CONNECTION}; use watch() for changes of entries`
const TRANSACTS = `${CHANGES_CONNECTION}; use commands(), which sends MULTI and EXEC`
const STOPS = 'it would stop or block the server'

/** @type {[reason: string, names: string][]} */
const REFUSED = [
  [SUBSCRIBES, 'SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE MONITOR'],
  [TRANSACTS, 'MULTI EXEC DISCARD WATCH UNWATCH'],
  [CHANGES_CONNECTION, 'SELECT AUTH HELLO RESET QUIT READONLY READWRITE ASKING SYNC PSYNC REPLCONF'],
  [BLOCKS, 'BLPOP BRPOP BRPOPLPUSH BLMOVE BLMPOP BZPOPMIN BZPOPMAX BZMPOP WAIT WAITAOF'],
  [STOPS, 'SHUTDOWN DEBUG'],
]

const WITHOUT_KEY =
  'PING ECHO INFO DBSIZE TIME KEYS SCAN RANDOMKEY FLUSHDB FLUSHALL SWAPDB CONFIG COMMAND CLIENT CLUSTER SCRIPT FUNCTION ACL LATENCY SLOWLOG MODULE ROLE LASTSAVE SAVE BGSAVE BGREWRITEAOF PUBLISH PUBSUB LOLWUT SENTINEL REPLICAOF SLAVEOF FAILOVER'
const SECOND = 'OBJECT BITOP XGROUP XINFO MEMORY'
/** Their first argument is the number of keys. */
const COUNTED = 'ZUNION ZINTER ZDIFF ZINTERCARD SINTERCARD LMPOP ZMPOP'
/** Their second argument is the number of keys. */
const SCRIPTS = 'EVAL EVALSHA EVAL_RO EVALSHA_RO FCALL FCALL_RO'
const PAIRS =
  'ZRANGE ZREVRANGE ZRANGEBYSCORE ZREVRANGEBYSCORE ZDIFF ZINTER ZUNION ZRANDMEMBER HRANDFIELD ZPOPMIN ZPOPMAX'

/** Subcommands of CLIENT that leave the connection as it is. */
const CLIENT_ALLOWED = new Set(['LIST', 'INFO', 'ID', 'GETNAME', 'KILL', 'UNBLOCK', 'UNPAUSE', 'TRACKINGINFO', 'HELP'])

/** @type {Map<string, Partial<CommandInfo>>} */
const KNOWN = new Map()

/** @param {string} names @param {Partial<CommandInfo>} info */
function define(names, info) {
  for (const name of names.split(' ')) KNOWN.set(name, { ...KNOWN.get(name), ...info })
}

for (const [reason, names] of REFUSED) define(names, { refusal: () => reason })
define(WITHOUT_KEY, { keyAt: () => undefined })
define(SECOND, { keyAt: ({ length }) => (length > 2 ? 2 : undefined) })
define(COUNTED, { keyAt: ({ length }) => (length > 2 ? 2 : undefined) })
define(SCRIPTS, { keyAt: (args) => (args.length > 3 && textOf(args[2]) !== '0' ? 3 : undefined), isPartial: true })
define(PAIRS, { shape: 'pairs' })
define('XREAD XREADGROUP', {
  keyAt: (args) => readerOption(args, STREAMS),
  refusal: (args) => (readerOption(args, BLOCK) === undefined ? undefined : BLOCKS),
  shape: 'streams',
})
define('CLIENT', { refusal: (args) => (CLIENT_ALLOWED.has(upper(args[1])) ? undefined : CHANGES_CONNECTION) })
define('SCRIPT', { refusal: (args) => (upper(args[1]) === 'DEBUG' ? CHANGES_CONNECTION : undefined) })

const STREAMS = 'STREAMS'
const BLOCK = 'BLOCK'
/** How many values follow other options of XREAD and XREADGROUP. A group can have the name of an option. */
const READER_VALUES = new Map([
  ['COUNT', 1],
  ['CLAIM', 1],
  ['GROUP', 2],
])

/** Names as callers write them, with what is known. @type {Map<string, CommandInfo>} */
const FOUND = new Map()
const MAX_FOUND = 1000

/** @param {string} given */
function infoOf(given) {
  return FOUND.get(given) ?? find(given)
}

/** @param {string} given @returns {CommandInfo} */
function find(given) {
  const name = given.toUpperCase()
  const info = { name, keyAt: first, refusal: none, ...KNOWN.get(name) }
  if (FOUND.size < MAX_FOUND && given.length < 32) FOUND.set(given, info)
  return info
}

/** @param {readonly Argument[]} args */
function first({ length }) {
  return length > 1 ? 1 : undefined
}

/** @returns {undefined} */
function none() {
  return undefined
}

/**
 * The index behind an option of XREAD or XREADGROUP. What follows STREAMS are keys.
 *
 * @param {readonly Argument[]} args
 * @param {string} wanted
 */
function readerOption(args, wanted) {
  for (let at = 1; at + 1 < args.length; at += 1) {
    const word = upper(args[at])
    if (word === wanted) return at + 1
    if (word === STREAMS) return undefined
    at += READER_VALUES.get(word) ?? 0
  }
  return undefined
}

/** The start of an argument as a server compares it: as a C string, which ends at NUL. @param {Argument | undefined} arg */
function upper(arg = '') {
  const [word] = textOf(typeof arg === 'string' ? arg.slice(0, 32) : arg.subarray(0, 32)).split('\0', 1)
  return word.toUpperCase()
}

/** @param {Argument} arg */
function textOf(arg) {
  return typeof arg === 'string' ? arg : new TextDecoder().decode(arg)
}

module.exports = { infoOf }
