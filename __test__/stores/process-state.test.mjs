// @ts-check
// The state of processes: in Redis for 24 hours, in memory during development.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { started } from '../support/redis.mjs'
import { loadedStores } from '../support/stores-folder.mjs'
import { collectWarnings } from '../support/warnings.mjs'

const DAY = 86_400

describe('process state', () => {
  for (const environment of ['production', 'development']) {
    it(`is kept for 24 hours, renewed by each write: ${environment} (conformance 25)`, async (t) => {
      collectWarnings(t)
      const server = await started(t)
      const options = { keyPrefix: 'process:', ttl: DAY }
      const stores = await loadedStores(
        t,
        { stores: { redis: { url: server.url, ...options }, memory: { url: 'memory:', ...options } } },
        { environment, environments: { production: { processes: 'redis' }, development: { processes: 'memory' } } },
      )
      const processes = stores.get('processes')
      await processes.set('deploy-7', 'state', { step: 3 })
      assert.deepEqual(await processes.get('deploy-7', 'state'), { step: 3 })
      assert.equal(await processes.get('deploy-8', 'state'), null)
      await processes.touch('deploy-7', 'state', 60)
      await processes.set('deploy-7', 'state', { step: 4 })
      const ttl = (await processes.ttl('deploy-7', 'state')) ?? 0
      assert.ok(ttl > DAY - 60 && ttl <= DAY, String(ttl))
      const client = await server.client()
      const keys = environment === 'production' ? ['process:deploy-7:state'] : []
      assert.deepEqual(await client.keys('*'), keys)
    })
  }
})
