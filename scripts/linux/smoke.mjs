// @ts-check
// Runs the smoke test on the embedded store, Redis and TLS.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Authority, save } from '../../__test__/support/certificates.mjs'
import { tlsArguments } from '../../__test__/support/tls-server.mjs'
import { unusedPort } from '../../__test__/support/unused-port.mjs'
import { RedisProcess } from '../redis-process.mjs'

/** @param {import('./app.mjs').App} app */
export async function smoke(app) {
  const { server, url } = await startServer(app.folder)
  try {
    await runSmoke(app, ['memory:', server.url, url])
  } finally {
    await server.stop()
  }
}

/** @param {string} folder for the certificates */
async function startServer(folder) {
  const [authority, port] = [await Authority.create('an authority'), await unusedPort()]
  const files = await save(folder, 'server', await authority.issue())
  const ca = await save(folder, 'ca', { cert: authority.pem, key: '' })
  const server = new RedisProcess([...tlsArguments(port, { ...files, ca: ca.cert }), '--tls-auth-clients', 'no'])
  await server.start()
  return { server, url: `rediss://127.0.0.1:${port}` }
}

/** @param {import('./app.mjs').App} app @param {string[]} urls */
async function runSmoke(app, urls) {
  const [program, ...args] = app.command('smoke.mjs')
  const env = { ...process.env, CA: app.pathInside('ca.crt'), NODE_NO_WARNINGS: '1', REDIS_STATE_DRIVER: '' }
  const child = spawn(program, [...args, ...urls], { env, stdio: 'inherit' })
  const [code, signal] = await once(child, 'exit')
  if (code !== 0) throw new Error(`the smoke test of ${app.target.name} failed: ${signal ?? `exit code ${code}`}`)
}
