// @ts-check
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import fc from 'fast-check'

const { withUrlParts } = createRequire(import.meta.url)('../lib/engines/native/url.js')

/** The Rust tests compare these parts with those of the `redis` crate. @type {{ url: string, parts: object }[]} */
const CASES = JSON.parse(readFileSync(new URL('fixtures/urls.json', import.meta.url), 'utf8'))

/** @type {[query: string, parts: object][]} */
const PARAMETERS = [
  ['', {}],
  ['db=3', { database: 3 }],
  ['database=0&name=n&tls=true', { database: 0, name: 'n', tls: true }],
  ['username=ada&password=s%40crt', { username: 'ada', password: 's@crt' }],
  ['user=ada&pass=a+b%2Bc', { username: 'ada', password: 'a b+c' }],
  ['tls=1', { tls: true }],
  ['ssl=false', { tls: false }],
  ['tls=0', { tls: false }],
]

const FORMS = 'expected redis://[[user]:password@]host[:port][/database], rediss:// for TLS, unix:///path or memory:'
const KNOWN = 'database (or db), username (or user), password (or pass), name and tls (or ssl)'
const NO_MEANING = `has no meaning here: there are ${KNOWN}; other options stand beside url`
const NO_HOST = 'names no host that can be: expected letters, digits, ".", "-" and "_"'
const UNENCODED = 'in a username or password, "?", "#", "/" and "@" must be percent-encoded'

/** @type {Record<string, string[]>} */
const REJECTED = {
  [FORMS]: [
    ...['', 'nonsense', 'h:6379', '//h', 'http://h', 'redis:h', 'redis:/h', 'redis://', 'redis:///1', 'Memory:'],
    ...[
      'redis://h:x',
      'redis://h:65536',
      'redis://h/x',
      'redis://h/1.5',
      'redis://h/1/2',
      'redis://a b',
      'redis://[h]',
    ],
    ...['redis://0.0.0.0', 'redis://[::]:6379', 'redis://:%ff@h', 'redis://%ff@h', 'redis://h:1,h:2'],
    ...['unix://', 'unix:path', 'unix://h/path', 'unix://ada:word@/path', 'unix:///%ff', 'rediss+unix:///path'],
  ],
  [NO_HOST]: ['redis://s3cret!:1', 'redis://s3cret%21:1', 'redis://löwe.example', 'redis://a,b'],
  [UNENCODED]: ['redis://:a?b@h', 'redis://:a#b@h', 'rediss://h?pass=a@b'],
  'what follows "#" has no meaning here': ['redis://h#', 'redis://h#insecure', 'unix:///path?db=1#x'],
  'expected a port from 1 to 65535': ['redis://h:0'],
  'expected a database number of 0 or more': ['redis://h/-1', 'redis://h/2147483648'],
  'memory: has a name and no parameters: give them as options beside url': ['memory:name?db=1', 'memory:#'],
  [`the parameter family ${NO_MEANING}`]: ['redis://h?family=6'],
  [`the parameter client_name ${NO_MEANING}`]: ['redis://h?client_name=n'],
  [`a parameter ${NO_MEANING}`]: [
    ...['redis://h?s%33cr t!', 'redis://h?s3cret=1', 'redis://h?secret', 'redis://h?secret='],
    ...[`redis://h?${'s'.repeat(33)}=1`, 'redis://h?__proto__'],
  ],
  'the parameter db must be a whole number of 0 or more': ['x', '', '-1', '1.5', '2147483648'].map(
    (text) => `redis://h?db=${text}`,
  ),
  'the parameter tls must be true or false': ['redis://h?tls=yes', 'redis://h?tls='],
  'the parameter password must be a password': ['redis://h?password='],
  'the parameter user must be a name': ['redis://h?user='],
  'the parameter name must be printable ASCII characters without spaces': ['redis://h?name=a%20b', 'redis://h?name='],
  'the parameter database is given twice': ['redis://h?db=1&database=1'],
  'the database is given twice': ['redis://h/1?db=1', 'redis://h/0?db=0'],
  'the password is given twice': ['redis://:a@h?pass=a'],
  'the username is given twice': ['redis://a@h?user=a'],
  'enables TLS by its scheme and disables it by a parameter': ['rediss://h?tls=false'],
}

describe('a url', () => {
  for (const { url, parts } of CASES) {
    it(`has these parts: ${url}`, () => assert.deepEqual(partsOf(url), parts))
  }

  for (const [query, parts] of PARAMETERS) {
    it(`has these parameters: ${query}`, () => {
      assert.deepEqual(partsOf(`redis://h?${query}`), { host: 'h', ...parts })
      assert.deepEqual(partsOf(`unix:///path?${query}`), { path: '/path', ...parts })
    })
  }

  it('can name an embedded store', () => {
    assert.deepEqual(partsOf('memory:'), { memory: '' })
    assert.deepEqual(partsOf('memory:orders'), { memory: 'orders' })
  })

  for (const [what, urls] of Object.entries(REJECTED)) {
    for (const url of urls) {
      it(`is rejected: ${url}`, () => {
        assert.throws(() => partsOf(url), { code: 'ERR_INVALID_CONFIG', message: `url: ${what}.` })
      })
    }
  }

  it('can have any login that is percent-encoded', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1 })
    fc.assert(
      fc.property(word, word, (username, password) => {
        const login = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`
        assert.deepEqual(partsOf(`redis://${login}@h`), { host: 'h', username, password })
      }),
    )
  })

  it('of any text has parts, or is rejected by its name', () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom('redis:', 'unix:', '//', '/', '@', ':', '?db=', '#', '[', '%'))
    fc.assert(
      fc.property(fc.constantFrom('', 'redis://', 'unix://'), fc.array(piece), (begin, pieces) => {
        try {
          partsOf(begin + pieces.join(''))
        } catch (error) {
          assert.match(/** @type {Error} */ (error).message, /^url: /)
        }
      }),
    )
  })
})

/** @param {string} url @returns {object} its parts that are set */
function partsOf(url) {
  return JSON.parse(JSON.stringify(withUrlParts({ url }).url))
}
