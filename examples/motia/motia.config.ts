import { config } from '@motiadev/core'
import { RedisStateAdapter } from 'redis-state-adapter'

export default config({
  adapters: { state: new RedisStateAdapter({ url: process.env.REDIS_URL ?? 'memory:' }) },
})
