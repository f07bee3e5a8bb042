// @ts-check
// Encrypted connections: trust, and that nothing is ever sent unencrypted.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { assertFails } from './support/assert-fails.mjs'
import { Authority, save } from './support/certificates.mjs'
import { next } from './support/events.mjs'
import { range } from './support/fill.mjs'
import { killOtherClients } from './support/kill-clients.mjs'
import { open } from './support/open.mjs'
import { started } from './support/redis.mjs'
import { shown } from './support/shown.mjs'
import { commandTimeout, inTime } from './support/timing.mjs'
import { startedWithTls } from './support/tls-server.mjs'
import { until } from './support/until.mjs'
import { collectWarnings } from './support/warnings.mjs'

/** @param {any} options @param {import('node:test').TestContext} t @param {RegExp} why */
async function assertRefused(t, options, why) {
  const state = open(t, { ...options, commandTimeout })
  const [announced] = await next(state, 'error')
  assert.equal(announced.code, 'ERR_CONNECTION')
  assert.match(announced.message, why)
  const error = await assertFails(state.set('t', 'k', 1), 'ERR_COMMAND_TIMEOUT', { applied: 'no', ...inTime })
  assert.match(/** @type {Error} */ (error.cause).message, why)
}

describe('TLS', () => {
  for (const [title, optionsOf, issue] of /** @type {[string, (server: any) => any, any?][]} */ ([
    ['url and a file with the CA', ({ url, ca }) => ({ url, tls: { ca } })],
    ['url and the text of the CA', ({ url, authority }) => ({ url, tls: { ca: authority.pem } })],
    ['a Buffer with the CA', ({ url, authority }) => ({ url, tls: { ca: Buffer.from(authority.pem) } })],
    ['a list of CAs', ({ url, authority }) => ({ url, tls: { ca: [authority.pem, authority.pem] } })],
    ['host and port', ({ port, ca }) => ({ host: 'localhost', port, tls: { ca } })],
    ['an address in the certificate', ({ port, ca }) => ({ host: '127.0.0.1', port, tls: { ca } })],
    [
      'another name than the address, which is expected',
      ({ port, ca }) => ({ host: '127.0.0.1', port, tls: { ca, servername: 'db.example' } }),
      { names: ['db.example'] },
    ],
    [
      'options of node-redis',
      ({ port, authority }) => ({ socket: { tls: true, host: 'localhost', port, ca: authority.pem } }),
    ],
  ])) {
    it(`works with ${title}`, async (t) => {
      const server = await startedWithTls(t, { issue })
      const state = open(t, optionsOf(server))
      assert.equal(await state.set('t', 'k', 1), 1)
      assert.deepEqual(await state.getGroup('t'), [1])
    })
  }

  it('transports many and large values in both directions', async (t) => {
    const { url, ca } = await startedWithTls(t)
    // Megabytes in each direction take long on a busy machine.
    const state = open(t, { url, tls: { ca }, commandTimeout: 60_000 })
    const values = range(600).map((index) => `${index}`.padEnd(index % 50 ? 2000 : 1_000_000, 'x'))
    await Promise.all(values.map((value, index) => state.set('t', `k${index}`, value)))
    const read = values.map((_, index) => state.get('t', `k${index}`))
    const again = values.map((value, index) => state.set('u', `k${index}`, value))
    assert.deepEqual(await Promise.all(read), values)
    assert.deepEqual(await Promise.all(again), values)
    assert.equal((await state.getGroup('u')).length, values.length)
  })

  it('reconnects with the certificate files of that time', async (t) => {
    const { server, url, folder } = await startedWithTls(t)
    const ca = join(folder, 'trusted.crt')
    await writeFile(ca, await readFile(join(folder, 'ca.crt')))
    const state = open(t, { url, tls: { ca } })
    await state.set('t', 'k', 1)

    const another = await Authority.create('another authority')
    const files = await save(folder, 'another', await another.issue())
    await writeFile(ca, another.pem)
    const client = await server.client()
    await client.sendCommand(['CONFIG', 'SET', 'tls-cert-file', files.cert, 'tls-key-file', files.key])
    const ready = next(state, 'ready')
    await killOtherClients(client)
    await ready
    assert.equal(await state.get('t', 'k'), 1)
  })

  it('sends a client certificate to a server that requires one', async (t) => {
    const { url, ca, authority, folder } = await startedWithTls(t, { clients: 'yes' })
    const { cert, key } = await authority.issue({ names: ['a client'] })
    await open(t, { url, tls: { ca, cert, key } }).ping()
    await open(t, { url, tls: { ca, ...(await save(folder, 'client', { cert, key })) } }).ping()
    const state = open(t, { url, tls: { ca }, commandTimeout })
    await assertFails(state.get('t', 'k'), 'ERR_COMMAND_TIMEOUT', inTime)
  })
})

