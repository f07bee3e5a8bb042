// Read by the type checker only: what must compile, and behind each @ts-expect-error, what must not.

import type { StateAdapter } from '@motiadev/core'
import { createClient } from 'redis'
import {
  type ClusterOptions,
  type ConnectionOptions,
  type HealthOptions,
  type NodeAddress,
  type NodeAddressMap,
  type NodeRedisClientLike,
  type PingOptions,
  type ReadOptions,
  type ReconnectingInfo,
  type ReconnectStrategy,
  RedisStateAdapter,
  type RedisStateAdapterEvents,
  type RedisStateAdapterOptions,
  RedisStateError,
  type RedisStateErrorCode,
  type RedisStateErrorDetails,
  type ScanOptions,
  type SentinelOptions,
  type SocketOptions,
  type StateFilter,
  type StateFilterOperation,
  type StateHealth,
  type StateItem,
  type StateItemsInput,
  type StateItemType,
  type StateOptions,
  type StateQuery,
  type StateQueryFilter,
  type StateQueryPage,
  type StateQueryResult,
  type StateQueryScalar,
  type StateQuerySort,
  type StateStore,
  StateStores,
  type StoreHealth,
  type TlsOptions,
} from 'redis-state-adapter'

interface Order {
  id: string
  paid: boolean
}

const tls: TlsOptions = {
  ca: 'PEM',
  cert: new Uint8Array(),
  key: Buffer.from('PEM'),
  servername: 'redis.internal',
  rejectUnauthorized: true,
}
const strategy: ReconnectStrategy = (retries, cause) => (retries > 3 ? new Error('enough', { cause }) : retries * 100)
const socket: SocketOptions = {
  ...tls,
  host: 'localhost',
  port: 6379,
  path: '/run/redis.sock',
  tls: true,
  connectTimeout: 1000,
  keepAlive: true,
  noDelay: true,
  reconnectStrategy: strategy,
}
const node: NodeAddress = { host: 'a', port: 1 }
const nodeAddressMap: NodeAddressMap = { '10.0.0.1:6379': node }
const sentinel: SentinelOptions = { name: 'm', nodes: [node], username: 'u', password: 'p', tls, nodeAddressMap }
const cluster: ClusterOptions = { nodes: [node], readFrom: 'replica', nodeAddressMap }
const stateOptions: StateOptions = {
  keyPrefix: 'app:',
  ttl: 60,
  strictTraceIds: true,
  strictValues: true,
  stackTraces: false,
  cache: { maxEntries: 100, maxBytes: 1024, maxStaleness: 500, ttl: 60, frozen: true },
  hashTags: true,
  index: true,
  waitReplicas: { count: 1, timeout: 100 },
  commandTimeout: 1000,
  maxPendingCommands: 10,
  maxPendingBytes: 1000,
}
const connection: ConnectionOptions = {
  url: 'redis://localhost',
  host: 'localhost',
  port: 6379,
  username: 'u',
  password: 'p',
  database: 0,
  name: 'app',
  socket,
  tls,
  sentinel,
  cluster,
}
const all: RedisStateAdapterOptions = { ...connection, ...stateOptions }

export const state: RedisStateAdapter = new RedisStateAdapter(all)
export const forms: RedisStateAdapter[] = [
  new RedisStateAdapter(),
  new RedisStateAdapter({ url: 'memory:' }),
  new RedisStateAdapter({ tls: true, socket: { reconnectStrategy: false } }),
  new RedisStateAdapter({ socket: { reconnectStrategy: 100 } }, stateOptions),
  new RedisStateAdapter(createClient({ url: 'redis://localhost' }), { keyPrefix: 'app:', ttl: 60 }),
  RedisStateAdapter.fromEnv(),
  RedisStateAdapter.fromEnv(process.env),
  RedisStateAdapter.fromEnv({ REDIS_URL: 'memory:', STATE_TTL: undefined }),
]
export const client: NodeRedisClientLike = createClient()

// What Motia asks of a state adapter.
export const motia: StateAdapter = state

export async function storesByName(): Promise<void> {
  await using stores = await StateStores.load(
    { stores: { a: { url: 'memory:', ttl: 60 }, b: { host: '{env:HOST}', port: { envRef: 'PORT' } } } },
    { environments: { default: { main: 'a' } }, secrets: ({ name, key }) => `${name}${key}`, appId: 'app' },
  )
  const store: StateStore = stores.get('main')
  const value: number | null = await store.get<number>('t', 'k')
  const problems: string[] = stores.list().flatMap((store) => store.problems)
  const health: StoreHealth[] = await stores.health({ timeout: 100, names: ['a'] })
  const counts: Record<string, number | null> = await stores.counts()
  const { error } = await stores.dapr.state.save('a', [{ key: 'k', value }])
  console.log(problems, health[0]?.status, counts.a, error?.message, await stores.dapr.state.get('a', 'k'))
  // @ts-expect-error there is no such option
  await StateStores.load({ stores: { a: { hots: 'h' } } })
  // @ts-expect-error the constructor is private
  new StateStores()
}

export async function calls(): Promise<void> {
  const read: Order | null = await state.get<Order>('t', 'k')
  const written: Order = await state.set('t', 'k', { id: 'a', paid: true })
  await state.set('t', 'k', { id: 'a', paid: true }, { waitReplicas: { count: 1, timeout: 100 } })
  const removed: Order | null = await state.delete<Order>('t', 'k')
  const group: Order[] = await state.getGroup<Order>('t')
  const keys: string[] = await state.keys('t')
  const traceIds: string[] = await state.traceIds()
  const everything: StateItem[] = await state.items()
  const some: StateItem[] = await state.getByPrefix('t', 'k')
  const counted: number = (await state.count('t')) + (await state.count('t', 'k'))
  const ends: Promise<void>[] = [state.clear('t'), state.clear('t', 'k'), state.cleanup(), state[Symbol.asyncDispose]()]
  await Promise.all(ends)
  console.log(read?.paid, written.id, removed?.id, group[0]?.id, keys, traceIds, everything, some, counted)
}

