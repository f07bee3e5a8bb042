// One server, with TLS and a password that changes.
import { config } from '@motiadev/core'
import { RedisStateAdapter } from 'redis-state-adapter'

export default config({
  adapters: {
    state: new RedisStateAdapter({
      url: process.env.REDIS_URL ?? 'rediss://redis.example:6380',
      // Asked at every connect: fetch the token of the hour here.
      credentials: async () => ({ username: 'app', password: process.env.REDIS_PASSWORD ?? '' }),
    }),
  },
})
