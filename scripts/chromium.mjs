// @ts-check
// Finds a Chromium for the tests of the inspector's page, or installs Debian's.

import { spawnSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
const MINUTES = 60_000
const APT = ['-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=30', '-o', 'DPkg::Lock::Timeout=300']

/** There is no Chromium for this machine. Its message gives the reason. */
export class NoChromium extends Error {}

/**
 * Looks at `CHROMIUM`, then on `PATH`; as root on Debian, installs the package `chromium` if there is none.
 *
 * @returns {string} path of a Chromium
 * @throws {NoChromium} if there is none, and none can be installed
 */
export function ensureChromium() {
  const found = findChromium()
  if (found) return found
  if (process.getuid?.() !== 0) throw new NoChromium('set CHROMIUM, or install it; only root can do so here')
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) run(args)
  const installed = findChromium()
  if (!installed) throw new NoChromium('the package chromium has brought none that is on PATH')
  return installed
}

/** @returns {string | undefined} */
function findChromium() {
  const given = process.env.CHROMIUM
  if (given && !existsSync(given)) throw new Error(`CHROMIUM is not a file: ${given}`)
  return given || onPath()
}

function onPath() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync)
}

/** @param {string[]} args of apt-get */
function run(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { error, status, stderr } = spawnSync('apt-get', [...APT, ...args], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 5 * MINUTES,
  })
  if (error) throw new NoChromium(`apt-get: ${error.message}`)
  if (status !== 0) throw new NoChromium(`apt-get ${args[0]} ended with ${status}: ${stderr.trim().split('\n').at(-1)}`)
}

function main() {
  try {
    console.log(ensureChromium())
  } catch (error) {
    if (!(error instanceof NoChromium)) throw error
    console.log(`no Chromium, its tests are skipped: ${error.message}`)
  }
}

const script = process.argv[1] ?? ''
if (existsSync(script) && realpathSync(script) === fileURLToPath(import.meta.url)) main()
