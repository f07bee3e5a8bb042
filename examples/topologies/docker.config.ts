// A cluster in containers, reached from outside: the addresses by which the nodes know each other mean nothing here.
import { config } from '@motiadev/core'
import { RedisStateAdapter } from 'redis-state-adapter'

export default config({
  adapters: {
    state: new RedisStateAdapter({
      cluster: {
        nodes: [{ host: 'localhost', port: 7001 }],
        nodeAddressMap: {
          '172.18.0.2:6379': { host: 'localhost', port: 7001 },
          '172.18.0.3:6379': { host: 'localhost', port: 7002 },
          '172.18.0.4:6379': { host: 'localhost', port: 7003 },
        },
      },
    }),
  },
})
