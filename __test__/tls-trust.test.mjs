// @ts-check
// Which certificates are trusted, and the messages for others.

import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { Authority, folderFor, save, selfSigned } from './support/certificates.mjs'
import { next } from './support/events.mjs'
import { listening } from './support/listening.mjs'
import { open } from './support/open.mjs'
import { started } from './support/redis.mjs'
import { runNode } from './support/run-node.mjs'
import { commandTimeout } from './support/timing.mjs'
import { startedWithTls, tlsArguments } from './support/tls-server.mjs'
import { unusedPort } from './support/unused-port.mjs'

/**
 * @import { TestContext } from 'node:test'
 * @import { Files } from './support/certificates.mjs'
 */

const expired = { from: -30, to: -1 }
const future = { from: 10, to: 30 }
const day = String.raw`\d{4}-\d\d-\d\d`

describe('a certificate that is itself passed as tls.ca', () => {
  for (const [title, make] of /** @type {[string, () => Promise<Files>][]} */ ([
    ['self-signed, as openssl req -x509 makes it', () => selfSigned({ authority: true })],
    ['self-signed, not an authority', () => selfSigned()],
    ['with only a common name', () => selfSigned({ authority: true, names: [], commonName: 'localhost' })],
    ['signed by an unknown authority', async () => (await Authority.create('unknown')).issue()],
  ])) {
    it(`is trusted: ${title}`, async (t) => {
      const files = await make()
      const port = await serving(t, files)
      for (const ca of [files.cert, [(await Authority.create('another')).pem, files.cert]]) {
        assert.ok((await open(t, { host: 'localhost', port, tls: { ca } }).ping()) > 0)
      }
    })
  }

  for (const [title, given, why] of /** @type {[string, Parameters<typeof selfSigned>[0], string][]} */ ([
    ['it expired', expired, `expired on ${day}`],
    ['it expired, and is one of an authority', { authority: true, ...expired }, `expired on ${day}`],
    ['it is not valid yet', future, `is not valid before ${day}`],
    ['it is not valid yet, and one of an authority', { authority: true, ...future }, `is not valid before ${day}`],
    [
      'it is for another host',
      { authority: true, names: ['a.example', '10.0.0.1'] },
      'is for a.example, 10.0.0.1, and not for localhost: see tls.servername',
    ],
    [
      'it is for another host by its common name',
      { names: [], commonName: 'a.example' },
      'no subject alternative names',
    ],
  ])) {
    it(`is rejected nevertheless: ${title}`, async (t) => {
      const files = await selfSigned(given)
      await assertRefused(t, await serving(t, files), { ca: files.cert }, `the server's certificate .*${why}`)
    })
  }
})

