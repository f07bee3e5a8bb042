// A cluster: any of its nodes is enough to find the others.
import { config } from '@motiadev/core'
import { RedisStateAdapter } from 'redis-state-adapter'

export default config({
  adapters: {
    state: new RedisStateAdapter({
      cluster: {
        nodes: [
          { host: 'node-1', port: 6379 },
          { host: 'node-2', port: 6379 },
        ],
      },
      password: process.env.REDIS_PASSWORD,
      tls: true,
      // Keeps a trace in one slot. All instances must agree on it: it is another layout of keys.
      hashTags: true,
    }),
  },
})
