// Read by the type checker only: behind each @ts-expect-error, what must not compile.

import { type NodeAddress, RedisStateAdapter, type RedisStateError } from 'redis-state-adapter'

interface Order {
  paid: boolean
}

declare const state: RedisStateAdapter
declare const node: NodeAddress

export async function mistakes(error: RedisStateError): Promise<void> {
  // @ts-expect-error a port is a number
  new RedisStateAdapter({ port: '6379' })
  // @ts-expect-error an unknown option
  new RedisStateAdapter({ prot: 6379 })
  // @ts-expect-error connection options have no place in the second argument
  new RedisStateAdapter({}, { host: 'localhost' })
  // @ts-expect-error null is no value of an option
  new RedisStateAdapter({ url: null })
  // @ts-expect-error a strategy answers at once
  new RedisStateAdapter({ socket: { reconnectStrategy: async () => 1 } })
  // @ts-expect-error a sentinel needs the name of its master
  new RedisStateAdapter({ sentinel: { nodes: [node] } })
  // @ts-expect-error an id is a string
  await state.get(1, 'k')
  // @ts-expect-error a key is needed
  await state.delete('t')
  // @ts-expect-error a value is needed
  await state.set('t', 'k')
  // @ts-expect-error the value may be missing
  const value: Order = await state.get<Order>('t', 'k')
  // @ts-expect-error no such operation
  await state.items({ filter: [{ valueKey: 'n', operation: 'like', value: 'x' }] })
  // @ts-expect-error a condition has an operation
  await state.items({ filter: [{ valueKey: 'n' }] })
  // @ts-expect-error a prefix is needed
  await state.getByPrefix('t')
  // @ts-expect-error no such operator
  await state.query({ filter: { LIKE: { a: 'x' } } })
  // @ts-expect-error arrays are compared with nothing
  await state.query({ filter: { EQ: { a: [1] } } })
  // @ts-expect-error a boolean is neither greater nor less
  await state.query({ filter: { GT: { a: true } } })
  // @ts-expect-error no such order
  await state.query({ sort: [{ key: 'a', order: 'desc' }] })
  // @ts-expect-error no such event
  state.on('disconnect', () => {})
  // @ts-expect-error the code cannot be changed
  error.code = 'ERR_CLOSED'
  // @ts-expect-error no such code
  console.log(value, error.code === 'ERR_OTHER')
}
