import type { EventConfig, EventHandler } from '@motiadev/core'
import { z } from 'zod'
import type { Order, OrderCreated } from './create-order.step.js'

export const config: EventConfig = {
  type: 'event',
  name: 'ProcessOrder',
  description: 'Reads the order of its trace back and marks it as processed',
  subscribes: ['order.created'],
  emits: [],
  input: z.object({ item: z.string() }),
  flows: ['orders'],
}

export const handler: EventHandler<OrderCreated['data'], never> = async ({ item }, { logger, state, traceId }) => {
  const order = await state.get<Order>(traceId, 'order')
  if (!order) throw new Error(`No order of ${item} in trace ${traceId}`)

  const processed: Order = { ...order, status: 'processed', processedAt: new Date().toISOString() }
  await state.set(traceId, 'order', processed)
  logger.info('Order processed', { order: processed })
}
