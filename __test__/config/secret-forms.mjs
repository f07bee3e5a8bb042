// @ts-check
// Places in which users put passwords, right and wrong ones.

import { numericPassword, password } from '../support/secrets.mjs'
import { bad } from './malformed.mjs'

/** No server listens there. */
const at = { host: '127.0.0.1', port: 1 }
const address = '127.0.0.1:1'

/** Passwords that could be mistaken for another part of the configuration. */
export const WORDS = ['Kq7word', 'Kq7@Kq7:Kq7/Kq7', 'Kq7 word!', password]

/** @type {Record<string, (word: string) => string>} */
export const URLS = {
  'with a user': (word) => `redis://ada:${word}@${address}`,
  'encoded, with a user': (word) => `redis://ada:${encodeURIComponent(word)}@${address}`,
  'without a user': (word) => `redis://:${word}@${address}`,
  'as the user': (word) => `redis://${word}@${address}`,
  'as the user, encoded': (word) => `redis://${encodeURIComponent(word)}@${address}`,
  'as the user, with a colon': (word) => `redis://${word}:@${address}`,
  'as a part of the host': (word) => `redis://${word}!`,
  'as a part of the host, encoded': (word) => `redis://${encodeURIComponent(`${word}!`)}:1`,
  'as the port': (word) => `redis://127.0.0.1:${word}`,
  'as the database': (word) => `redis://${address}/${word}`,
  'after the database': (word) => `redis://${address}/0/${word}`,
  'as the fragment': (word) => `redis://${address}#${word}`,
  'without a scheme': (word) => `ada:${word}@${address}`,
  'in another scheme': (word) => `http://ada:${word}@${address}`,
  'as the scheme': (word) => `${word}://${address}`,
  'for TLS': (word) => `rediss://ada:${encodeURIComponent(word)}@${address}`,
  'with one slash': (word) => `redis:/ada:${word}@${address}`,
  'instead of a url': (word) => word,
  'with space around it': (word) => ` redis://ada:${word}@${address} `,
  'in quotes': (word) => `"redis://ada:${word}@${address}"`,
  'of two servers': (word) => `redis://ada:${word}@${address},redis://ada:${word}@${address}`,
  ...Object.fromEntries(
    ['password', 'pass', 'username', 'auth', 'db', 'tls', 'name'].map((name) => [
      `as the parameter ${name}`,
      (/** @type {string} */ word) => `redis://${address}?${name}=${encodeURIComponent(word)}`,
    ]),
  ),
  'as a parameter without a name': (word) => `redis://${address}?${encodeURIComponent(word)}`,
  'as the name of a parameter': (word) => `redis://${address}?${encodeURIComponent(word)}=1`,
  'given twice': (word) => `redis://:${encodeURIComponent(word)}@${address}?pass=${encodeURIComponent(word)}`,
  'to a unix socket': (word) => `unix://ada:${word}@/nowhere.sock`,
  'to a unix socket, as a parameter': (word) => `unix:///nowhere.sock?password=${encodeURIComponent(word)}`,
  'to a unix socket, as another one': (word) => `unix:///nowhere.sock?auth=${encodeURIComponent(word)}`,
  'instead of a unix socket': (word) => `unix:${encodeURIComponent(word)}`,
  'to the embedded store': (word) => `memory:name?password=${word}`,
}

