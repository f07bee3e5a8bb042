// @ts-check
// Generated calls, beside the saver and the store in memory that LangGraph has. Where those are not sound, they are not asked.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { InMemoryStore, MemorySaver } from '@langchain/langgraph-checkpoint'
import fc from 'fast-check'
import { checkpointOf, configOf, listed, metadataOf } from './checkpoints.mjs'

/** @import { BaseCheckpointSaver, BaseStore, CheckpointTuple } from '@langchain/langgraph-checkpoint' */
/** @import { Place } from './stores.mjs' */

const RUNS = 40

const thread = fc.constantFrom('t', 't:1')
const namespace = fc.constantFrom('b', 'b:c')
const id = fc.constantFrom('1', '2', '3')
const channel = fc.constantFrom('a', 'b', '__error__', '__interrupt__', '__resume__')
const json = fc.jsonValue({ maxDepth: 2 }).map(plain)

/** @type {fc.Arbitrary<(saver: BaseCheckpointSaver) => Promise<unknown>>} */
const saverCall = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(thread, namespace, id, fc.option(id), fc.nat(2), fc.dictionary(channel, json)).map(putting),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        thread,
        namespace,
        id,
        fc.array(fc.tuple(channel, json)),
        fc.constantFrom('x', 'y'),
        fc.constantFrom('', '~1', '~2'),
      )
      .map(writing),
  },
  { weight: 2, arbitrary: fc.tuple(thread, namespace, fc.option(id, { nil: undefined })).map(reading) },
  {
    weight: 2,
    arbitrary: fc
      .record({
        thread,
        namespace: fc.option(namespace, { nil: undefined }),
        before: fc.option(id, { nil: undefined }),
        step: fc.option(fc.nat(2), { nil: undefined }),
      })
      .map(listing),
  },
  {
    weight: 1,
    arbitrary: thread.map((one) => async (/** @type {BaseCheckpointSaver} */ saver) => saver.deleteThread(one)),
  },
)

/** @param {Place} place */
export function savers({ saver: open }) {
  it('answers as the saver in memory does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(saverCall, { minLength: 5, maxLength: 40 }), async (calls) => {
        const [saver, model] = [open(), new MemorySaver()]
        for (const call of calls) assert.deepEqual(await call(saver), await call(model))
        for (const call of lastCalls()) assert.deepEqual(await call(saver), await call(model))
      }),
      { numRuns: RUNS },
    )
  })
}

/** What is asked of both at the end of a run. */
function lastCalls() {
  return ['t', 't:1'].flatMap((of) => [
    listing({ thread: of }),
    ...['b', 'b:c'].flatMap((inside) => ['1', '2', '3', undefined].map((own) => history(of, inside, own, ['a', 'b']))),
  ])
}

/** @param {string} of @param {string} inside @param {string | undefined} own @param {string[]} channels */
function history(of, inside, own, channels) {
  return (/** @type {BaseCheckpointSaver} */ saver) =>
    saver.getDeltaChannelHistory({ config: configOf(of, inside, own), channels })
}

/** @param {[string, string, string, string | null, number, Record<string, unknown>]} args */
function putting([of, inside, own, parent, step, values]) {
  return (/** @type {BaseCheckpointSaver} */ saver) => {
    // A version of its own for each value: other savers keep the values with the checkpoint.
    const versions = Object.fromEntries(Object.keys(values).map((name) => [name, versionOf(own, values[name])]))
    // A parent is older, so that its chain ends.
    const config = configOf(of, inside, parent !== null && parent < own ? parent : undefined)
    return saver.put(config, checkpointOf(values, versions, own), metadataOf(step), versions)
  }
}

/** @param {string} checkpoint @param {unknown} value */
function versionOf(checkpoint, value) {
  return /** @type {any} */ (`${checkpoint} ${JSON.stringify(value)}`)
}

/** @param {[string, string, string, [string, unknown][], string, string]} args */
function writing([of, inside, own, writes, task, path]) {
  return (/** @type {BaseCheckpointSaver} */ saver) => saver.putWrites(configOf(of, inside, own), writes, task, path)
}

