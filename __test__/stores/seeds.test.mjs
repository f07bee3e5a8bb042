// @ts-check
// The YAML and TypeScript of two pages on state stores, as printed there.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { StateStores } from 'redis-state-adapter'
import ts from 'typescript'
import { errorOf } from '../support/error-of.mjs'
import { startRedis } from '../support/redis.mjs'
import { folderOf, loadedStores } from '../support/stores-folder.mjs'
import { collectWarnings } from '../support/warnings.mjs'

/** @import { TestContext } from 'node:test' */

const REDIS = blocksOf('dapr-redis-stores.md')
const COSMOS = blocksOf('dapr-cosmos-stores.md')
const IN_MEMORY = `apiVersion: dapr.io/v1alpha1
kind: Component
metadata:
  name: statestore
spec:
  type: state.in-memory
  version: v1
`

/** @type {import('../support/redis.mjs').RedisServer} */
let server

before(async () => {
  server = await startRedis()
})
after(() => server.stop())

/** The blocks of code of a page, by language. @param {string} page */
function blocksOf(page) {
  const text = readFileSync(new URL(`../fixtures/stores/${page}`, import.meta.url), 'utf8')
  const blocks = [...text.matchAll(/```(yaml|typescript)\n(.*?)```/gs)]
  const of = (/** @type {string} */ wanted) =>
    blocks.filter(([, language]) => language === wanted).map(([, , code]) => code)
  return { yaml: of('yaml'), typescript: of('typescript') }
}

/** @param {string[]} blocks @param {string} part */
function having(blocks, part) {
  const block = blocks.find((code) => code.includes(part))
  assert.ok(block !== undefined, part)
  return block
}

/** The three stores of the page and the one in memory, with the address of a real server. @param {TestContext} t */
async function redisStores(t) {
  collectWarnings(t)
  const files = REDIS.yaml
    .slice(0, 3)
    .map((code, index) => [`${index}.yaml`, code.replaceAll('localhost:6379', new URL(server.url).host)])
  const folder = await folderOf(t, { ...Object.fromEntries(files), 'statestore.yaml': IN_MEMORY })
  const stores = await loadedStores(t, folder)
  const client = await server.client()
  await client.flushAll()
  return { stores, client }
}

/**
 * Runs TypeScript as printed, and returns the names that it declares.
 *
 * @param {string} code
 * @param {Record<string, unknown>} scope what it uses
 * @param {string[]} [names]
 */
async function run(code, scope, names = []) {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  })
  const AsyncFunction = /** @type {any} */ (async () => {}).constructor
  const body = new AsyncFunction('exports', ...Object.keys(scope), `${outputText}\nreturn { ${names.join(', ')} }`)
  return body({}, ...Object.values(scope))
}

/** @param {StateStores} stores */
function daprScope(stores) {
  class DaprClient {
    state = stores.dapr.state
  }
  return { DaprClient, daprClient: new DaprClient() }
}

