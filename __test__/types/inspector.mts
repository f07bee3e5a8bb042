// The inspector in an ECMAScript module, as a user with strict types has it.

import { createServer, type IncomingMessage } from 'node:http'
import express from 'express'
import type { RedisStateAdapter, RedisStateError, StateStore, StateStores } from 'redis-state-adapter'
import {
  RedisStateError as InspectorError,
  type InspectorHandler,
  type InspectorOptions,
  inspector,
} from 'redis-state-adapter/inspector'

interface UserRequest extends express.Request {
  user?: { isAdmin: boolean }
}

export function use(state: RedisStateAdapter, store: StateStore, stores: StateStores): typeof RedisStateError {
  const options: InspectorOptions = { authorize: ({ headers }) => headers.host === 'localhost', timeout: '5s' }
  const handlers: InspectorHandler[] = [
    inspector(state, options),
    inspector(store, { authorize: async () => true, writable: true, allowedHosts: ['localhost'], basePath: '/state' }),
    inspector(stores, { authorize: (_: IncomingMessage, response) => response.end() === response, name: 'a' }),
    inspector(state, { authorize: (request: UserRequest) => request.user?.isAdmin === true }),
    inspector(state, {
      authorize: (request: express.Request) => request.ip === '::1',
      writable: ({ ip }) => ip === '::1',
    }),
  ]
  createServer(handlers[0])
  express().use('/state', handlers[1])
  handlers[2].close()
  // @ts-expect-error there is no default
  inspector(state, {})
  // @ts-expect-error there is no default
  inspector(state)
  // @ts-expect-error there is no such option
  inspector(state, { ...options, writeable: true })
  // @ts-expect-error a text is not true
  inspector(state, { authorize: () => 'yes' })
  // @ts-expect-error no store
  inspector({ url: 'memory:' }, options)
  return InspectorError
}
