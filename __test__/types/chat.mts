// Uses of `redis-state-adapter/chat`, with the types of Chat SDK. `npm run lint` compiles them.

import type { CreateRedisStateOptions as TheirOptions } from '@chat-adapter/state-redis'
import { Chat, ConsoleLogger, type StateAdapter } from 'chat'
import { RedisStateAdapter as State } from 'redis-state-adapter'
import {
  type CreateRedisStateOptions,
  createRedisState,
  RedisStateAdapter,
  type RedisStateAdapterClientOptions,
  type RedisStateAdapterUrlOptions,
} from 'redis-state-adapter/chat'

const url: RedisStateAdapterUrlOptions = { url: 'memory:', keyPrefix: 'bot', logger: new ConsoleLogger('info') }
const client: RedisStateAdapterClientOptions = { client: new State() }
const sentinel: CreateRedisStateOptions = {
  sentinel: { name: 'm', nodes: [{ host: 'a', port: 1 }] },
  commandTimeout: 1,
}
export const states: StateAdapter[] = [createRedisState(), createRedisState(url), createRedisState(client)]
export const chat = new Chat({ userName: 'bot', adapters: {}, state: new RedisStateAdapter(sentinel) })
export const value: Promise<{ n: number } | null> = createRedisState().get<{ n: number }>('k')

/** The options of the package that is replaced are possible. */
export const same = (options: TheirOptions) => createRedisState(options)
