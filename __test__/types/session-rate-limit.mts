// The stores of express-session and express-rate-limit in an ECMAScript module, as a user with strict types has them.

import { type Store as LimitStore, rateLimit } from 'express-rate-limit'
import session, { type SessionData, type Store } from 'express-session'
import { createClient } from 'redis'
import type { RedisStateAdapter, RedisStateError } from 'redis-state-adapter'
import DefaultStore, { RedisStore as RateLimitStore } from 'redis-state-adapter/rate-limit'
import { RedisStore, type RedisStoreOptions, RedisStateError as SessionError } from 'redis-state-adapter/session'

declare module 'express-session' {
  interface SessionData {
    name?: string
  }
}

export async function use(state: RedisStateAdapter): Promise<string | undefined> {
  const options: RedisStoreOptions = { client: state, ttl: ({ name }: SessionData) => name?.length ?? 60 }
  const stores: Store[] = [
    new RedisStore(),
    new RedisStore(options),
    new RedisStore({ client: 'memory:', serializer: JSON }),
    new RedisStore({ client: new URL('redis://localhost') }),
    new RedisStore({ client: { cluster: { nodes: [{ host: 'a', port: 1 }] } }, prefix: 'a:', ttl: 60 }),
    new RedisStore({ client: createClient() }),
  ]
  session({ store: stores[0], secret: 'keyboard cat' })
  const store = new RedisStore(options)
  const found: SessionData | null = await store.get('id')
  store.get('id', (error, data) => void [error, data?.name])
  store.length((_error, count) => count?.toFixed())
  const ids: string[] = (await store.all()).map(({ id }) => id)
  const same: typeof RedisStateError = SessionError
  const limits: LimitStore[] = [new RateLimitStore({ client: state, prefix: ids[0] }), new DefaultStore()]
  rateLimit({ store: limits[0] })
  // @ts-expect-error there is no such option
  new RedisStore({ prefx: 'a:' })
  // @ts-expect-error a ttl is no text
  new RedisStore({ ttl: '60' })
  // @ts-expect-error the commands are sent by the store
  new RateLimitStore({ sendCommand: () => undefined })
  return found?.name ?? same.name
}