describe('a server that cannot be trusted', () => {
  for (const [title, issue, why] of /** @type {[string, any, RegExp][]} */ ([
    [
      'has the name of another server',
      { names: ['elsewhere.example'] },
      /is for elsewhere\.example, and not for localhost/,
    ],
    ['shows a certificate that expired', { from: -30, to: -1 }, /expired/],
    ['shows a certificate of the future', { from: 10, to: 30 }, /is not valid before/],
  ])) {
    it(`is rejected: it ${title}`, async (t) => {
      const { url, ca } = await startedWithTls(t, { issue })
      await assertRefused(t, { url, tls: { ca } }, why)
    })
  }

  it('is rejected: it has another authority than tls.ca', async (t) => {
    const { url } = await startedWithTls(t)
    await assertRefused(t, { url, tls: { ca: (await Authority.create('another')).pem } }, /authority/)
  })

  it('is rejected: its authority is not trusted by the system', async (t) => {
    const { url } = await startedWithTls(t)
    await assertRefused(t, { url }, /an authority that is not trusted by the system/)
  })

  it('is rejected: it does not speak TLS', async (t) => {
    const { port } = await started(t)
    const socket = { connectTimeout: 200 }
    await assertRefused(t, { host: '127.0.0.1', port, tls: true, socket }, /took longer than 200 ms/)
  })

  it('receives nothing unencrypted', async (t) => {
    /** @type {Buffer[]} */
    const heard = []
    const server = createServer((socket) => socket.on('data', (data) => heard.push(data)).on('error', () => {}))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    t.after(() => server.close())
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
    const url = `rediss://ada:a-secret-word@127.0.0.1:${port}`
    const state = open(t, { url, commandTimeout, socket: { connectTimeout: 200 } })
    await assertFails(state.set('t', 'k', 'a-secret-value'), 'ERR_COMMAND_TIMEOUT', { applied: 'no', ...inTime })
    await until(() => heard.length > 0)
    // The first byte of a TLS handshake record.
    assert.equal(heard[0][0], 0x16)
    assert.doesNotMatch(Buffer.concat(heard).toString('latin1'), /secret|ada|AUTH|SET/)
  })

  it('is used with rejectUnauthorized: false, with a warning', async (t) => {
    const { url } = await startedWithTls(t, { issue: { names: ['elsewhere.example'], from: -30, to: -1 } })
    const warnings = collectWarnings(t)
    await open(t, { url, tls: { rejectUnauthorized: false } }).ping()
    assert.deepEqual(
      warnings.map(({ message }) => message.includes('rejectUnauthorized')),
      [true],
    )
  })
})

describe('the TLS port of a server', () => {
  it('is recognized by an adapter without TLS', async (t) => {
    const { port } = await startedWithTls(t)
    const useTls = /Does this port speak TLS\? Then use rediss:\/\/ or tls: true\.$/
    await assertRefused(t, { url: `redis://localhost:${port}` }, useTls)
  })
})

describe('certificates that cannot be used', () => {
  for (const [title, tls, why] of /** @type {[string, any, RegExp][]} */ ([
    ['a CA that is not PEM', { ca: Buffer.from('a-secret-text') }, /tls\.ca holds no certificate/],
    ['a CA in a missing file', { ca: '/nowhere/ca.crt' }, /reading tls\.ca from \/nowhere\/ca\.crt failed/],
    ['a key that is not PEM', { cert: 'CERT', key: Buffer.from('a-secret-text') }, /tls\.key holds no private key/],
  ])) {
    it(`are named in the error: ${title}`, async (t) => {
      const { url, authority } = await startedWithTls(t)
      const { cert } = await authority.issue()
      const given = { ca: authority.pem, ...tls, ...(tls.cert && { cert }) }
      const state = open(t, { url, tls: given, commandTimeout })
      const [error] = await next(state, 'error')
      assert.equal(error.code, 'ERR_CONNECTION')
      assert.match(error.message, why)
      assert.doesNotMatch(shown(error), /a-secret-text/)
    })
  }
})
