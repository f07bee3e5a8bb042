// @ts-check
// Installs the packages of a binary as a user has them, and runs the smoke test in a Node.js for that target.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Authority, save } from '../../__test__/support/certificates.mjs'
import { tlsArguments } from '../../__test__/support/tls-server.mjs'
import { unusedPort } from '../../__test__/support/unused-port.mjs'
import { RedisProcess } from '../redis-process.mjs'
import { root, stageBinary, stageMain } from '../release/packages.mjs'
import { nodeFor } from './roots.mjs'

/**
 * @param {import('../targets.mjs').Target} target
 * @param {string} binary
 */
export async function smoke(target, binary) {
  const work = join(root, 'target', 'smoke')
  mkdirSync(work, { recursive: true })
  const app = mkdtempSync(join(work, `${target.name}-`))
  const { server, url } = await startServer(app)
  try {
    const modules = join(app, 'node_modules')
    stageMain(modules, [target])
    stageBinary(modules, target, binary)
    // Without it, the program would be part of this package, and import it from the clone.
    writeFileSync(join(app, 'package.json'), '{ "private": true }')
    copyFileSync(join(root, 'scripts/smoke.mjs'), join(app, 'smoke.mjs'))
    await runSmoke(target, app, ['memory:', server.url, url])
  } finally {
    await server.stop()
    rmSync(app, { recursive: true })
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

/** @param {import('../targets.mjs').Target} target @param {string} app @param {string[]} urls */
async function runSmoke(target, app, urls) {
  const [program, ...args] = nodeFor(target, app)
  const isInRoot = program === 'unshare'
  const folder = isInRoot ? '/app' : app
  const env = { ...process.env, CA: join(folder, 'ca.crt'), NODE_NO_WARNINGS: '1', REDIS_STATE_DRIVER: '' }
  const child = spawn(program, [...args, join(folder, 'smoke.mjs'), ...urls], { env, stdio: 'inherit' })
  const [code, signal] = await once(child, 'exit')
  if (code !== 0) throw new Error(`the smoke test of ${target.name} failed: ${signal ?? `exit code ${code}`}`)
}
