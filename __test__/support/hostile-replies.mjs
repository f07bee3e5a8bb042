// @ts-check
// Replies that no Redis server sends.

import { array, bulk } from './scripted-server.mjs'

/**
 * @import { Socket } from 'node:net'
 * @import { ScriptedReply } from './scripted-server.mjs'
 */

/**
 * Replies after which the start of the next reply is undefined, so that the connection must be closed.
 *
 * @type {Record<string, ScriptedReply>}
 */
export const MALFORMED_REPLIES = {
  'a reply cut short by the end of the connection': (socket) => socket.end('$10\r\n"ab'),
  'a reply cut short by a reset': (socket) => socket.write('$10\r\n"ab', () => socket.resetAndDestroy()),
  'the end of the connection instead of a reply': (socket) => socket.end(),
  'an array cut short by the end of the connection': (socket) => socket.end('*2\r\n$1\r\n0\r\n*3\r\n$1\r\na\r\n'),
  HTTP: 'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nThis is no Redis.',
  'a line of zeros': '\0'.repeat(1000),
  'an empty line': '',
  'a string longer than its length': '$3\r\n"abcdef"',
  'a string shorter than its length': '$4\r\n"a"\r\n+OK',
  'a string of negative length': '$-2',
  'a string whose length is not a number': '$1e3',
  'a string whose length overflows': '$99999999999999999999999',
  'a string longer than any string of Redis': '$1000000000',
  'an integer with a letter': ':12x',
  'an array of 10^9 elements': '*1000000000',
  'an array of negative length': '*-2',
  'arrays within arrays, 100,000 deep': '*1\r\n'.repeat(100_000),
  'a line without an end': (socket) => stream(socket, Buffer.alloc(100_000, '+')),
  'a message to subscribers (RESP3)': '>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk',
  'a null (RESP3)': '_',
  'a boolean (RESP3)': '#t',
  'a double (RESP3)': ',1.5',
  'a map (RESP3)': '%1\r\n+a\r\n+b',
  'a set (RESP3)': '~1\r\n+a',
  'an attribute (RESP3)': '|1\r\n+ttl\r\n:1\r\n+OK',
  'a verbatim string (RESP3)': '=7\r\ntxt:"a"',
}

const aKey = bulk('motia:state:t:k')
const aText = bulk('"bad"')

/**
 * By command: well-formed replies of a type or shape that the command never returns.
 *
 * @type {Record<string, Record<string, string>>}
 */
export const WRONG_REPLIES = {
  GET: { 'an integer': ':1', 'a status': '+OK', 'an empty array': '*0', 'an array': array(aText) },
  SET: { 'an integer': ':1', 'a text': bulk('OK'), nil: '$-1', 'an array': array('+OK') },
  GETDEL: { 'an integer': ':1', 'a status': '+OK', 'an empty array': '*0', 'an array': array(aText) },
  SCAN: {
    'a status': '+OK',
    'an integer': ':0',
    'a text': bulk('0'),
    nil: '$-1',
    'an empty array': '*0',
    'an array with the cursor alone': array(bulk('0')),
    'an array of three elements': array(bulk('0'), array(), array()),
    'a cursor that is a word': array(bulk('next'), array(aKey)),
    'an empty cursor': array(bulk(''), array(aKey)),
    'a negative cursor': array(bulk('-1'), array(aKey)),
    'a cursor beyond 64 bits': array(bulk('99999999999999999999999'), array(aKey)),
    'a cursor that is an array': array(array(bulk('0')), array(aKey)),
    'one key instead of a list': array(bulk('0'), aKey),
    'nil instead of a list': array(bulk('0'), '$-1'),
  },
  MGET: {
    'a status': '+OK',
    'an integer': ':1',
    'a text': aText,
    nil: '*-1',
    'too few elements': array(),
    'too many elements': array(aText, aText),
    'a nested nil': array(array('$-1')),
    'a nested array': array(array(aText)),
    'an integer among the texts': array(':1'),
    'an error among the texts': array('-ERR no'),
  },
}

/**
 * Sends the same bytes repeatedly, as fast as the other side reads.
 *
 * @param {Socket} socket
 * @param {Buffer} piece
 */
export function stream(socket, piece) {
  // One write at a time, so that it ends when the connection is closed.
  socket.write(piece, (error) => error || stream(socket, piece))
}

/**
 * Sends `start`, then `piece` every 10 ms until the connection is closed.
 *
 * @param {Socket} socket
 * @param {string} start
 * @param {string} piece
 */
export function drip(socket, start, piece) {
  socket.write(start)
  const timer = setInterval(() => socket.writableNeedDrain || socket.write(piece), 10)
  socket.once('close', () => clearInterval(timer))
}