export async function scoped(): Promise<void> {
  await using own = new RedisStateAdapter({ url: 'memory:' })
  await own.set('t', 'k', 1)
}

export async function filtered(): Promise<StateItemType[]> {
  const operation: StateFilterOperation = 'gte'
  const filter: StateFilter[] = [
    { valueKey: 'n', operation, value: 1 },
    { valueKey: 's', operation: 'contains', value: 'x' },
    { valueKey: 'b', operation: 'eq', value: true },
    { valueKey: 'z', operation: 'neq', value: null },
    { valueKey: 'm', operation: 'isNull' },
  ]
  const input: StateItemsInput = { groupId: 't', filter }
  const items = await state.items(input)
  return items.map(({ groupId, key, type, value }) => (groupId + key === String(value) ? 'string' : type))
}

export async function queried(): Promise<string | undefined> {
  const open: StateQueryFilter = { EQ: { 'order.status': 'open' } }
  const values: readonly StateQueryScalar[] = ['a', 1, true, null]
  const filter: StateQueryFilter = {
    AND: [open, { NEQ: { a: null } }, { OR: [{ GT: { n: 1 } }, { GTE: { n: 'a' } }] }, { NOT: { LT: { n: 1 } } }],
  }
  const sort: StateQuerySort[] = [{ key: 'a' }, { key: 'b.0', order: 'DESC' }]
  const page: StateQueryPage = { limit: 5, token: undefined }
  const query: StateQuery = { groupId: 't', filter, sort, page }
  const { items, token }: StateQueryResult = await state.query(query)
  const next = await state.query({ filter: { OR: [{ IN: { a: values } }, { LTE: { a: 1 } }] }, page: { token } })
  const all: StateQueryResult = await state.query()
  const entries: StateItem[] = [...items, ...next.items, ...all.items]
  return token ?? entries[0]?.key
}

export async function scanned(): Promise<StateItem[]> {
  const options: ScanOptions = { pageSize: 10, keyPrefix: 'k' }
  const entries: AsyncIterable<StateItem> = state.scan('t', options)
  const items: StateItem[] = []
  for await (const item of entries) items.push(item)
  for await (const { key, value } of state.scan('t')) console.log(key, value)
  return items
}

export function events(): void {
  state.on('connect', () => {})
  state.once('ready', () => {})
  state.on('reconnecting', ({ retries, delay, cause }: ReconnectingInfo) => {
    console.log(retries + delay, cause.code)
  })
  state.on('error', (error) => console.log(error.code, error.reply))
  state.off('end', () => {})
  const names: (keyof RedisStateAdapterEvents)[] = ['connect', 'ready', 'reconnecting', 'error', 'end']
  for (const name of names) state.removeAllListeners(name)
}

export function failures(reason: unknown): string | undefined {
  if (!(reason instanceof RedisStateError)) return undefined
  const code: RedisStateErrorCode = reason.code
  const applied: 'no' | 'unknown' | 'yes' | 'partly' | undefined = reason.applied
  const { name, message, traceId, key, reply, cause }: RedisStateError = reason
  const details: RedisStateErrorDetails = { applied, traceId, key, reply, cause }
  const copy: Error = new RedisStateError(code, message, details)
  return name === 'RedisStateError' && code === 'ERR_CORRUPT_VALUE' ? copy.message : undefined
}

export function isEveryCode(code: RedisStateErrorCode): string {
  switch (code) {
    case 'ERR_INVALID_CONFIG':
    case 'ERR_INVALID_ARGUMENT':
    case 'ERR_CONNECTION':
    case 'ERR_AUTH':
    case 'ERR_COMMAND_TIMEOUT':
    case 'ERR_BACKPRESSURE':
    case 'ERR_CLOSED':
    case 'ERR_CORRUPT_VALUE':
    case 'ERR_WRONG_TYPE':
    case 'ERR_REPLY':
    case 'ERR_UNSUPPORTED':
    case 'ERR_UNSUPPORTED_PLATFORM':
    case 'ERR_CONFLICT':
    case 'ERR_LOCK_TIMEOUT':
    case 'ERR_LOCK_LOST':
    case 'ERR_OUT_OF_RANGE':
    case 'ERR_TOO_LARGE':
    case 'ERR_INVALID_VALUE':
    case 'ERR_PARTIAL':
    case 'ERR_ABORTED':
    case 'ERR_NOT_REPLICATED':
    case 'ERR_INTERNAL':
      return code
    default:
      return code satisfies never
  }
}

export async function signalled(signal: AbortSignal): Promise<void> {
  new RedisStateAdapter('redis://localhost', { keyPrefix: 'app:' })
  new RedisStateAdapter(new URL('redis://localhost'))
  new RedisStateAdapter({ url: new URL('redis://localhost') })
  const options: ReadOptions = { signal }
  await state.getGroup<number>('t', options)
  await state.getByPrefix('t', 'line:', options)
  await state.keys('t', options)
  await state.count('t', undefined, options)
  await state.count(options)
  await state.count()
  await state.traceIds(options)
  await state.items({ groupId: 't' }, options)
  await state.query({}, options)
  await state.clear('t', 'line:', options)
  await state.ping({ timeout: 100, signal } satisfies PingOptions)
  const health: StateHealth = await state.health({ timeout: 100 } satisfies HealthOptions)
  console.log(health.status, health.role)
  for await (const { key } of state.scan('t', { pageSize: 10, signal })) console.log(key)
}