/** @type {Record<string, (word: string) => object>} */
export const OPTIONS = {
  'a username': (word) => ({ ...at, username: word }),
  'a password': (word) => ({ ...at, password: word }),
  'a host with additional characters': (word) => ({ host: `${word}!` }),
  'a host after a name': (word) => ({ host: `ada:${word}` }),
  'socket.host': (word) => ({ socket: { host: `${word}!`, port: 1 } }),
  'an invalid path': (word) => ({ socket: { path: word } }),
  'a path with parameters': (word) => ({ socket: { path: `/nowhere.sock?password=${word}` } }),
  'tls.servername': (word) => ({ ...at, tls: { servername: word } }),
  'the name of a master': (word) => ({ sentinel: { name: `${word}!`, nodes: [at] } }),
  'the login of sentinels': (word) => ({ sentinel: { name: 'm', nodes: [at], username: word, password: word } }),
  'both logins behind sentinels': (word) => ({ sentinel: { name: 'm', nodes: [at], password: word }, password: word }),
  'the login of a cluster': (word) => ({ cluster: { nodes: [at] }, username: word, password: word }),
  'cluster.readFrom': (word) => ({ cluster: { nodes: [at], readFrom: word } }),
  'the password of a node': (word) => ({ cluster: { nodes: [{ ...at, password: word }] } }),
  'a url as a node': (word) => ({ cluster: { nodes: [`redis://:${word}@${address}`] } }),
  'the url of a node': (word) => ({ cluster: { nodes: [{ url: `redis://:${word}@${address}` }] } }),
  'the host of a node': (word) => ({ cluster: { nodes: [{ host: `${word}!`, port: 1 }] } }),
  'the port of a node': (word) => ({ cluster: { nodes: [{ host: 'h', port: word }] } }),
  'an unknown option': (word) => ({ ...at, auth: word, pass: { word } }),
  'an option without meaning': (word) => ({ ...at, clientInfoTag: word, socket: { lookup: word }, commandTimeout: 50 }),
  'credentials that are not a function': (word) => ({ ...at, credentials: { password: word } }),
  'credentials together with a password': (word) => ({
    ...at,
    password: word,
    credentials: () => ({ password: word }),
  }),
  'a provider of node-redis': (word) => ({ ...at, credentialsProvider: { type: word, credentials: word } }),
  ...Object.fromEntries(
    ['redis://ada:%@h:1', 'ada:%@h:1', 'ada:%:6379', '%!:6379'].flatMap((name) =>
      [at, null, () => {}, { url: 'redis://h' }, 5].map((value, index) => [
        `nodeAddressMap, as ${name}, value ${index}`,
        (/** @type {string} */ word) => ({
          cluster: { nodes: [at], nodeAddressMap: { [name.replace('%', word)]: value } },
        }),
      ]),
    ),
  ),
  'a value of nodeAddressMap': (word) => ({ sentinel: { name: 'm', nodes: [at], nodeAddressMap: { 'h:1': word } } }),
  'in a value of nodeAddressMap': (word) => ({
    cluster: { nodes: [at], nodeAddressMap: { 'h:1': { host: `${word}!`, port: word } } },
  }),
}

/** Options that get a value of another type. */
const PATHS = [
  ...['url', 'host', 'port', 'username', 'password', 'database', 'name', 'keyPrefix', 'ttl', 'commandTimeout'],
  ...['socket', 'tls', 'sentinel', 'cluster', 'credentials', 'waitReplicas', 'strictTraceIds'],
  ...['host', 'port', 'path', 'tls', 'username', 'password'].map((name) => `socket.${name}`),
  ...['servername', 'rejectUnauthorized'].map((name) => `tls.${name}`),
  ...['name', 'nodes', 'username', 'password', 'tls', 'nodeAddressMap'].map((name) => `sentinel.${name}`),
  ...['nodes', 'readFrom', 'nodeAddressMap', 'username', 'password'].map((name) => `cluster.${name}`),
]

/** @type {Record<string, (word: string) => unknown>} */
export const TYPES = {
  // Not a whole number, because that could be a database or a port, which messages show.
  'a number': () => numericPassword + 0.5,
  'a negative number': () => -numericPassword,
  'a bigint': () => BigInt(numericPassword),
  'a symbol': (word) => Symbol(word),
  'an array': (word) => [word],
  'an array in an array': (word) => [[word, { word }]],
  'an object': (word) => ({ word }),
  'an object, as a name': (word) => ({ [`${word}!`]: word }),
  'an object, as a name with the value null': (word) => ({ [`${word}!`]: null }),
  'a boxed string': (word) => Object(word),
  'a Map': (word) => new Map([[word, word]]),
  'a Set': (word) => new Set([word]),
  'an Error': (word) => new Error(word),
  'a function': (word) => Object.assign(() => word, { word }),
  'an instance': (word) => new Login(word),
  'a promise': (word) => Promise.resolve(word),
}

class Login {
  /** @param {string} word */
  constructor(word) {
    this.word = word
  }

  toString() {
    return this.word
  }

  toJSON() {
    return this.word
  }
}

/**
 * @param {string} title of a type
 * @param {string} word
 * @returns {object[]} one object of options for each path, with a value of that type at the path
 */
export function ofType(title, word) {
  return PATHS.flatMap((path) => bad(path, TYPES[title](word))).map(([, options]) => /** @type {object} */ (options))
}
