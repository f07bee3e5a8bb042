// Three stores on Azure Cosmos DB, from component files of Dapr: workflows, agents, and a cache whose entries expire.
//
//   npm install redis-state-adapter @azure/cosmos yaml
//   COSMOS_WORKFLOWS_URL=… COSMOS_WORKFLOWS_KEY=… (and _AGENTS_, _CACHE_) node stores.mjs
//
// The containers have the partition keys /workflowId, /agentType and /sessionType; that of the cache has a default time to live.

import { fileURLToPath } from 'node:url'
import { StateStores } from 'redis-state-adapter'

const stores = await StateStores.load(fileURLToPath(new URL('components', import.meta.url)), {
  environments: {
    default: {
      workflows: 'statestore-workflows-cosmos',
      agents: 'statestore-agents-cosmos',
      cache: 'statestore-cache-cosmos',
    },
  },
})

// The trace id is the partition key, so all entries of a workflow are in one partition: one batch can write several of them.
const workflows = stores.get('workflows')
await workflows.transaction('workflow-123', (tx) =>
  tx.set('state', { currentStep: 3, status: 'running' }).set('result:2', { ok: true }),
)
console.log('workflow:', await workflows.get('workflow-123', 'state'))

// Of several processes that claim the same step, one succeeds.
const step = await workflows.getWithMetadata('workflow-123', 'state')
await workflows.set('workflow-123', 'state', { currentStep: 4, status: 'running' }, { ifMatch: step?.etag ?? '' })

const agents = stores.get('agents')
await agents.set('gpt4', 'agent-1', { model: 'gpt-4', temperature: 0.7 })
await agents.set('gpt4', 'agent-2', { model: 'gpt-4', temperature: 0 })
const { items } = await agents.query({ groupId: 'gpt4', filter: { GT: { temperature: 0.5 } } })
console.log(
  'agents:',
  items.map(({ key }) => key),
)

const cache = stores.get('cache')
await cache.set('user', 'session-456', { name: 'Ada' }, { ttl: 60 })
console.log('cached for:', await cache.ttl('user', 'session-456'), 'seconds')

await stores.close()
