// @ts-check
// Generated server commands on few keys, so that they meet: right and wrong arguments, values of all types, expiries.

import fc from 'fast-check'

/**
 * @typedef {string | Uint8Array} Part
 * @typedef {import('fast-check').Arbitrary<Part | Part[]>} Piece
 */

/** Far from now, and in whole seconds, so that both sides agree what has expired. */
const NOW = Math.floor(Date.now() / 1000)
const SECONDS = [100, 200, -10, -1000].map((seconds) => String(NOW + seconds))

/** @param {string} words @returns {Piece} */
const among = (words) => fc.constantFrom(...words.split(' ').map((word) => (word === "''" ? '' : word)))
/** A word in capital or small letters. @param {string} words @returns {Piece} */
const word = (words) => among(`${words} ${words.toLowerCase()}`)
/** @param {Piece[]} pieces @returns {import('fast-check').Arbitrary<Part[]>} */
const row = (...pieces) => fc.tuple(...pieces).map((parts) => /** @type {Part[]} */ (parts.flat()))
/** @param {Piece} piece @param {number} minLength @param {number} maxLength */
const some = (piece, minLength = 0, maxLength = 3) =>
  fc.array(piece, { minLength, maxLength }).map((parts) => /** @type {Part[]} */ (parts.flat()))
/** @param {Piece[]} pieces */
const any = (...pieces) => fc.oneof(...pieces)
/** Some arguments at the end are missing. @param {Piece} piece */
const perhaps = (piece) => any(fc.constant(/** @type {Part[]} */ ([])), piece)

const BINARY = Uint8Array.of(0xff, 0, 0x80)
const key = fc.constantFrom(...['a', 'b', 'c', 'd', BINARY])
const member = fc.constantFrom(...['m', 'n', 'o', 'p', '', '1', '10', BINARY])
const value = fc.constantFrom(...['v', '', '10', '-3', '3.5', 'x\0y', '9223372036854775807', BINARY])
const integer = among("0 1 -1 2 -5 100 9223372036854775807 -9223372036854775808 x 01 '' 1.5")
const index = among('0 1 -1 2 -2 3 -3 4 -4 x')
const float = among("0 1 -1 0.5 2.25 1e3 x '' nan")
const score = among("0 1 -1 0.5 2.25 1e3 inf -inf nan x '' 3 4")
const scoreEnd = among("0 1 -1 (1 (0 -inf +inf inf (inf (-inf 2 (3 3 x '' nan")
const nameEnd = among("- + [m (m [o (p [ ( x '' [zz -x")
const pattern = among('* a* [a-c] ? [^a] [ \\ \\m')
const seconds = among('100 200 0 -1 x 9223372036854775807')
const moments = { EX: seconds, PX: among('100000 200000 0 x'), EXAT: among(SECONDS.join(' ')) }
const milliseconds = among(SECONDS.map((second) => `${second}000`).join(' '))
const expiry = any(
  ...Object.entries(moments).map(([name, moment]) => row(word(name), moment)),
  row(word('PXAT'), milliseconds),
)
const conditions = some(word('NX XX GT LT'), 0, 2)
const limit = row(word('LIMIT'), index, index)

/** A sorted set whose members have one score, as ranges by member require. */
const LEX = fc.constant('lex')

/** Servers add floating point numbers with other digits on other platforms, unless the numbers are small. */
const FLOAT = fc.constant('float')

