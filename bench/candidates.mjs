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

export const indexed = 'ours-indexed'
export const cached = 'ours-cached'
export const otherCached = 'node-redis-cached'

/** @type {Candidate[]} */
const variants = [
  { name: indexed, title: 'redis-state-adapter, index', runtime: 'node' },
  { name: cached, title: 'redis-state-adapter, cache', runtime: 'node' },
  { name: 'ours-frozen', title: 'redis-state-adapter, frozen cache', runtime: 'node' },
  { name: otherCached, title: 'node-redis, client-side cache', package: 'redis', runtime: 'node' },
  { name: 'keyv', title: 'keyv', package: 'keyv', runtime: 'node' },
]

export const indexCandidates = named(base, ours, indexed)
export const cacheCandidates = named(base, 'node-redis', otherCached, 'keyv', ours, cached, 'ours-frozen')

/** @param {string[]} names */
function named(...names) {
  return [...candidates, ...variants].filter(({ name }) => names.includes(name))
}

/** @param {string} name */
export function titleOf(name) {
  return named(name)[0]?.title ?? name
}
