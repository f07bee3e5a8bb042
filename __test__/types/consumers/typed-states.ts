// Read by the type checker only: an adapter whose trace ids, keys and values have types.

import {
  type EntryMetadata,
  type GroupEntry,
  RedisStateAdapter,
  type RedisStateError,
  type StandardSchema,
  type StateItem,
  type StateLock,
  type StateWatch,
  type TypedState,
} from 'redis-state-adapter'

interface Order {
  id: string
  total: number
}

interface Profile {
  name: string
}

interface States {
  orders: Record<string, Order>
  settings: { theme: 'dark' | 'light'; limits?: number[] }
  [user: `user:${string}`]: { profile: Profile; visits: number }
}

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only if `A` is exactly `B`. */
function same<A, B>(_equal: Equal<A, B>): void {}

const adapter = new RedisStateAdapter({ url: 'memory:' })
const state: TypedState<States> = adapter.typed<States>()

export async function entries(userId: string): Promise<void> {
  const order = await state.get('orders', 'order-1')
  same<typeof order, Order | null>(true)
  const theme = await state.get('settings', 'theme')
  same<typeof theme, 'dark' | 'light' | null>(true)
  const limits = await state.get('settings', 'limits')
  same<typeof limits, number[] | null>(true)
  const profile = await state.get(`user:${userId}`, 'profile')
  same<typeof profile, Profile | null>(true)
  const written = await state.set('orders', 'order-1', { id: '1', total: 2 }, { ttl: 60 })
  same<typeof written, Order>(true)
  const removed = await state.delete('user:7', 'visits')
  same<typeof removed, number | null>(true)
  const found = await state.getWithMetadata('user:7', 'visits')
  same<typeof found, EntryMetadata<number> | null>(true)
  if (found) await state.set('user:7', 'visits', found.value + 1, { ifMatch: found.etag })
  await state.has('settings', 'theme')
  await state.ttl('settings', 'theme')
  await state.touch('settings', 'theme', 60)
  await state.persist('settings', 'theme')
  await state.increment('user:7', 'visits')
  const { oldValue } = await state.update('orders', 'order-1', [{ op: 'increment', path: 'total' }])
  same<typeof oldValue, Order | null>(true)
}

export async function bulk(): Promise<void> {
  const orders = await state.getMany('orders', ['a', 'b'])
  same<typeof orders, (Order | null)[]>(true)
  const settings = await state.getMany('settings', ['theme', 'limits'] as const)
  same<typeof settings, ('dark' | 'light' | number[] | null)[]>(true)
  const found = await state.getManyWithMetadata('orders', ['a'])
  same<typeof found, (EntryMetadata<Order> | null)[]>(true)
  await state.setMany('orders', { a: { id: 'a', total: 1 } })
  await state.setMany('settings', { theme: 'dark' })
  await state.setMany('settings', [
    { key: 'theme', value: 'dark' },
    { key: 'limits', value: [1], ifAbsent: true },
  ])
  await state.deleteMany('settings', ['theme', { key: 'limits', ifMatch: 'etag' }])
}

export async function listings(): Promise<void> {
  const orders = await state.getGroup('orders')
  same<typeof orders, Order[]>(true)
  const keys = await state.keys('settings')
  same<typeof keys, ('theme' | 'limits')[]>(true)
  const traceIds = await state.traceIds()
  same<typeof traceIds, ('orders' | 'settings' | `user:${string}`)[]>(true)
  const [prefixed] = await state.getByPrefix('orders', 'a')
  same<typeof prefixed, StateItem<Order, 'orders', string> | undefined>(true)
  const { items } = await state.query({ groupId: 'orders', filter: { GT: { total: 1 } } })
  same<typeof items, StateItem<Order, 'orders', string>[]>(true)
  for await (const { value } of state.scan('orders')) same<typeof value, Order>(true)
  for (const item of await state.items({ groupId: 'settings' })) {
    if (item.key === 'theme') same<typeof item.value, 'dark' | 'light'>(true)
    else same<typeof item.value, number[]>(true)
  }
  for (const item of await state.items()) {
    if (item.groupId === 'orders') same<typeof item.value, Order>(true)
  }
  await state.count('orders', 'a')
  await state.clear('user:7')
}

export async function transactions(lock: StateLock): Promise<void> {
  await state.transaction('settings', (tx) => tx.holds(lock).set('theme', 'dark').delete('limits').check('theme', {}))
  await state.transaction('settings', [
    { op: 'set', key: 'limits', value: [1] },
    { op: 'check', key: 'theme', ifAbsent: true },
  ])
  // @ts-expect-error a value of another key
  await state.transaction('settings', (tx) => tx.set('theme', [1]))
  // @ts-expect-error a value of another key
  await state.transaction('settings', [{ op: 'set', key: 'theme', value: [1] }])
}

export async function changes(): Promise<void> {
  for await (const change of state.watch('orders', 'order-1', { values: true })) {
    if (change.type !== 'gap') same<typeof change.value, Order | null | undefined>(true)
  }
  for await (const change of state.watch('settings')) {
    if (change.type !== 'gap' && change.key === 'limits') same<typeof change.value, number[] | null | undefined>(true)
  }
  for await (const change of state.watch()) {
    if (change.type !== 'gap' && change.traceId === 'orders') same<typeof change.value, Order | null | undefined>(true)
  }
}

