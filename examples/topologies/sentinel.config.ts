// A master and its replicas, watched by three sentinels that have a password of their own.
import { config } from '@motiadev/core'
import { RedisStateAdapter } from 'redis-state-adapter'

export default config({
  adapters: {
    state: new RedisStateAdapter({
      sentinel: {
        name: 'main',
        nodes: [
          { host: 'sentinel-1', port: 26379 },
          { host: 'sentinel-2', port: 26379 },
          { host: 'sentinel-3', port: 26379 },
        ],
        password: process.env.SENTINEL_PASSWORD,
      },
      username: 'app',
      password: process.env.REDIS_PASSWORD,
      // A write that one replica has survives most failovers.
      waitReplicas: { count: 1, timeout: 200 },
    }),
  },
})
