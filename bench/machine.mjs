// @ts-check

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import { findServer } from '../scripts/redis-server.mjs'
import { candidates } from './candidates.mjs'
import { versionOf } from './install.mjs'

export function describeMachine() {
  const { stdout } = spawnSync(findServer() ?? 'redis-server', ['--version'], { encoding: 'utf8' })
  const [, product, version] = /^(\w+) server v=(\S+)/.exec(stdout) ?? [undefined, stdout.trim(), '']
  return {
    processor: cpus()[0]?.model.trim() ?? process.arch,
    cores: String(availableParallelism()),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release()}, ${process.arch}`,
    node: `Node.js ${process.versions.node}`,
    'busy cores before': loadavg()[0].toFixed(1),
    server: `${product} ${version}`,
  }
}

/** @param {string[]} names of the candidates */
export function describeVersions(names) {
  const chosen = candidates.filter(({ name }) => names.includes(name))
  return Object.fromEntries(chosen.map((candidate) => [candidate.name, describe(candidate)]))
}

/** @param {import('./types.js').Candidate} candidate */
function describe({ package: name, below }) {
  if (!name) return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
  const version = `${name} ${versionOf(name)}`
  return below ? `${version} on ${below} ${versionOf(below, name)}` : version
}
