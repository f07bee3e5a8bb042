import type { ApiRequest, ApiResponse, ApiRouteConfig, ApiRouteHandler } from '@motiadev/core'
import type { Order } from './create-order.step.js'

type Found = ApiResponse<200, { order: Order }>
type Missing = ApiResponse<404, { error: string }>

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'GetOrder',
  description: 'Reads an order, whichever instance has taken it',
  method: 'GET',
  path: '/orders/:traceId',
  emits: [],
  flows: ['orders'],
}

export const handler: ApiRouteHandler<unknown, Found | Missing, never> = async (request: ApiRequest, { state }) => {
  const order = await state.get<Order>(request.pathParams.traceId, 'order')
  if (!order) return { status: 404, body: { error: 'no such order' } }
  return { status: 200, body: { order } }
}
