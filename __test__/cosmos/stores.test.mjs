// @ts-check
// Stores by name on Cosmos DB: component files of Dapr, configurations, and the state API of Dapr's client.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { CosmosClient } from '@azure/cosmos'
import { StateStores } from 'redis-state-adapter'
import { CosmosStateAdapter } from 'redis-state-adapter/cosmos'
import { folderOf } from '../support/stores-folder.mjs'
import { account, skip } from './support/rust-emulator.mjs'

const PAGE = readFileSync(new URL('../fixtures/stores/dapr-cosmos-stores.md', import.meta.url), 'utf8')
const EXAMPLE = fileURLToPath(new URL('../../examples/cosmos/stores.mjs', import.meta.url))
/** The three component files of the page. */
const FILES = [...PAGE.matchAll(/^```yaml\n(.*?)^```/gms)].slice(0, 3).map(([, code]) => code)

describe('stores on Cosmos DB by name', { skip }, () => {
  /** @type {{ url: string, key: string }} */
  let server
  before(async () => {
    server = await account('strong')
  })

  /** @param {string} database @param {string} id @param {string} path */
  async function containerOf(database, id, path) {
    const client = new CosmosClient({ endpoint: server.url, key: server.key })
    const made = await client.databases.createIfNotExists({ id: database })
    const partitionKey = { paths: [path] }
    const { container } = await made.database.containers.createIfNotExists({ id, partitionKey, defaultTtl: -1 })
    return { container, dispose: () => client.dispose() }
  }

  /** @param {import('node:test').TestContext} t @param {any} source @param {any} [options] */
  async function load(t, source, options) {
    const stores = await StateStores.load(source, options)
    t.after(() => stores.close())
    return stores
  }

  /** @param {object} [more] @returns {any} */
  function configuration(more) {
    const { url, key } = server
    const docs = { type: 'cosmos', url, key, database: `stores-${randomUUID()}`, collection: 'docs' }
    return { stores: { docs: { ...docs, createIfMissing: true, ...more } } }
  }

  it('are those of the three component files of the page (conformance 23)', async (t) => {
    const folder = await folderOf(t, Object.fromEntries(FILES.map((code, index) => [`${index}.yaml`, code])))
    const names = ['WORKFLOWS', 'AGENTS', 'CACHE']
    const env = Object.fromEntries(
      names.flatMap((name) => [
        [`COSMOS_${name}_URL`, server.url],
        [`COSMOS_${name}_KEY`, server.key],
      ]),
    )
    const workflows = await containerOf('dapr-workflows', 'workflow-state', '/workflowId')
    const others = [
      await containerOf('dapr-agents', 'agent-registry', '/agentType'),
      await containerOf('dapr-cache', 'session-cache', '/sessionType'),
    ]
    t.after(() => [workflows, ...others].forEach(({ dispose }) => void dispose()))
    const stores = await load(t, folder, { env })
    assert.deepEqual(
      stores.list().flatMap(({ problems }) => problems),
      [],
    )
    assert.deepEqual(
      (await stores.health()).map(({ status }) => status),
      ['ok', 'ok', 'ok'],
    )
    const state = stores.get('statestore-workflows-cosmos')
    assert.ok(state instanceof CosmosStateAdapter)
    await state.set('w1', 'state', { step: 3 })
    const { resource } = await workflows.container.item('statestore-workflows-cosmos||state', 'w1').read()
    assert.deepEqual([resource.workflowId, resource.value], ['w1', { step: 3 }])
    const cache = stores.get('statestore-cache-cosmos')
    await cache.set('user', 'k', 1)
    const ttl = await cache.ttl('user', 'k')
    assert.ok(ttl !== null && ttl > 3500 && ttl <= 3600, String(ttl))
    assert.equal((await stores.counts())['statestore-cache-cosmos'], 1)
  })

  it('are those of the example, which runs', async (t) => {
    const paths = { workflows: '/workflowId', agents: '/agentType', cache: '/sessionType' }
    const names = { workflows: 'workflow-state', agents: 'agent-registry', cache: 'session-cache' }
    /** @type {Record<string, string>} */
    const env = {}
    for (const [role, path] of Object.entries(paths)) {
      const { dispose } = await containerOf(`dapr-${role}`, /** @type {any} */ (names)[role], path)
      t.after(dispose)
      env[`COSMOS_${role.toUpperCase()}_URL`] = server.url
      env[`COSMOS_${role.toUpperCase()}_KEY`] = server.key
    }
    const { stdout } = await promisify(execFile)(process.execPath, [EXAMPLE], { env: { ...process.env, ...env } })
    assert.match(
      stdout,
      /workflow: \{ currentStep: 3, status: 'running' \}\nagents: \[ 'agent-1' \]\ncached for: (59|60) seconds\n/,
    )
  })

  it('are those of a configuration, with a prefix of their name', async (t) => {
    const source = configuration()
    const stores = await load(t, source)
    await stores.get('docs').set('t', 'k', 1)
    const { container, dispose } = await containerOf(source.stores.docs.database, 'docs', '/partitionKey')
    t.after(dispose)
    assert.equal((await container.item('docs||k', 't').read()).resource.value, 1)
  })

  it('have a malformed option reported where it is', async () => {
    await assert.rejects(StateStores.load(configuration({ consistency: 'total' })), {
      code: 'ERR_INVALID_CONFIG',
      message: /stores\.docs\.consistency: expected one of strong, bounded, session, eventual/,
    })
    await assert.rejects(StateStores.load(configuration({ collection: 'a/b' })), {
      code: 'ERR_INVALID_CONFIG',
      message: /stores\.docs\.collection/,
    })
  })

  it('have the state API of the client of Dapr, with its partitions', async (t) => {
    const source = configuration()
    const { dapr } = await load(t, source)
    const { state } = dapr
    assert.deepEqual(await state.save('docs', [{ key: 'own', value: { n: 1 } }]), {})
    assert.deepEqual(
      await state.save('docs', [
        { key: 'a', value: { n: 2 }, metadata: { partitionKey: 'p' } },
        { key: 'b', value: { n: 3 } },
      ]),
      {},
    )
    assert.deepEqual(await state.get('docs', 'own'), { n: 1 })
    assert.deepEqual(await state.get('docs', 'a', { metadata: { partitionKey: 'p' } }), { n: 2 })
    assert.equal(await state.get('docs', 'a'), '')
    const { container, dispose } = await containerOf(source.stores.docs.database, 'docs', '/partitionKey')
    t.after(dispose)
    // As Dapr stores them: without metadata the id is the partition key.
    assert.deepEqual((await container.item('docs||own', 'docs||own').read()).resource.value, { n: 1 })
    assert.deepEqual((await container.item('docs||a', 'p').read()).resource.value, { n: 2 })
    const found = await state.getBulk('docs', ['own', 'b', 'none'])
    assert.deepEqual(
      found.map(({ data }) => data),
      [{ n: 1 }, { n: 3 }, undefined],
    )
    const { error } = await state.save('docs', [{ key: 'own', value: 1, etag: 'wrong' }])
    assert.equal(/** @type {any} */ (error).code, 'ERR_CONFLICT')
    const { results } = await state.query('docs', { filter: { EQ: { n: 2 } } })
    assert.deepEqual(
      results.map(({ key, data }) => [key, data]),
      [['a', { n: 2 }]],
    )
    await state.transaction('docs', [{ operation: 'upsert', request: { key: 'c', value: 1 } }], { partitionKey: 'p' })
    assert.equal(await state.get('docs', 'c', { metadata: { partitionKey: 'p' } }), 1)
    await assert.rejects(
      state.transaction('docs', [
        { operation: 'delete', request: { key: 'c' } },
        { operation: 'delete', request: { key: 'd' } },
      ]),
      { code: 'ERR_INVALID_ARGUMENT', message: /partitionKey/ },
    )
    assert.deepEqual(await state.delete('docs', 'own'), {})
    assert.equal(await state.get('docs', 'own'), '')
  })
})
