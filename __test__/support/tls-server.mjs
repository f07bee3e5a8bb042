// @ts-check
// Starts servers with a TLS port, and a plain port for the clients of the tests.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Authority, folderFor, save } from './certificates.mjs'
import { started } from './redis.mjs'
import { unusedPort } from './unused-port.mjs'

/**
 * @param {import('node:test').TestContext} t
 * @param {{ issue?: Parameters<Authority['issue']>[0], clients?: 'no' | 'yes', args?: string[] }} [options] `issue`:
 *   properties of the certificate; `clients`: whether clients must have a certificate
 */
export async function startedWithTls(t, { issue, clients = 'no', args = [] } = {}) {
  const [authority, folder, port] = [await Authority.create('an authority'), await folderFor(t), await unusedPort()]
  const files = await save(folder, 'server', await authority.issue(issue))
  const ca = join(folder, 'ca.crt')
  await writeFile(ca, authority.pem)
  const server = await started(t, [...tlsArguments(port, { ...files, ca }), '--tls-auth-clients', clients, ...args])
  return { server, authority, folder, ca, files, port, url: `rediss://localhost:${port}` }
}

/**
 * @param {number} port
 * @param {{ cert: string, key: string, ca: string }} files
 */
export function tlsArguments(port, { cert, key, ca }) {
  const options = { 'tls-port': String(port), 'tls-cert-file': cert, 'tls-key-file': key, 'tls-ca-cert-file': ca }
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
}