describe('the reason of a failed handshake is a sentence', () => {
  it('self-signed', async (t) => {
    for (const authority of [true, false]) {
      const port = await serving(t, await selfSigned({ authority }))
      const { pem } = await Authority.create('another')
      await assertRefused(t, port, { ca: pem }, "the server's certificate is self-signed, and is not in tls.ca")
      await assertRefused(t, port, {}, 'is self-signed, and is not trusted by the system: give it with tls.ca')
    }
  })

  it('unknown authority', async (t) => {
    const port = await serving(t, await (await Authority.create('one')).issue())
    const { pem } = await Authority.create('another')
    await assertRefused(t, port, { ca: pem }, 'is signed by an authority that is not in tls.ca')
    await assertRefused(t, port, {}, 'is signed by an authority that is not trusted by the system')
  })

  it('client certificate', async (t) => {
    const { port, ca } = await startedWithTls(t, { clients: 'yes' })
    await assertRefused(t, port, { ca }, 'the server wants a client certificate: give it with tls.cert and tls.key')
    const { cert, key } = await selfSigned()
    await assertRefused(t, port, { ca, cert, key }, 'the server does not accept the client certificate')
  })

  it('a key of another certificate', async (t) => {
    const { port, ca } = await startedWithTls(t)
    const [{ cert }, { key }] = [await selfSigned(), await selfSigned()]
    await assertRefused(t, port, { ca, cert, key }, 'tls.key is not the key of tls.cert')
  })

  it('no common version', async (t) => {
    const { cert, key } = await selfSigned()
    const old = /** @type {const} */ ({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' })
    const server = createTlsServer({ cert, key, ...old }).on('tlsClientError', () => {})
    await assertRefused(t, await listening(t, server), { ca: cert }, 'the server speaks neither TLS 1.2 nor TLS 1.3')
  })

  it('no TLS', async (t) => {
    const { pem: ca } = await Authority.create('one')
    const plain = createServer((socket) => socket.on('error', () => {}).end('-ERR what is that\r\n'))
    await assertRefused(
      t,
      await listening(t, plain),
      { ca },
      'what the server sent is not TLS\\. Does this port speak TLS',
    )
    const mute = createServer((socket) => socket.on('error', () => {}).once('data', () => socket.end()))
    await assertRefused(
      t,
      await listening(t, mute),
      { ca },
      'the server closed the connection\\. Does this port speak TLS',
    )
  })
})

describe('the authorities that are trusted without tls.ca', () => {
  it('include those of NODE_EXTRA_CA_CERTS', async (t) => {
    const { url, ca } = await startedWithTls(t)
    assert.deepEqual(await pinging(url, {}), { answered: false, warned: false })
    assert.deepEqual(await pinging(url, { NODE_EXTRA_CA_CERTS: ca }), { answered: true, warned: false })
    const other = join(await folderFor(t), 'other.crt')
    await writeFile(other, (await Authority.create('other')).pem)
    assert.deepEqual(await pinging(url, { NODE_EXTRA_CA_CERTS: ca }, other), { answered: false, warned: false })
  })

  it('cause a warning if NODE_EXTRA_CA_CERTS cannot be read', async (t) => {
    const { url, files } = await startedWithTls(t)
    for (const file of ['/nowhere/extra.crt', files.key]) {
      assert.deepEqual(await pinging(url, { NODE_EXTRA_CA_CERTS: file }), { answered: false, warned: true })
    }
  })

  it("are Node's own if the system has none", async (t) => {
    const { url, ca } = await startedWithTls(t)
    const none = { SSL_CERT_FILE: '/dev/null', SSL_CERT_DIR: await folderFor(t) }
    const preload = fileURLToPath(new URL('fixtures/other-roots.cjs', import.meta.url))
    const withRoots = { ROOTS_OF_NODE: await readFile(ca, 'utf8'), NODE_OPTIONS: `--require ${preload}` }
    assert.deepEqual(await pinging(url, { ...none }), { answered: false, warned: false })
    assert.deepEqual(await pinging(url, { ...withRoots }), { answered: false, warned: false })
    assert.deepEqual(await pinging(url, { ...none, ...withRoots }), { answered: true, warned: false })
    const { authority, url: another } = await startedWithTls(t)
    const extra = join(await folderFor(t), 'extra.crt')
    await writeFile(extra, authority.pem)
    const both = { ...none, ...withRoots, NODE_EXTRA_CA_CERTS: extra }
    assert.deepEqual(await pinging(another, both), { answered: true, warned: false })
  })

  /** @param {string} url @param {Record<string, string>} env @param {string[]} ca */
  async function pinging(url, env, ...ca) {
    const { stdout, stderr } = await runNode('tls-ping.mjs', [url, ...ca], { env })
    const [answer] = stdout.split('\n')
    assert.match(answer, /^(pong|the TLS handshake failed: the server's certificate is signed by an authority)/, stderr)
    return {
      answered: answer === 'pong',
      warned: stderr.includes('redis-state-adapter: NODE_EXTRA_CA_CERTS is ignored'),
    }
  }
})

/**
 * @param {TestContext} t
 * @param {number} port
 * @param {object} tls
 * @param {string} why
 */
async function assertRefused(t, port, tls, why) {
  const state = open(t, { host: 'localhost', port, tls, commandTimeout })
  const [error] = await next(state, 'error')
  assert.match(error.message, new RegExp(why))
  assert.doesNotMatch(error.message, /Error|[a-z][A-Z][a-z]|[{}"]/, 'a form of code')
  await state.cleanup()
}

/** @param {TestContext} t @param {Files} files */
async function serving(t, files) {
  const [folder, port] = [await folderFor(t), await unusedPort()]
  const saved = await save(folder, 'server', files)
  await started(t, [...tlsArguments(port, { ...saved, ca: saved.cert }), '--tls-auth-clients', 'no'])
  return port
}
