// Read by the type checker only, with `exactOptionalPropertyTypes`: options that may be missing, and inputs that are read-only.

import {
  type BulkSetOptions,
  type ClusterOptions,
  type ConnectionOptions,
  type Credentials,
  type DeleteOptions,
  type GroupOptions,
  type IncrementOptions,
  type LockOptions,
  type PingOptions,
  type RateLimitOptions,
  type ReadOptions,
  RedisStateAdapter,
  RedisStateError,
  type RedisStateErrorDetails,
  type ScanOptions,
  type SentinelOptions,
  type SetOptions,
  type SocketOptions,
  type StateFilter,
  type StateItemsInput,
  type StateLock,
  type StateOptions,
  type StateQuery,
  type StateQueryPage,
  type StateQuerySort,
  type TlsOptions,
  type TransactionOperation,
  type UpdateOperation,
  type UpdateOptions,
  type WatchOptions,
  type WriteOptions,
} from 'redis-state-adapter'

/** The optional members of `T` that may not be `undefined`. */
type Refusing<T> = {
  [K in keyof T]-?: Partial<Pick<T, K>> extends Pick<T, K>
    ? { [Name in K]: undefined } extends Pick<T, K>
      ? never
      : K
    : never
}[keyof T]

type Connecting = ConnectionOptions & Credentials & SocketOptions & TlsOptions & SentinelOptions & ClusterOptions
type Calling = ReadOptions & WriteOptions & PingOptions & ScanOptions & WatchOptions & LockOptions & RateLimitOptions
type Writing = SetOptions & DeleteOptions & BulkSetOptions & IncrementOptions & UpdateOptions & GroupOptions<number>
type Selecting = StateFilter & StateItemsInput & StateQuery & StateQuerySort & StateQueryPage
type Every = Connecting | StateOptions | Calling | Writing | Selecting | RedisStateErrorDetails

type RefusingOf<T> = T extends unknown ? Refusing<T> : never

/** Every option of this package may be `undefined`, with one exception. */
export const refusing: Record<RefusingOf<Every>, true> = { ifMatch: true }

export function construct(env: Record<string, string | undefined>, maybe: number | undefined): RedisStateAdapter {
  const { USER: text } = env
  const flag = maybe === undefined ? undefined : maybe > 1
  const tls = { ca: undefined, cert: undefined, key: undefined, servername: text, rejectUnauthorized: flag }
  const waitReplicas = flag ? { count: 1, timeout: 100 } : undefined
  const stateOptions = {
    keyPrefix: text,
    ttl: maybe,
    strictTraceIds: flag,
    strictValues: flag,
    stackTraces: flag,
    cache: { maxEntries: maybe, maxBytes: maybe, maxStaleness: maybe, ttl: maybe, frozen: flag },
    hashTags: flag,
    waitReplicas,
    commandTimeout: maybe,
    maxPendingCommands: maybe,
    maxPendingBytes: maybe,
  }
  const node = { host: 'localhost', port: 6379 } as const
  const nodes = [node] as const
  const nodeAddressMap = flag ? { '10.0.0.1:6379': node } : undefined
  const socket = { ...tls, host: text, port: maybe, path: text, tls: flag, connectTimeout: maybe, keepAlive: flag }
  new RedisStateAdapter({ url: env.REDIS_URL }, stateOptions)
  new RedisStateAdapter({
    sentinel: { name: 'main', nodes, username: text, password: text, tls: flag, nodeAddressMap },
  })
  new RedisStateAdapter({ cluster: { nodes, readFrom: flag ? 'any' : undefined, nodeAddressMap } })
  new RedisStateAdapter({ tls: { ...tls, ca: ['PEM', new Uint8Array()] as const }, credentials: undefined })
  new RedisStateAdapter({ credentials: () => ({ username: text, password: 'secret' }) })
  return new RedisStateAdapter({
    ...stateOptions,
    url: env.REDIS_URL,
    host: text,
    port: maybe,
    username: text,
    password: text,
    database: maybe,
    name: text,
    socket: { ...socket, noDelay: flag, reconnectStrategy: maybe },
    tls: flag ? tls : undefined,
    sentinel: undefined,
    cluster: undefined,
  })
}

