// @ts-check
// A package registry on loopback: Verdaccio, which passes requests for all other packages on.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unusedPort } from '../../__test__/support/unused-port.mjs'
import { cachedInstall } from '../cached-install.mjs'
import { nodeOf } from '../node-versions.mjs'
import { npm } from '../npm.mjs'

/** Needs Node.js 22. */
const VERDACCIO = '6.10.4'
const NODE = '22'
/** The version of the tag `cjs`, by which it is required: not every registry has the tags of others. */
const OVERRIDES = { 'node-fetch': '2.7.0' }

/**
 * @typedef {object} Registry
 * @property {string} url
 * @property {NodeJS.ProcessEnv} env with which npm may publish
 * @property {() => Promise<void>} stop
 */

/** @param {string} folder for its files @returns {Promise<Registry>} */
export async function startRegistry(folder) {
  const installed = cachedInstall('verdaccio', { verdaccio: VERDACCIO }, undefined, OVERRIDES)
  const program = join(installed, 'node_modules/verdaccio/bin/verdaccio')
  mkdirSync(folder, { recursive: true })
  const [url, config] = [`http://127.0.0.1:${await unusedPort()}`, join(folder, 'config.yaml')]
  // JSON is YAML.
  writeFileSync(config, JSON.stringify(configuration(folder)))
  const args = [program, '--config', config, '--listen', url]
  const child = spawn(nodeOf(NODE), args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  await listening(child.stdout)
  const stop = async () => {
    child.kill()
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  return { url, env: { ...process.env, ...(await loggedIn(url, folder)) }, stop }
}

/** @param {string} folder */
function configuration(folder) {
  const access = { access: '$all', publish: '$all', unpublish: '$all' }
  return {
    storage: join(folder, 'storage'),
    auth: { htpasswd: { file: join(folder, 'htpasswd') } },
    uplinks: { upstream: { url: registryOfNpm() } },
    packages: { 'redis-state-adapter*': access, '**': { access: '$all', proxy: 'upstream' } },
    log: { type: 'stdout', format: 'pretty', level: 'http' },
    max_body_size: '100mb',
  }
}

/** The registry that npm is configured to use. */
function registryOfNpm() {
  return String(npm(['config', 'get', 'registry'], {}).stdout).trim()
}

/** @param {import('node:stream').Readable} output */
async function listening(output) {
  await new Promise((resolve, reject) => {
    let text = ''
    output.setEncoding('utf8').on('data', (piece) => {
      text += piece
      if (/http address/.test(text)) resolve(undefined)
    })
    output.on('close', () => reject(new Error(`Verdaccio ended: ${text}`)))
  })
}

/** Creates a user, whose token npm needs to publish. @param {string} url @param {string} folder */
async function loggedIn(url, folder) {
  const user = { name: 'tester', password: 'only-on-loopback' }
  const response = await fetch(`${url}/-/user/org.couchdb.user:tester`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(user),
  })
  const { token } = /** @type {{ token: string }} */ (await response.json())
  const npmrc = join(folder, 'npmrc')
  writeFileSync(npmrc, `registry=${url}/\n//${new URL(url).host}/:_authToken=${token}\n`)
  return { npm_config_userconfig: npmrc }
}