describe('the page on Redis stores', () => {
  it('has three component files that load as they stand (conformance 21, 23)', async (t) => {
    const folder = await folderOf(
      t,
      Object.fromEntries(REDIS.yaml.slice(0, 3).map((code, index) => [`${index}.yaml`, code])),
    )
    const stores = await loadedStores(t, folder)
    assert.deepEqual(
      stores.list().map(({ name, type, version, problems, ignored }) => ({ name, type, version, problems, ignored })),
      ['workflows', 'agents', 'cache'].map((name) => ({
        ...{ name: `statestore-${name}`, type: 'state.redis', version: 'v1' },
        ...{ problems: [], ignored: ['actorStateStore'] },
      })),
    )
  })

  it('selects stores at runtime by name, each in its own database, the cache with its ttl (conformance 21)', async (t) => {
    const { stores, client } = await redisStores(t)
    const states = { workflowState: { step: 1 }, agentConfig: { model: 'x' }, sessionData: { user: 7 } }
    const code = having(REDIS.typescript, '"workflow_instance_123"').replace('const daprClient = new DaprClient();', '')
    await run(code, { ...daprScope(stores), ...states })
    const keys = []
    for (const database of [0, 1, 2]) {
      await client.select(database)
      keys.push(await client.keys('*'))
    }
    assert.deepEqual(keys, [
      ['workflows:workflow_instance_123'],
      ['agents:agent_gpt4_config'],
      ['cache:user_session_456'],
    ])
    assert.equal(await client.get('cache:user_session_456'), '{"user":7}')
    assert.ok((await client.ttl('cache:user_session_456')) > 3590)
    const counts = await stores.counts()
    assert.deepEqual(counts, {
      'statestore-workflows': 1,
      'statestore-agents': 1,
      'statestore-cache': 1,
      statestore: 0,
    })
  })

  it('keeps keys such as agents:gpt4:memory:history as entries of the store (conformance 21)', async (t) => {
    const { stores } = await redisStores(t)
    await stores.dapr.state.save('statestore-agents', [{ key: 'gpt4:memory:history', value: ['hi'] }])
    assert.deepEqual(await stores.get('statestore-agents').get('gpt4', 'memory:history'), ['hi'])
  })

  for (const [environment, isMemory] of /** @type {const} */ ([
    ['production', false],
    ['development', true],
  ])) {
    it(`selects by environment, as its utility does: ${environment} (conformance 22)`, async (t) => {
      const { stores, client } = await redisStores(t)
      const process = { env: { NODE_ENV: environment } }
      const code = `${having(REDIS.typescript, 'getStateStoreConfig(): StateStoreConfig')}\n${having(REDIS.typescript, 'class WorkflowStateManager')}`
      const classes = await run(code, { ...daprScope(stores), process }, [
        'WorkflowStateManager',
        'AgentRegistry',
        'CacheManager',
      ])
      await new classes.WorkflowStateManager().saveWorkflowState('1', { step: 1 })
      await new classes.AgentRegistry().registerAgent('gpt4', { model: 'x' })
      await new classes.CacheManager().cacheResponse('q', 'answer')
      const sizes = []
      for (const database of [0, 1, 2]) {
        await client.select(database)
        sizes.push(await client.dbSize())
      }
      assert.deepEqual(sizes, isMemory ? [0, 0, 0] : [1, 1, 1])
      assert.equal(await stores.get('statestore').count(), isMemory ? 3 : 0)
    })
  }

  it('writes two stores in one document, which is no YAML; apart they load (conformance 23)', async (t) => {
    const printed = having(REDIS.yaml, 'REDIS_WORKFLOWS_PASSWORD')
    const folder = await folderOf(t, { 'both.yaml': printed })
    assert.match(
      (await errorOf(() => StateStores.load(folder))).message,
      /a key is there twice \(separate documents by/,
    )
    const apart = await folderOf(t, { 'both.yaml': printed.replace('\n\n', '\n---\n') })
    const stores = await loadedStores(t, apart, { env: { REDIS_WORKFLOWS_PASSWORD: 'word' } })
    assert.deepEqual(
      stores.list().map(({ name, problems }) => [name, problems]),
      [
        ['statestore-workflows-prod', []],
        ['statestore-agents-prod', ['redisPassword: the environment variable REDIS_AGENTS_PASSWORD is not set']],
      ],
    )
  })

  it('has its own spellings for clusters, sentinels, retries and timeouts (conformance 23)', async (t) => {
    const [cluster, sentinel] = ['redisType\n    value: "cluster"', 'redisType\n    value: "sentinel"'].map((part) =>
      having(REDIS.yaml, part),
    )
    const tuning = having(REDIS.yaml, 'retryDelayInMilliseconds').replace('metadata:\n', '')
    const first = `${REDIS.yaml[0].trimEnd()}\n${tuning.replace(/^/gm, '  ').trimEnd()}\n`
    const folder = await folderOf(t, { 'a.yaml': cluster, 'b.yaml': sentinel, 'c.yaml': first })
    const stores = await loadedStores(t, folder, { env: { REDIS_CLUSTER_PASSWORD: 'word' } })
    assert.deepEqual(
      stores.list().map(({ type, problems, ignored }) => [type, problems, ignored]),
      [
        ['state.redis', [], []],
        ['state.redis', [], []],
        ['state.redis', [], ['actorStateStore', 'maxRetries', 'retryDelayInMilliseconds']],
      ],
    )
  })
})

describe('the page on Cosmos DB stores', () => {
  const env = Object.fromEntries(
    ['WORKFLOWS', 'AGENTS', 'CACHE'].flatMap((name) => [
      [`COSMOS_${name}_URL`, 'https://example.documents.azure.com:443/'],
      [`COSMOS_${name}_KEY`, 'hunter2'],
    ]),
  )

  it('has three component files that are read (conformance 23)', async (t) => {
    const folder = await folderOf(
      t,
      Object.fromEntries(COSMOS.yaml.slice(0, 3).map((code, index) => [`${index}.yaml`, code])),
    )
    for (const [variables, missing] of /** @type {const} */ ([
      [env, 0],
      [{}, 2],
    ])) {
      const stores = await loadedStores(t, folder, { env: variables })
      assert.deepEqual(
        stores.list().map(({ type, problems, ignored }) => [type, problems.length, ignored]),
        Array(3).fill(['state.azure.cosmosdb', missing, ['actorStateStore']]),
      )
    }
  })

  it('has further options, which are known (conformance 23)', async (t) => {
    const fragments = COSMOS.yaml.slice(3).filter((code) => code.includes('- name:'))
    assert.ok(fragments.length >= 5)
    for (const fragment of fragments) {
      // One of them has two lists.
      for (const part of fragment.split('\n\n')) {
        const lines = part
          .split('\n')
          .filter((line) => /^ *(- name|value):/.test(line))
          .filter((line, index, all) => !/url|masterKey|defaultTtl/.test(`${all[index - 1]}${line}`))
        const folder = await folderOf(t, {
          'a.yaml': `${COSMOS.yaml[2].trimEnd()}\n${lines.map((line) => `  ${line}`).join('\n')}\n`,
        })
        const stores = await loadedStores(t, folder, { env })
        assert.equal(stores.list().length, 1)
      }
    }
  })

  it('has classes that run on the stores of development (conformance 21)', async (t) => {
    const { stores, client } = await redisStores(t)
    const names = ['CosmosWorkflowStateManager', 'CosmosAgentRegistry', 'CosmosCacheManager']
    const code = ['getCosmosStateStoreConfig(): Cosmos', ...names.map((name) => `class ${name}`)]
      .map((part) => having(COSMOS.typescript, part))
      .join('\n')
    const classes = await run(code, { ...daprScope(stores), process: { env: {} } }, names)
    const workflows = new classes.CosmosWorkflowStateManager()
    await workflows.saveWorkflowState('w1', { step: 1 })
    await workflows.saveMultipleWorkflowStates([
      { id: 'w2', state: { step: 2 } },
      { id: 'w3', state: { step: 3 } },
    ])
    assert.deepEqual(
      [(await workflows.getWorkflowState('w1')).step, (await workflows.getWorkflowState('w3')).step],
      [1, 3],
    )
    assert.equal(await workflows.getWorkflowState('none'), '')

    const agents = new classes.CosmosAgentRegistry()
    for (const [type, id] of [
      ['gpt4', 'a'],
      ['gpt4', 'b'],
      ['claude', 'c'],
    ])
      await agents.registerAgent(type, id, { id })
    const found = await agents.getAgentsByType('gpt4')
    assert.deepEqual(found.map((/** @type {any} */ { data }) => data.agentId).sort(), ['a', 'b'])

    const cache = new classes.CosmosCacheManager()
    await cache.cacheData('user', '1', { name: 'Ada' }, 100)
    assert.deepEqual(await cache.getCachedData('user', '1'), { name: 'Ada' })
    assert.equal(await cache.getCachedData('user', '2'), null)
    await client.select(2)
    const ttl = await client.ttl('cache:cache_user_1')
    assert.ok(ttl > 90 && ttl <= 100)
  })
})
