// Read by the type checker only: conditions, many entries at once, updates, locks and groups.

import {
  type EntryMetadata,
  type RateLimitResult,
  RedisStateAdapter,
  type StateGroup,
  type StateLock,
} from 'redis-state-adapter'
import { z } from 'zod'

interface Order {
  id: string
  paid: boolean
}

const stateStore = new RedisStateAdapter()
export const conditioned: Promise<Order> = stateStore.set(
  't',
  'k',
  { id: '1', paid: true },
  { ttl: 1, ifMatch: 'etag' },
)
export const removedIfMatch: Promise<Order | null> = stateStore.delete<Order>('t', 'k', { ifMatch: 'etag' })
export const metadata: Promise<EntryMetadata<Order> | null> = stateStore.getWithMetadata<Order>('t', 'k')
export const many: Promise<(Order | null)[]> = stateStore.getMany<Order>('t', ['k'], { signal: AbortSignal.timeout(1) })
export const counted: Promise<number> = stateStore.deleteMany('t', ['k', { key: 'l', ifMatch: 'etag' }])
export const summed: Promise<number> = stateStore.increment('t', 'k', 1, { field: ['a', 0], ttl: 60 })
export const changed: Promise<{ oldValue: Order | null; newValue: Order | null }> = stateStore.update<Order>('t', 'k', [
  { op: 'set', path: 'paid', value: true },
  { op: 'merge', value: { id: '2' } },
  { op: 'remove', path: ['id'] },
])
export const transacted: Promise<void> = stateStore.transaction('t', (tx) =>
  tx.set('k', 1).delete('l').check('m', { ifAbsent: true }),
)
export const locked: Promise<StateLock | null> = stateStore.lock('t', 'k', { ttl: '1s', timeout: '100ms' })
export const loaded: Promise<Order> = stateStore.getOrSet(
  't',
  'k',
  async ({ signal }) => ({ id: '1', paid: signal.aborted }),
  { ttl: 60, staleWhileRevalidate: 10, jitter: 0.1, lock: { ttl: '5s' }, failureTtl: 1000 },
)
// @ts-expect-error an entry needs a value
stateStore.getOrSet('t', 'k')
export const worked: Promise<string> = stateStore.withLock('t', 'k', { ttl: '1s' }, (lock, signal) =>
  signal.aborted ? lock.key : Promise.resolve('done'),
)
export const bucketed: Promise<RateLimitResult> = stateStore.rateLimit('t', 'k', {
  limit: 1,
  window: '1s',
  algorithm: 'token-bucket',
  refill: 2,
})
export const limited: Promise<RateLimitResult> = stateStore.rateLimit('t', 'k', { limit: 1, window: '1s' })
export const typed: StateGroup<{ name: string }> = stateStore.group('t', { schema: z.object({ name: z.string() }) })
export const loadedInto: Promise<{ name: string }> = typed.getOrSet('k', () => ({ name: 'Ada' }))
export const named: Promise<{ name: string } | null> = typed.get('k')
const withDefaults = stateStore.group('t', { schema: z.object({ tags: z.array(z.string()).default([]) }) })
export const filled: Promise<{ tags: string[] }> = withDefaults.set('k', {})
// @ts-expect-error a value of another type
typed.set('k', { name: 1 })

// What goes in may leave out what comes out.
const withDefault = z.object({ name: z.string(), tags: z.array(z.string()).default([]) })
const defaulting = stateStore.group('t', { schema: withDefault })
export const defaulted: Promise<{ name: string; tags: string[] }> = defaulting.set('k', { name: 'Ada' })
export const defaultedMany: Promise<void> = defaulting.setMany({ k: { name: 'Ada' } })
// @ts-expect-error a value of another type
defaulting.set('k', { name: 'Ada', tags: [1] })
// @ts-expect-error no such option
stateStore.set('t', 'k', 1, { expiry: 1 })
// @ts-expect-error an operation without its value
stateStore.update('t', 'k', [{ op: 'append', path: 'a' }])
// @ts-expect-error a lock needs its time
stateStore.lock('t', 'k', {})
// @ts-expect-error a duration has a unit
stateStore.lock('t', 'k', { ttl: 10 })
