import type { Section } from './arguments.mjs'

/** What all candidates offer: the part of the adapter's contract that is measured. */
export interface State {
  get(traceId: string, key: string): Promise<unknown>
  set(traceId: string, key: string, value: unknown): Promise<unknown>
  delete(traceId: string, key: string): Promise<unknown>
  getGroup(traceId: string): Promise<unknown[]>
  keys(traceId: string): Promise<string[]>
  items(input: { groupId?: string }): Promise<unknown[]>
  traceIds(): Promise<string[]>
  clear(traceId: string): Promise<unknown>
  /** Absent: `keys` are counted. */
  count?(traceId: string): Promise<number>
  cleanup(): Promise<unknown>
}

/** The commands by which a raw client is made a {@link State}. */
export interface Commands {
  get(key: string): Promise<string | null>
  set(key: string, text: string): Promise<unknown>
  getdel(key: string): Promise<string | null>
  mget(keys: string[]): Promise<(string | null)[]>
  unlink(keys: string[]): Promise<unknown>
  scan(cursor: string, match: string, count: number): Promise<{ cursor: string; keys: string[] }>
  close(): Promise<unknown>
}

export interface Candidate {
  name: string
  /** How reports call it. */
  title: string
  /** The npm package; undefined for the one of this repository. */
  package?: string
  /** The client below, where the package is itself an adapter. */
  below?: string
  /** Whether it finds the nodes of a Redis Cluster. */
  cluster?: boolean
  runtime: 'node' | 'bun'
  /** The script of `driver/` that its process runs; default: `main`. */
  script?: 'main' | 'adapter'
}

export type Side = 'ours' | 'theirs'

// biome-ignore lint/suspicious/noExplicitAny: the packages that are compared are untyped.
type Subject = any

/**
 * An adapter of this package beside the package that it replaces: the export `comparison` of a file of `adapters/`, which is
 * named after the subpath. Both bear the same names, so that one function makes a call of either.
 */
export interface AdapterComparison {
  /** The package that is replaced, as in `adapters/package.json`. */
  replaces: string
  /** Both sides get a Redis with RedisJSON and RediSearch, because the other package needs them. */
  needsSearch?: boolean
  ours(url: string): Promise<Subject>
  theirs(url: string): Promise<Subject>
  calls: AdapterCall[]
}

export interface AdapterCall {
  call: string
  inFlight: number[]
  /** The ratio that is wanted, of operations per second. */
  atLeast?: number
  /** Runs once in each process, before the call is made for the first time. */
  prepare?(subject: Subject, url: string): Promise<unknown>
  /**
   * One operation, which may be several calls in sequence. Throws if it returns something else than it should.
   *
   * @param at counts the operations of a measurement, from 0
   */
  run(subject: Subject, at: number): Promise<unknown>
}

export type PointWork = 'get' | 'set' | 'mixed' | 'delete'
export type ListingWork = 'getGroup' | 'keys' | 'items' | 'clear' | 'allItems' | 'traceIds' | 'count'

export interface PointCell {
  work: PointWork
  inFlight: number
  /** Bytes of a value's JSON text. */
  size: number
}

export interface ListingCell {
  work: ListingWork
  /** Keys on the server in all. */
  keyspace: number
  /** Keys in the listed group; of `allItems` and `traceIds` those in all groups. */
  group: number
}

export interface PointFigures {
  opsPerSecond: number
  /** Time that the JS thread was on a core, per operation. */
  jsCpuUs: number
  /** The same of all threads of the process. */
  processCpuUs: number
  p50Ms: number
  p99Ms: number
  /** Absent where the event loop was not probed. */
  loopDelayP50Ms?: number
  loopDelayP99Ms?: number
}

export interface ListingFigures {
  calls: number
  ms: number
  jsCpuMs: number
  /** Longest time that the event loop was held up. */
  blockMs: number
}

export interface Run {
  candidate: string
  round: number
}

/** How a process gets what it must load: by `getOrSet`, with a lock or not, or by get, load and set. */
export type LoadingWay = 'locked' | 'shared' | 'naive'

export interface LoadingVariant {
  name: string
  title: string
  /** The module of `clients/`. */
  client: string
  way: LoadingWay
}

export interface LoadingFigures {
  /** Of all processes. */
  loads: number
  slowestMs: number
}

export interface AdapterFigures {
  opsPerSecond: number
  jsCpuUs: number
}

/** `candidate` is the {@link Side}. */
export type AdapterRow = AdapterFigures & Run & { adapter: string; call: string; inFlight: number }
export type PointRow = PointCell & PointFigures & Run
export type ListingRow = ListingCell & ListingFigures & Run
export type LoadingRow = LoadingFigures & Run

export interface Limits {
  server?: { command: string; work: string; inFlight: number; opsPerSecond: number }[]
  json?: { stringifyUs: number; parseUs: number }
}

export interface Settings {
  rounds: number
  listingRounds: number
  /** Measured time of one point cell, in ms. */
  pointMs: number
  warmMs: number
  /** In flight where the event loop is probed too, in a further run. */
  probedAt: number[]
  /** Measured time of one listing cell, in ms; at least one call is made. */
  listingMs: number
  listings: ListingCell[]
  /** Measured time of one call of an adapter, in ms. */
  adapterMs: number
  coldStarts: number
  memoryOps: number
}

/** When, by what and on what figures were measured. */
export interface Origin {
  date: string
  command: string
  machine: Record<string, string>
  versions: Record<string, string>
  settings: Settings
  /** Why a candidate was not measured further. */
  failures: Record<string, string>
}

export interface AdapterResults {
  compared: { adapter: string; replaces: string; version: string; calls: Omit<AdapterCall, 'prepare' | 'run'>[] }[]
  rows: AdapterRow[]
}

export interface Results extends Origin {
  /** Of the sections that were measured later than the others. */
  later?: Partial<Record<Section, Origin>>
  point: PointRow[]
  /** Absent in results that are older than this section. */
  cluster?: PointRow[]
  listings: ListingRow[]
  /** Sets and listings with and without the option `index`. */
  index?: { points: PointRow[]; listings: ListingRow[] }
  /** Gets of unchanged values, with and without near caches. */
  cache?: PointRow[]
  /** Concurrent misses of one entry by several processes. */
  loading?: LoadingRow[]
  /** Adapters for other libraries, each beside the package that it replaces. */
  adapters?: AdapterResults
  limits: Limits
  cold: (Run & { ms: number })[]
  memory: { candidate: string; ops: number; startMb: number; endMb: number }[]
  size: { candidate: string; bytes: number }[]
}
