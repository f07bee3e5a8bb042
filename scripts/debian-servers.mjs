// @ts-check
// Gets Redis 8 and Valkey 8 from the packages of Debian 13, for machines with an older Debian. Unpacks them with their
// libraries, and starts them with their own loader. Nothing is installed.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const SUITE = 'trixie'
const PACKAGES = [
  ...['redis-server', 'redis-tools', 'valkey-server', 'valkey-tools'],
  ...['libc6', 'libssl3t64', 'liblzf1', 'libjemalloc2', 'libsystemd0', 'libstdc++6', 'libgcc-s1', 'libcap2'],
  ...['zlib1g', 'libzstd1', 'liblua5.1-0', 'libatomic1'],
]
const SOURCES = '/etc/apt/sources.list.d'

/**
 * @param {string} folder where the servers come to lie, in folders of their own: `redis8` and `valkey8`
 * @returns {import('./redis-server.mjs').Way}
 */
export function debianServers(folder) {
  const [root, packages, lists] = ['root', 'packages', 'lists'].map((name) => join(folder, name))
  const apt = aptIn(folder)
  return {
    title: `Debian's packages of ${SUITE}, unpacked into ${folder}`,
    impossible: () => !debianSource() && 'needs a Debian whose package source is known',
    prepare() {
      prepareApt(folder, SUITE)
    },
    commands: [[...apt, 'update'], ...unpacking(apt, PACKAGES, { packages, root })],
    finish() {
      writeStarter(folder, 'redis8', 'redis-server')
      writeStarter(folder, 'valkey8', 'valkey-server')
      rmSync(packages, { recursive: true })
      for (const path of [lists, join(folder, 'cache')]) rmSync(path, { recursive: true })
    },
  }
}

/**
 * The command apt-get with package lists of its own, so that those of the machine do not change.
 *
 * @param {string} folder
 * @param {string} [architecture] default: that of the machine
 */
export function aptIn(folder, architecture) {
  const own = {
    'Dir::Etc::sourcelist': join(folder, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::Cache': join(folder, 'cache'),
    'APT::Sandbox::User': 'root',
    'Acquire::Retries': '1',
    ...(architecture && { 'APT::Architecture': architecture }),
  }
  return ['apt-get', ...Object.entries(own).flatMap(([name, value]) => ['-o', `${name}=${value}`])]
}

/** Empties the folder of `aptIn`. @param {string} folder @param {string} suite of Debian */
export function prepareApt(folder, suite) {
  rmSync(folder, { recursive: true, force: true })
  for (const name of ['root', 'packages', 'lists/partial', 'cache/archives/partial']) {
    mkdirSync(join(folder, name), { recursive: true })
  }
  const source = debianSource()
  writeFileSync(join(folder, 'sources.list'), `deb [signed-by=${source?.keyring}] ${source?.uri} ${suite} main\n`)
}

/**
 * The commands that download packages and unpack them.
 *
 * @param {string[]} apt
 * @param {string[]} names
 * @param {{ packages: string, root: string }} folders
 */
export function unpacking(apt, names, { packages, root }) {
  return [
    ['sh', '-c', 'cd "$1" && shift && exec "$@"', 'sh', packages, ...apt, 'download', ...names],
    ['sh', '-c', 'for package in "$1"/*.deb; do dpkg-deb -x "$package" "$2" || exit 1; done', 'sh', packages, root],
  ]
}

/** The Debian package source of this machine. @returns {{ uri: string, keyring: string } | undefined} */
export function debianSource() {
  if (!existsSync(SOURCES)) return undefined
  const texts = readdirSync(SOURCES).filter((file) => file.endsWith('.sources'))
  const stanzas = texts.flatMap((file) => readFileSync(join(SOURCES, file), 'utf8').split(/\n\s*\n/))
  for (const stanza of stanzas) {
    const field = (/** @type {string} */ name) => stanza.match(new RegExp(`^${name}:\\s*(\\S+)`, 'm'))?.[1]
    const [uri, keyring] = [field('URIs'), field('Signed-By')]
    if (uri?.endsWith('/debian') && keyring) return { uri, keyring }
  }
}

/**
 * Creates a command that starts a server with its own loader and libraries.
 *
 * @param {string} folder
 * @param {string} name of the folder of the command
 * @param {string} server
 */
function writeStarter(folder, name, server) {
  const loader = readdirSync(join(folder, 'root/usr/lib64')).find((file) => file.startsWith('ld-linux'))
  if (!loader) throw new Error('the packages contain no loader')
  const libraries = readdirSync(join(folder, 'root/usr/lib')).filter((file) => file.includes('-linux-gnu'))
  const path = libraries.map((each) => `"$root/usr/lib/${each}"`).join(':')
  const lines = [
    '#!/bin/sh',
    'root=$(dirname "$(dirname "$(readlink -f "$0")")")/root',
    `exec "$root/usr/lib64/${loader}" --library-path ${path} "$root/usr/bin/${server}" "$@"`,
  ]
  mkdirSync(join(folder, name))
  writeFileSync(join(folder, name, server), `${lines.join('\n')}\n`, { mode: 0o755 })
}