/** @param {[string, string, string | undefined]} args */
function reading([of, inside, own]) {
  return (/** @type {BaseCheckpointSaver} */ saver) => saver.getTuple(configOf(of, inside, own))
}

/** @param {{ thread: string, namespace?: string, before?: string, step?: number }} selection */
function listing({ thread: of, namespace: inside, before, step }) {
  return async (/** @type {BaseCheckpointSaver} */ saver) => {
    const config = { configurable: { thread_id: of, ...(inside !== undefined && { checkpoint_ns: inside }) } }
    const tuples = await listed(saver, config, {
      ...(before !== undefined && { before: configOf(of, '', before) }),
      ...(step !== undefined && { filter: { step } }),
    })
    // The saver in memory orders namespaces by their first checkpoint.
    return tuples.sort((a, b) => (nameOf(a) < nameOf(b) ? 1 : -1))
  }
}

/** @param {CheckpointTuple} tuple */
function nameOf({ config }) {
  return `${config.configurable?.checkpoint_id} ${config.configurable?.checkpoint_ns}`
}

const labels = fc.array(fc.constantFrom('a', 'b', 'a-b', '{c}'), { minLength: 1, maxLength: 3 })
const key = fc.constantFrom('', 'k', 'k:1', 'é')
const scalar = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom('x', 'y', true, null))
const value = fc.record({ n: scalar, text: scalar, more: json }, { requiredKeys: ['n'] }).map(plain)
const operator = fc.constantFrom('$eq', '$ne', '$gt', '$gte', '$lt', '$lte')
const filter = fc.option(
  fc.dictionary(fc.constantFrom('n', 'text'), fc.oneof(scalar, fc.dictionary(operator, scalar))),
  {
    nil: undefined,
  },
)

/** @type {fc.Arbitrary<(store: BaseStore) => Promise<unknown>>} */
const storeCall = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(labels, key, value).map(
      ([...args]) =>
        async (/** @type {BaseStore} */ store) =>
          store.put(...args),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(labels, key).map(
      ([...args]) =>
        async (/** @type {BaseStore} */ store) =>
          store.delete(...args),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(labels, key).map(
      ([...args]) =>
        async (/** @type {BaseStore} */ store) =>
          shown(await store.get(...args)),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.oneof(labels, fc.constant(/** @type {string[]} */ ([]))), filter)
      .map(([prefix, wanted]) => async (/** @type {BaseStore} */ store) => {
        const found = await store.search(prefix, { filter: wanted, limit: 1000 })
        return found.map(shown).sort(byText)
      }),
  },
  {
    weight: 2,
    arbitrary: fc
      .record(
        {
          prefix: labels,
          suffix: labels,
          maxDepth: fc.integer({ min: 1, max: 3 }),
          limit: fc.nat(3),
          offset: fc.nat(2),
        },
        { requiredKeys: [] },
      )
      .map((options) => async (/** @type {BaseStore} */ store) => store.listNamespaces(options)),
  },
)

/** @param {Place} place */
export function stores({ store: open }) {
  it('answers as the store in memory does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(storeCall, { minLength: 5, maxLength: 40 }), async (calls) => {
        const [store, model] = [open(), new InMemoryStore()]
        for (const call of calls) {
          assert.deepEqual(await call(store), await call(model))
          forgetEmpty(model)
        }
      }),
      { numRuns: RUNS },
    )
  })
}

/** The store in memory lists namespaces whose last item was deleted. @param {any} model */
function forgetEmpty({ data }) {
  for (const [name, items] of data) if (items.size === 0) data.delete(name)
}

/** @param {import('@langchain/langgraph-checkpoint').Item | null} item */
function shown(item) {
  return (
    item && { namespace: item.namespace, key: item.key, value: item.value, isDated: item.createdAt <= item.updatedAt }
  )
}

/** Without what JSON does not keep: prototypes, -0. @param {any} value */
function plain(value) {
  return JSON.parse(JSON.stringify(value))
}

/** @param {unknown} a @param {unknown} b */
function byText(a, b) {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}
