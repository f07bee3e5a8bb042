// The interface of every store, and the class that implements it.

import { RedisStateAdapter, type StateStats, type StateStore, StateStores, type TypedState } from 'redis-state-adapter'

interface States {
  orders: Record<string, { total: number }>
}

export const adapter: StateStore = new RedisStateAdapter({ url: 'memory:' })

/** A store of another kind can implement it. */
export type Implementation<Store extends StateStore> = Store
export type OfRedis = Implementation<RedisStateAdapter>

export async function onAnyStore(store: StateStore): Promise<void> {
  const connected: StateStore = await store.connect({ timeout: 100 })
  const isReady: boolean = connected.isReady
  const milliseconds: number = await store.ping({ timeout: 100 })
  const stats: StateStats = store.stats()
  const typed: TypedState<States, StateStore> = store.typed<States>()
  const order: { total: number } | null = await typed.get('orders', 'a')
  const sum: number = await store.increment('t', 'k')
  for await (const item of store.scan('t')) console.log(item.key)
  await store.cleanup({ timeout: 0 })
  console.log(isReady, milliseconds, stats.calls, order?.total, sum)
  // @ts-expect-error a trace id that States does not have
  await typed.get('order', 'a')
  // @ts-expect-error events are those of a class
  store.on('error', () => {})
  // @ts-expect-error events are those of a class
  typed.on('error', () => {})
}

export async function byName(): Promise<void> {
  const stores = await StateStores.load({ stores: { a: { url: 'memory:' } } })
  const store: StateStore = stores.get('a')
  if (store instanceof RedisStateAdapter) store.on('error', ({ code }) => console.log(code))
  // @ts-expect-error the class of a store is not known before
  const narrowed: RedisStateAdapter = stores.get('a')
  console.log(narrowed)
}

export const typedAdapter: TypedState<States> = new RedisStateAdapter().typed<States>()
typedAdapter.on('error', () => {})
export const asStore: TypedState<States, StateStore> = typedAdapter
