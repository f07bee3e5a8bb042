import { RedisStateAdapter, RedisStateError } from 'redis-state-adapter'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { pay } from './order.js'

/** @type {RedisStateAdapter} */
let state

// An embedded store for each test: no server, and nothing is left behind.
beforeEach(async () => {
  state = new RedisStateAdapter({ url: 'memory:' })
  await state.set('order-1', 'status', 'open')
})

afterEach(async () => {
  vi.useRealTimers()
  await state.cleanup()
})

test('an order is paid', async () => {
  await pay(state, 'order-1')
  expect(await state.get('order-1', 'status')).toBe('paid')
})

test('an order is paid once, however many try at once', async () => {
  const results = await Promise.allSettled([pay(state, 'order-1'), pay(state, 'order-1')])
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})

test('a failure of the store is passed on', async () => {
  vi.spyOn(state, 'set').mockRejectedValueOnce(
    new RedisStateError('ERR_COMMAND_TIMEOUT', 'timed out', { applied: 'unknown' }),
  )
  await expect(pay(state, 'order-1')).rejects.toMatchObject({ code: 'ERR_COMMAND_TIMEOUT', applied: 'unknown' })
})

test('faked timers do not stop calls', async () => {
  vi.useFakeTimers()
  await pay(state, 'order-1')
})
