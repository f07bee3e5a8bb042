// @ts-check

/** @typedef {import('./types.js').Candidate} Candidate */

export const ours = 'ours'
/** The reference of all ratios, except in a cluster. */
export const base = 'js-adapter'
/** The reference of the ratios in a cluster, which the other reference does not support. */
export const clusterBase = 'ioredis'

/** @type {Candidate[]} */
export const candidates = [
  { name: ours, title: 'redis-state-adapter', cluster: true, runtime: 'node' },
  {
    name: base,
    title: 'JS adapter',
    package: '@motiadev/adapter-redis-state',
    below: 'redis',
    runtime: 'node',
  },
  { name: 'node-redis', title: 'node-redis', package: 'redis', runtime: 'node' },
  { name: 'node-redis-untimed', title: 'node-redis, no timeouts', package: 'redis', runtime: 'node' },
  { name: 'ioredis', title: 'ioredis', package: 'ioredis', cluster: true, runtime: 'node' },
  { name: 'ioredis-auto', title: 'ioredis, auto-pipelining', package: 'ioredis', runtime: 'node' },
  { name: 'valkey-glide', title: 'valkey-glide', package: '@valkey/valkey-glide', cluster: true, runtime: 'node' },
  { name: 'bun', title: "Bun's client, on Bun", package: 'bun', runtime: 'bun' },
]

/** @param {string} name */
export function titleOf(name) {
  return candidates.find((candidate) => candidate.name === name)?.title ?? name
}
