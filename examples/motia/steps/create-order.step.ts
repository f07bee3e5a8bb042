import type { ApiResponse, ApiRouteConfig, ApiRouteHandler } from '@motiadev/core'
import { z } from 'zod'

const body = z.object({ item: z.string().min(1), quantity: z.number().int().positive() })

export type Order = z.infer<typeof body> & { status: 'accepted' | 'processed'; processedAt?: string }
export type OrderCreated = { topic: 'order.created'; data: { item: string } }

type Accepted = ApiResponse<202, { traceId: string; order: Order }>
type Refused = ApiResponse<400, { error: string }>

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'CreateOrder',
  description: 'Takes an order and stores it under the trace of the request',
  method: 'POST',
  path: '/orders',
  bodySchema: body,
  emits: ['order.created'],
  flows: ['orders'],
}

export const handler: ApiRouteHandler<unknown, Accepted | Refused, OrderCreated> = async (request, context) => {
  const parsed = body.safeParse(request.body)
  if (!parsed.success) return { status: 400, body: { error: z.prettifyError(parsed.error) } }

  const { emit, logger, state, traceId } = context
  const order = await state.set<Order>(traceId, 'order', { ...parsed.data, status: 'accepted' })
  await emit({ topic: 'order.created', data: { item: order.item } })
  logger.info('Order accepted', { order })
  return { status: 202, body: { traceId, order } }
}