export async function call(state: RedisStateAdapter, lock: StateLock, signal: AbortSignal | undefined): Promise<void> {
  const maybe: { number?: number; text?: string; flag?: boolean } = {}
  const { number, text, flag } = maybe
  const write = { signal, waitReplicas: undefined }
  const keys: readonly string[] = ['a', 'b']
  await state.get('t', 'k', { signal })
  await state.set('t', 'k', 1, { ttl: number, ifAbsent: flag, ifMatch: 'etag', ...write })
  await state.delete('t', 'k', { ifMatch: 'etag', ...write })
  await state.getMany<number>('t', keys, { signal })
  await state.getManyWithMetadata<number>('t', keys, { signal })
  await state.deleteMany('t', keys, write)
  await state.deleteMany('t', ['a', { key: 'b', ifMatch: 'etag' }] as const)
  await state.setMany('t', { a: 1 } as const, { ttl: number, ifAbsent: flag, ...write })
  await state.setMany('t', [{ key: 'a', value: 1, ttl: number, ifAbsent: flag, ifMatch: 'etag' }] as const)
  await state.increment('t', 'k', number, { ttl: number, field: ['a', 0] as const, ...write })
  const operations: readonly UpdateOperation[] = [
    { op: 'set', path: undefined, value: 1 },
    { op: 'increment', path: ['a', 'b'] as const, by: number },
    { op: 'remove', path: text },
  ]
  await state.update('t', 'k', operations, { ttl: number, ifMatch: 'etag', ...write })
  const work: readonly TransactionOperation[] = [
    { op: 'set', key: 'a', value: 1, ttl: number, ifAbsent: flag, ifMatch: 'etag' },
    { op: 'delete', key: 'b', ifMatch: 'etag' },
    { op: 'check', key: 'c', ifAbsent: flag, ifMatch: 'etag' },
    { op: 'holds', lock },
  ]
  await state.transaction('t', work, write)
  await state.transaction('t', (tx) => tx.set('a', 1, { ttl: number }).delete('b', { ifMatch: 'etag' }), write)
  await state.lock('t', 'k', { ttl: '1s', timeout: undefined, allowLongTtl: flag, ...write })
  await state.getOrSet('t', 'k', () => 1, { ttl: number, jitter: undefined, lock: flag, failureTtl: number, ...write })
  await state.withLock('t', 'k', { ttl: '1s', timeout: undefined, ...write }, () => undefined)
  await state.rateLimit('t', 'k', {
    limit: 1,
    window: '1s',
    cost: number,
    algorithm: undefined,
    refill: number,
    ...write,
  })
  const filter: readonly StateFilter[] = [{ valueKey: 'n', operation: 'isNull', value: text }]
  await state.items({ groupId: text, filter }, { signal })
  const query: StateQuery = {
    groupId: text,
    filter: { AND: [{ IN: { a: ['x', 1] as const } }] as const },
    sort: [{ key: 'a', order: undefined }] as const,
    page: { limit: number, token: text },
  }
  await state.query(query, { signal })
  await state.query({ filter: undefined, sort: undefined, page: undefined })
  for await (const { key } of state.scan('t', { pageSize: number, keyPrefix: text, signal })) console.log(key)
  state.watch(text, undefined, { values: flag, configure: flag, keepAlive: flag, signal })
  await state.ping({ timeout: number, signal })
  // @ts-expect-error the etag of a missing entry must not make an unconditional write
  await state.set('t', 'k', 1, { ifMatch: text })
  // @ts-expect-error the same for a deletion
  await state.delete('t', 'k', { ifMatch: text })
  throw new RedisStateError('ERR_CLOSED', 'closed', { applied: undefined, traceId: text, key: text, reply: text })
}
