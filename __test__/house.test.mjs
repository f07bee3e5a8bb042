// @ts-check
// Checks the architecture: only src/napi and lib/engines/native know how data cross between JavaScript and Rust, and
// rooms depend on each other in one direction.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Rooms of src/; each uses only later ones. */
const ROOMS = [
  'napi',
  'options',
  'store',
  'watch',
  'topology',
  'engine',
  'query',
  'json',
  'connection',
  'transport',
  'protocol',
  'config',
  'error',
  'refusal',
  'keyspace',
  'runtime',
  'sync',
]
/** Error replies are a leaf, because errors contain them. */
const LEAVES = { 'src/protocol/refusal.rs': 'refusal' }
const MAY_BE_UNSAFE = [
  'bytes.rs',
  'delivery.rs',
  'driver.rs',
  'event_loop.rs',
  'event_loop/tests.rs',
  'scope.rs',
  'text.rs',
]

const NODE_API = /\bnapi(_derive)?::|\buse napi|#\[napi/
/** The control characters of records, as written in source code. */
const CONTROL_CHARACTERS = /\\u\{[0-2]\}|\\x0[0-2]|\\0|\\u000[0-2]/
const OWN_PACKAGES = /^(node:|redis-state-adapter-|\$\{name\})/
/** What the adapters for other libraries load of them. @type {Record<string, RegExp>} */
const PEERS = { session: /^express-session$/, prometheus: /^prom-client$/, otel: /^@opentelemetry\/api$/ }
const TEST_MODULE = /\/(tests|fuzz|arbitrary|model|interleavings|scripted|scheduled|schedules)(\.rs|\/)/

/** @param {string} directory @param {string} extension */
function filesOf(directory, extension) {
  const names = readdirSync(`${ROOT}/${directory}`, { recursive: true, encoding: 'utf8' })
  return names
    .map((name) => `${directory}/${name.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith(extension) && !TEST_MODULE.test(file))
}

/** The source code without comments, and in Rust without the tests at the end. @param {string} file */
function codeOf(file) {
  const [code = ''] = readFileSync(`${ROOT}/${file}`, 'utf8').split(/#\[cfg\((?:test|all\(test.*\))\)\]\nmod tests/)
  return code.replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
}

/** @param {string} directory @param {string} extension @param {RegExp} wanted */
function filesWith(directory, extension, wanted) {
  return filesOf(directory, extension).filter((file) => wanted.test(codeOf(file)))
}

/** @param {string} file */
function roomOf(file) {
  return /** @type {Record<string, string>} */ (LEAVES)[file] ?? file.split('/')[1]?.replace('.rs', '') ?? ''
}

/** The rooms that a file uses. @param {string} file */
function usedBy(file) {
  const names = codeOf(file).matchAll(/\bcrate::(\w+)(?:::(\w+))?/g)
  return [...names].map(([, room = '', module]) => (module === 'refusal' ? module : room))
}

describe('src/', () => {
  it('uses Node-API only in src/napi', () => {
    const files = filesWith('src', '.rs', NODE_API).filter((file) => !file.startsWith('src/napi/'))
    assert.deepEqual(files, [])
  })

  it('contains the format of records only in src/napi', () => {
    const files = filesWith('src', '.rs', CONTROL_CHARACTERS).filter((file) => !file.startsWith('src/napi/'))
    assert.deepEqual(files, [])
  })

  it('begins each file with a doc comment', () => {
    const files = filesOf('src', '.rs').filter((file) => !readFileSync(`${ROOT}/${file}`, 'utf8').startsWith('//!'))
    assert.deepEqual(files, [])
  })

  it('has unsafe code only in the listed files', () => {
    const files = filesWith('src', '.rs', /\bunsafe\b/).map((file) => file.replace('src/napi/', ''))
    assert.deepEqual(
      files.filter((file) => !MAY_BE_UNSAFE.includes(file)),
      [],
    )
  })

  it('has dependencies in one direction', () => {
    /** @type {string[]} */
    const wrong = []
    for (const file of filesOf('src', '.rs')) {
      const room = roomOf(file)
      const from = ROOMS.indexOf(room)
      if (from === -1) continue
      for (const used of usedBy(file)) {
        if (ROOMS.includes(used) && ROOMS.indexOf(used) < from) wrong.push(`${file} uses ${used}`)
      }
    }
    assert.deepEqual(wrong, [])
  })
})

describe('lib/', () => {
  const isOutside = (/** @type {string} */ file) => !file.startsWith('lib/engines/native/')

  it('loads the binary only in lib/engines/native, and no package but its own, except in adapters for other libraries', () => {
    assert.deepEqual(filesWith('lib', '.js', /loadNative\(/).filter(isOutside), [])
    const foreign = filesOf('lib', '.js').flatMap((file) => {
      const names = [...codeOf(file).matchAll(/\brequire\(['"`]([^.'"`][^'"`]*)/g)].map(([, name]) => name)
      const [, library] = /^lib\/adapters\/([\w-]+)\//.exec(file) ?? []
      return names.filter((name) => !OWN_PACKAGES.test(name) && !PEERS[library ?? '']?.test(name))
    })
    assert.deepEqual(foreign, [])
  })

  it('contains the format of records only in lib/engines/native', () => {
    // An adapter delimits the names in its sorted sets and hashes with them. For a server, a word of a command ends at NUL.
    const others = /^lib\/adapters\/|^lib\/(input\/command-arguments|operations\/command-table)\.js$/
    const files = filesWith('lib', '.js', CONTROL_CHARACTERS).filter((file) => !others.test(file))
    assert.deepEqual(files.filter(isOutside), [])
  })
})
