// @ts-check
// No output contains a private key, in whichever form and option it is passed.

import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { inspect } from 'node:util'
import { RedisStateAdapter } from 'redis-state-adapter'
import { thrownBy } from '../support/assert-names.mjs'
import { next } from '../support/events.mjs'
import { assertNoLeak, failureOf } from '../support/leaks.mjs'
import { open } from '../support/open.mjs'
import { ScriptedServer } from '../support/scripted-server.mjs'
import { assertShowsNoSecret, password, urlWith } from '../support/secrets.mjs'

/** @import { TestContext } from 'node:test' */

/** @type {Record<string, (port: number, tls: object) => object>} the places of TLS options */
const TLS_PLACES = {
  'in tls': (port, tls) => ({ host: '127.0.0.1', port, tls }),
  'in socket': (port, tls) => ({ socket: { host: '127.0.0.1', port, tls: true, ...tls } }),
  'of sentinels': (port, tls) => ({ sentinel: { name: 'main', nodes: [{ host: '127.0.0.1', port }], tls } }),
  'in a cluster': (port, tls) => ({ cluster: { nodes: [{ host: '127.0.0.1', port }] }, tls }),
}

describe('no output contains a TLS key', { concurrency: true }, () => {
  const server = new ScriptedServer(() => undefined)
  before(() => server.listen())
  after(() => server.close())
  const { pem, der, encrypted } = keyInEachForm()
  const body = pem.split('\n').slice(1, -2)
  const begin = '-----BEGIN PRIVATE KEY-----'
  /** @type {Record<string, unknown>} */
  const forms = {
    'without valid content': `${begin}\n${password}\n-----END PRIVATE KEY-----`,
    'that is truncated': `${begin}\n${Buffer.from(password).toString('base64')}`,
    'given as bytes': Buffer.from(`${begin}\n${password}`),
    'in base64': Buffer.from(pem).toString('base64'),
    'in base64url': Buffer.from(pem).toString('base64url'),
    'in DER': der,
    'in DER as base64': der.toString('base64'),
    'in DER as hexadecimal digits': der.toString('hex'),
    'without its first and last line': body.join('\n'),
    'without its first and last line, on one line': body.join(''),
    'without its first and last line, with spaces': body.join(' '),
    'without its first and last line, with \\n': body.join('\\n'),
    'without its first line': pem.split('\n').slice(1).join('\n'),
    'with \\n instead of line ends': pem.replaceAll('\n', '\\n'),
    'in quotes': JSON.stringify(pem),
    'with spaces instead of line ends': pem.replaceAll('\n', ' '),
    'that is encrypted': encrypted,
    'that is encrypted, in base64': Buffer.from(encrypted).toString('base64'),
    'in a list': [pem, pem],
    'in a list, in base64': [Buffer.from(pem).toString('base64')],
    'as an object of node:tls': [{ pem, passphrase: password }],
    'as a KeyObject': createPrivateKey(pem),
    'replaced by a password': password,
    'in a url': urlWith('h.example', password),
    'as a file name': `/nowhere/${body[0]}/key.pem`,
  }

  for (const [title, key] of Object.entries(forms)) {
    for (const [place, optionsOf] of Object.entries(TLS_PLACES)) {
      it(`${title}: ${place}`, async (t) => {
        const cert = `-----BEGIN CERTIFICATE-----\n${password}`
        for (const tls of [{ cert, key }, { ca: key }]) {
          const options = { ...optionsOf(server.port, tls), commandTimeout: 100 }
          const failed = failureOf(() => openAny(t, options))
          const outputs = failed instanceof RedisStateAdapter ? await firstErrors(failed) : [failed]
          outputs.forEach(assertShowsNoSecret)
          for (const error of outputs) assertShowsNone(error, piecesOf(key, der))
        }
      })
    }
  }

  for (const [title, tls] of Object.entries({
    'a passphrase': { passphrase: password },
    'an object instead of a server name': { servername: { password } },
  })) {
    it(`nor ${title}`, (t) => {
      assertShowsNoSecret(thrownBy(() => openAny(t, { tls }), 'ERR_INVALID_CONFIG'))
    })
  }
})

function keyInEachForm() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    pem: String(privateKey.export({ format: 'pem', type: 'pkcs8' })),
    der: privateKey.export({ format: 'der', type: 'pkcs8' }),
    encrypted: String(privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: password })),
  }
}

/**
 * The errors of an adapter that cannot connect: the `error` event and that of a waiting call.
 *
 * @param {RedisStateAdapter} state
 */
async function firstErrors(state) {
  const announced = next(state, 'error')
  const [error] = await announced
  return [error, ...(await assertNoLeak(state))]
}

/**
 * @param {unknown} key as it was given
 * @param {Buffer} der
 * @returns {string[]} what stands in it, from line to line
 */
function piecesOf(key, der) {
  const texts = [key].flat().map((part) => (typeof part === 'string' ? part.replace(/-----[A-Z ]+-----/g, '') : ''))
  return [...texts, der.toString('hex'), der.toString('base64')].flatMap((text) => text.match(/[\w+/=]{20}/g) ?? [])
}

/**
 * @param {unknown} value
 * @param {string[]} pieces
 */
function assertShowsNone(value, pieces) {
  const text = inspect(value, { depth: 20, showHidden: true, getters: true })
  for (const piece of pieces) assert.ok(!text.includes(piece), `contains the key: ${text.slice(0, 300)}`)
}

/**
 * @param {TestContext} t
 * @param {unknown} connection of any type, also one that the declarations reject
 */
function openAny(t, connection) {
  return open(t, /** @type {any} */ (connection))
}
