// @ts-check
// The measurements and their durations.

/**
 * @typedef {import('./types.js').Settings} Settings
 * @typedef {import('./types.js').PointCell} PointCell
 * @typedef {import('./types.js').ListingCell} ListingCell
 * @typedef {import('./types.js').ListingWork} ListingWork
 * @typedef {import('./types.js').PointWork} PointWork
 * @typedef {import('./types.js').LoadingVariant} LoadingVariant
 */

export const pointWorks = /** @type {const} */ (['get', 'set', 'mixed', 'delete'])
export const inFlights = [1, 32, 256, 2_000]
export const smallSize = 180
export const clusterPrimaries = 3
export const largeSize = 20_000
/** `items({})` and `traceIds()` list this many keys in groups of `keysPerGroup`. */
export const groupedKeys = 10_000
export const keysPerGroup = 100

/** @type {PointCell[]} */
export const pointCells = [
  ...pointWorks.flatMap((work) => inFlights.map((inFlight) => ({ work, inFlight, size: smallSize }))),
  { work: 'get', inFlight: 32, size: largeSize },
  { work: 'set', inFlight: 32, size: largeSize },
]

/** @type {PointCell[]} */
export const clusterCells = [
  { work: 'get', inFlight: 256, size: smallSize },
  { work: 'set', inFlight: 256, size: smallSize },
]

const groupWorks = /** @type {const} */ (['getGroup', 'keys', 'items', 'clear'])

/**
 * @param {number} keyspace
 * @param {number[]} groups
 * @returns {ListingCell[]}
 */
function among(keyspace, groups) {
  return groups.flatMap((group) => groupWorks.map((work) => ({ work, keyspace, group })))
}

/** @type {ListingCell[]} */
const fullListings = [
  ...among(1_000, [1_000]),
  ...among(10_000, [10_000]),
  { work: 'allItems', keyspace: groupedKeys, group: groupedKeys },
  { work: 'traceIds', keyspace: groupedKeys, group: groupedKeys },
  ...among(100_000, [1_000, 10_000]),
  ...among(1_000_000, [1_000, 10_000]),
]

/** @type {PointCell[]} */
export const indexCells = [1, 32, 256].map((inFlight) => ({ work: 'set', inFlight, size: smallSize }))

/** @type {ListingCell[]} */
export const indexListings = [...among(1_000_000, [1_000]), { work: 'count', keyspace: 1_000_000, group: 1_000 }]

/** @type {PointCell[]} */
export const cacheCells = [smallSize, 2_000].flatMap((size) =>
  [1, 256].map((inFlight) => ({ work: /** @type {const} */ ('get'), inFlight, size })),
)

/** Concurrent misses of one entry, in all, and how long a load takes. */
export const loadingCalls = 1_000
export const loadingProcesses = 4
export const loadingLoadMs = 100
export const locked = 'getOrSet-locked'
export const shared = 'getOrSet'

/** @type {LoadingVariant[]} */
export const loadingVariants = [
  { name: locked, title: 'redis-state-adapter, `getOrSet` with `lock`', client: 'ours', way: 'locked' },
  { name: shared, title: 'redis-state-adapter, `getOrSet`', client: 'ours', way: 'shared' },
  { name: 'get-load-set', title: 'redis-state-adapter, `get` and `set`', client: 'ours', way: 'naive' },
  { name: 'keyv-get-load-set', title: 'keyv, `get` and `set`', client: 'keyv', way: 'naive' },
]

/** Of the large keyspaces only the cells that have a target. */
const quickListings = fullListings.filter(({ work, keyspace, group }) => {
  if (work === 'allItems' || work === 'traceIds' || keyspace === 1_000) return true
  return work === 'getGroup' && (group === 1_000 || keyspace === 10_000)
})

/**
 * @param {boolean} quick
 * @param {number} [rounds]
 * @returns {Settings}
 */
export function settingsOf(quick, rounds) {
  return quick
    ? {
        rounds: rounds ?? 3,
        listingRounds: rounds ?? 2,
        pointMs: 90,
        warmMs: 30,
        probedAt: [256],
        listingMs: 30,
        listings: quickListings,
        adapterMs: 60,
        coldStarts: 3,
        memoryOps: 100_000,
      }
    : {
        rounds: rounds ?? 7,
        listingRounds: rounds ?? 5,
        pointMs: 700,
        warmMs: 150,
        probedAt: [32, 256, 2_000],
        listingMs: 500,
        listings: fullListings,
        adapterMs: 200,
        coldStarts: 10,
        memoryOps: 1_000_000,
      }
}