/** Names of commands, and what follows them. @type {[names: string, ...pieces: Piece[]][]} */
const COMMANDS = [
  ['GET GETDEL INCR DECR STRLEN TYPE TTL PTTL EXPIRETIME PEXPIRETIME PERSIST', key],
  ['HGETALL HLEN HKEYS HVALS ZCARD LLEN SMEMBERS SCARD', key],
  ['SET', key, value, some(any(word('NX XX GET KEEPTTL'), expiry), 0, 2)],
  ['GETEX', key, some(any(word('PERSIST'), expiry), 0, 2)],
  ['SETNX GETSET APPEND', key, value],
  ['SETEX', key, seconds, value],
  ['PSETEX', key, moments.PX, value],
  ['MGET DEL UNLINK EXISTS TOUCH SINTER SUNION SDIFF', some(key, 1)],
  ['MSET MSETNX', some(row(key, value), 1)],
  ['INCRBY DECRBY', key, integer],
  ['INCRBYFLOAT', FLOAT, float],
  ['SET', FLOAT, among('0.1 3 -2.5 x')],
  ['GETRANGE SUBSTR', key, index, index],
  ['SETRANGE', key, among('0 1 5 -1 x 600000000'), value],
  ['EXPIRE', key, seconds, conditions],
  ['PEXPIRE', key, moments.PX, conditions],
  ['EXPIREAT', key, moments.EXAT, conditions],
  ['PEXPIREAT', key, milliseconds, conditions],
  ['RENAME RENAMENX', key, key],
  ['COPY', key, key, perhaps(word('REPLACE'))],
  ['KEYS', pattern],
  ['PING', some(value, 0, 2)],
  ['ECHO', value],
  [
    'SCAN',
    among('0 x'),
    fc.constant(['COUNT', '1000']),
    perhaps(any(row(word('MATCH'), pattern), row(word('TYPE'), among('string hash zset list set x')))),
  ],
  ['HSCAN SSCAN ZSCAN', key, among('0 x'), perhaps(any(row(word('MATCH'), pattern), row(word('COUNT'), integer)))],
  ['HSET HMSET', key, some(row(member, value), 1)],
  ['HSETNX', key, member, value],
  ['HGET HEXISTS HSTRLEN ZSCORE ZRANK ZREVRANK SISMEMBER', key, member],
  ['HMGET HDEL ZREM ZMSCORE SREM SADD SMISMEMBER LPUSH RPUSH LPUSHX RPUSHX', key, some(member, 1)],
  ['HINCRBY', key, member, integer],
  ['HINCRBYFLOAT', fc.constant('hash of floats'), member, float],
  ['GET DEL', FLOAT],
  ['LPUSH', FLOAT, member],
  ['ZADD', key, some(word('NX XX GT LT CH INCR'), 0, 2), some(row(score, member), 1)],
  ['ZADD', key, some(row(among('0 1 2 3'), member), 1, 4)],
  ['ZINCRBY', key, score, member],
  ['ZCOUNT ZREMRANGEBYSCORE', key, scoreEnd, scoreEnd],
  ['ZREMRANGEBYRANK LRANGE LTRIM', key, index, index],
  ['ZRANGE', key, index, index, some(any(word('WITHSCORES REV'), limit), 0, 2)],
  ['ZRANGE', key, scoreEnd, scoreEnd, word('BYSCORE'), some(any(word('WITHSCORES REV BYLEX'), limit), 0, 2)],
  ['ZREVRANGE', key, index, index, some(any(word('WITHSCORES REV'), limit), 0, 1)],
  ['ZRANGEBYSCORE ZREVRANGEBYSCORE', key, scoreEnd, scoreEnd, some(any(word('WITHSCORES'), limit), 0, 2)],
  ['ZADD', LEX, some(row(fc.constant('0'), member), 1)],
  ['ZRANGE', LEX, nameEnd, nameEnd, word('BYLEX'), some(any(word('WITHSCORES REV'), limit), 0, 2)],
  ['ZRANGEBYLEX ZREVRANGEBYLEX', LEX, nameEnd, nameEnd, perhaps(limit)],
  ['ZLEXCOUNT ZREMRANGEBYLEX', LEX, nameEnd, nameEnd],
  ['ZPOPMIN ZPOPMAX LPOP RPOP', key, some(index, 0, 2)],
  ['SPOP SRANDMEMBER', key, fc.constant('100')],
  ['SMOVE', key, key, member],
  ['FLUSHDB FLUSHALL', perhaps(word('SYNC ASYNC x'))],
  ['LINDEX', key, index],
  ['LSET LREM', key, index, member],
  ['LINSERT', key, word('BEFORE AFTER x'), member, member],
  ['LMOVE', key, key, word('LEFT RIGHT x'), word('LEFT RIGHT')],
  ['RPOPLPUSH', key, key],
  ['LPOS', key, member, some(row(word('RANK COUNT MAXLEN'), index))],
]

/** One command, sometimes with an argument too few or too many. */
export const command = fc
  .tuple(
    fc.oneof(...COMMANDS.flatMap(([names, ...pieces]) => names.split(' ').map((name) => row(word(name), ...pieces)))),
    fc.integer({ min: 0, max: 40 }),
  )
  .map(([parts, change]) => {
    if (change === 0 && parts.length > 1) return parts.slice(0, -1)
    return change === 1 ? [...parts, 'x'] : parts
  })
