// @ts-check
'use strict'

/**
 * The commands that methods send, and how to find out whether the user may run them. docs/acl.md has the same.
 *
 * @typedef {object} Names
 * @property {string} key of no entry
 * @property {string} lock channel of a lock
 * @property {string} changes channel of changes of entries
 *
 * @typedef {object} Permission
 * @property {string} rule as in ACL SETUSER
 * @property {string} methods that fail without it
 * @property {(names: Names) => (string | number)[]} command one that changes nothing. The server checks permissions first
 * @property {boolean} [isDry] it cannot be sent, as it would change or block the connection; ACL DRYRUN says whether it could
 * @property {'always' | 'index' | 'cluster'} [when] it is needed. Omitted: for a part of the methods
 * @property {boolean} [mayBeMissing] the methods do without it on a server that does not have it
 */

/** @type {Permission[]} */
const PERMISSIONS = [
  always('+get', 'get, getGroup', ({ key }) => ['GET', key]),
  // XX: only if the entry exists.
  always('+set', 'set', ({ key }) => ['SET', key, '0', 'XX']),
  always('+getdel', 'delete', ({ key }) => ['GETDEL', key]),
  always('+mget', 'getGroup, items, query, scan, and each login', ({ key }) => ['MGET', key]),
  always('+scan', 'keys, traceIds, count and all lists', () => ['SCAN', '0', 'COUNT', '1']),
  always('+unlink', 'clear', ({ key }) => ['UNLINK', key]),
  always('+ping', 'ping', () => ['PING']),
  dry('+select', 'a database other than 0', () => ['SELECT', '0']),
  dry('+client|setname', 'the name in CLIENT LIST', () => ['CLIENT', 'SETNAME', 'name']),
  some('+type', 'has, clear with an index', ({ key }) => ['TYPE', key]),
  some('+strlen', 'transaction', ({ key }) => ['STRLEN', key]),
  some('+pttl', 'ttl, getWithMetadata, update', ({ key }) => ['PTTL', key]),
  some('+expire', 'touch', ({ key }) => ['EXPIRE', key, '1']),
  some('+pexpire', 'touch', ({ key }) => ['PEXPIRE', key, '1']),
  some('+persist', 'persist', ({ key }) => ['PERSIST', key]),
  some('+eval', 'ttl, touch, ifMatch, increment, update, transaction, lock, rateLimit', () => [
    'EVAL',
    'return 1',
    '0',
  ]),
  some('+evalsha', 'ttl, touch, ifMatch, increment, update, transaction, lock, rateLimit', () => [
    'EVALSHA',
    '0'.repeat(40),
    '0',
  ]),
  some('+del', 'lock, transaction', ({ key }) => ['DEL', key]),
  some('+time', 'rateLimit', () => ['TIME']),
  some('+publish', 'lock with a timeout', ({ lock }) => ['PUBLISH', lock, '']),
  dry('+subscribe', 'watch, lock with a timeout', ({ changes }) => ['SUBSCRIBE', changes]),
  dry('+unsubscribe', 'watch, lock with a timeout', ({ changes }) => ['UNSUBSCRIBE', changes]),
  dry('+psubscribe', 'watch of a trace', ({ changes }) => ['PSUBSCRIBE', changes]),
  dry('+punsubscribe', 'watch of a trace', ({ changes }) => ['PUNSUBSCRIBE', changes]),
  { ...some('+config|get', 'watch', () => ['CONFIG', 'GET', 'notify-keyspace-events']), mayBeMissing: true },
  ofIndex('+zadd', ({ key }) => ['ZADD', key, 'XX', '0', 'member']),
  ofIndex('+zrem', ({ key }) => ['ZREM', key, 'member']),
  ofIndex('+zrange', ({ key }) => ['ZRANGE', key, '0', '0']),
  ofIndex('+zcard', ({ key }) => ['ZCARD', key]),
  ofIndex('+zmscore', ({ key }) => ['ZMSCORE', key, 'member']),
  ofIndex('+exists', ({ key }) => ['EXISTS', key]),
  ofIndex('+dbsize', () => ['DBSIZE']),
  ofIndex('+info', () => ['INFO', 'server']),
  { ...ofIndex('+multi', () => ['MULTI']), isDry: true },
  { ...ofIndex('+exec', () => ['EXEC']), isDry: true },
  ofCluster('+cluster|slots', () => ['CLUSTER', 'SLOTS']),
  ofCluster('+cluster|nodes', () => ['CLUSTER', 'NODES']),
  ofCluster('+cluster|getkeysinslot', () => ['CLUSTER', 'GETKEYSINSLOT', '0', '1']),
  { ...ofCluster('+asking', () => ['ASKING']), isDry: true },
  { ...ofCluster('+readonly', () => ['READONLY']), isDry: true },
  some('+role', 'health with the role', () => ['ROLE']),
  dry('+wait', 'waitReplicas', () => ['WAIT', '0', '1']),
  dry('+client|tracking', 'the option cache', () => ['CLIENT', 'TRACKING', 'ON']),
  dry('+client|caching', 'the option cache', () => ['CLIENT', 'CACHING', 'YES']),
]

/** @param {string} rule @param {string} methods @param {Permission['command']} command @returns {Permission} */
function some(rule, methods, command) {
  return { rule, methods, command }
}

/** @param {string} rule @param {string} methods @param {Permission['command']} command @returns {Permission} */
function dry(rule, methods, command) {
  return { rule, methods, command, isDry: true }
}

/** @param {string} rule @param {string} methods @param {Permission['command']} command @returns {Permission} */
function always(rule, methods, command) {
  return { rule, methods, command, when: 'always' }
}

/** @param {string} rule @param {Permission['command']} command @returns {Permission} */
function ofIndex(rule, command) {
  return { rule, methods: 'index: true', command, when: 'index' }
}

/** @param {string} rule @param {Permission['command']} command @returns {Permission} */
function ofCluster(rule, command) {
  return { rule, methods: 'a cluster', command, when: 'cluster' }
}

module.exports = { PERMISSIONS }