/** A schema of any library. */
declare const schema: StandardSchema<{ total: string }, Order>

export async function groups(): Promise<void> {
  const orders = state.group('orders', { schema })
  const order = await orders.set('order-1', { total: '1' })
  same<typeof order, Order>(true)
  const found = await orders.getWithMetadata('order-1')
  same<typeof found, EntryMetadata<Order> | null>(true)
  await orders.setMany([{ key: 'order-1', value: { total: '1' }, ifAbsent: true }])
  await orders.transaction((tx) => tx.set('order-1', { total: '1' }).delete('order-2'))
  await orders.transaction([{ op: 'set', key: 'order-1', value: { total: '1' } }])
  const { items, token } = await orders.query({ filter: { GT: { total: 1 } }, page: { limit: 1 } })
  same<typeof items, GroupEntry<Order>[]>(true)
  same<typeof token, string | undefined>(true)
  for await (const { value } of orders.scan({ keyPrefix: 'order-' })) same<typeof value, Order>(true)
  const values = await orders.values()
  same<typeof values, Order[]>(true)
  const watch: StateWatch<Order> = orders.watch('order-1')
  await watch.return()
  // @ts-expect-error what the schema does not accept
  await orders.transaction((tx) => tx.set('order-1', { total: 1 }))
  // @ts-expect-error the values of this trace id have another type
  state.group('settings', { schema })
  // @ts-expect-error a query of a group is of its trace id
  await orders.query({ groupId: 'settings' })
}

export async function mistakes(text: string): Promise<void> {
  // @ts-expect-error a misspelt trace id
  await state.get('ordres', 'order-1')
  // @ts-expect-error a misspelt key
  await state.get('settings', 'thema')
  // @ts-expect-error a value of another type
  await state.set('settings', 'theme', 'blue')
  // @ts-expect-error a trace id that may be any text
  await state.get(text, 'theme')
  // @ts-expect-error a value of another type
  await state.setMany('orders', { a: { id: 'a' } })
  // @ts-expect-error a value of another key
  await state.setMany('settings', [{ key: 'theme', value: [1] }])
  // @ts-expect-error a misspelt trace id
  await state.items({ groupId: 'ordres' })
  // @ts-expect-error a misspelt key
  await state.deleteMany('settings', ['thema'])
  // @ts-expect-error states are objects of values by key
  adapter.typed<string>()
}

/** Where an untyped adapter is expected, and the other way round. */
export const converted = [state as RedisStateAdapter, adapter as TypedState<States>]

export async function others(): Promise<void> {
  state.on('error', (error: RedisStateError) => console.log(error.code))
  await state.lock('any', 'name', { ttl: '1s' })
  const theme = await state.getOrSet('settings', 'theme', () => 'dark' as const, { ttl: 60 })
  same<typeof theme, 'dark' | 'light'>(true)
  // @ts-expect-error a value of another type
  await state.getOrSet('settings', 'theme', () => 1)
  await state.withLock('any', 'name', { ttl: '1s' }, (lock) => lock.extend())
  await state.rateLimit('any', 'name', { limit: 1, window: '1s' })
  await state.ping()
  await state.cleanup()
}

/** The type of the value is an argument, or follows from its use. */
export async function untyped(plain: RedisStateAdapter): Promise<Order | null> {
  const order = await plain.get<Order>('t', 'k')
  same<typeof order, Order | null>(true)
  const unknown = await plain.get('t', 'k')
  same<typeof unknown, unknown>(true)
  const items = await plain.items<Order>({ groupId: 't' })
  same<typeof items, StateItem<Order>[]>(true)
  const [prefixed] = await plain.getByPrefix<Order>('t', 'k')
  same<typeof prefixed, StateItem<Order> | undefined>(true)
  const found = await plain.query<Order>({ groupId: 't' })
  same<typeof found.items, StateItem<Order>[]>(true)
  for await (const { value } of plain.scan<Order>('t')) same<typeof value, Order>(true)
  const [many] = await plain.getMany<Order>('t', ['k'])
  same<typeof many, Order | null | undefined>(true)
  const watch: StateWatch<Order> = plain.watch<Order>('t', 'k')
  for await (const change of watch)
    if (change.type === 'created') same<typeof change.value, Order | null | undefined>(true)
  await plain.setMany<Order>('t', { k: { id: 'a', total: 1 } })
  await plain.update<Order>('t', 'k', [])
  plain.on('error', (error: RedisStateError) => console.log(error.code))
  return plain.get('t', 'k')
}

/** A subclass overrides methods with the types of an untyped adapter. */
export class Counting extends RedisStateAdapter {
  gets = 0

  override get<T>(traceId: string, key: string): Promise<T | null> {
    this.gets++
    return super.get<T>(traceId, key)
  }
}

/** Static methods make adapters of the class that they are called on. */
export async function statics(env: Record<string, string | undefined>) {
  const counting: Counting = await Counting.connect({ url: 'memory:' }, { timeout: 1000 })
  const fromEnv: Counting = Counting.fromEnv(env)
  const { connect, fromEnv: detached } = RedisStateAdapter
  const plain: RedisStateAdapter[] = [
    await connect('memory:'),
    detached(env),
    await RedisStateAdapter.connect(),
    RedisStateAdapter.fromEnv(),
  ]
  return [counting, fromEnv, ...plain]
}
