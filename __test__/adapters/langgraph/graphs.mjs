// @ts-check
// Graphs of LangGraph on the saver, beside the same graphs on the saver in memory.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Annotation, Command, DeltaChannel, interrupt, MemorySaver, START, StateGraph } from '@langchain/langgraph'
import { RedisSaver } from 'redis-state-adapter/langgraph'

/** @import { BaseCheckpointSaver } from '@langchain/langgraph-checkpoint' */
/** @import { Place } from './stores.mjs' */

const config = { configurable: { thread_id: 't' } }

/** @param {Place} place */
export function graphs({ saver: open, state }) {
  it('runs, interrupts, resumes and forks as on the saver in memory', async () => {
    const [ours, theirs] = [await historyOn(open()), await historyOn(new MemorySaver())]
    assert.deepEqual(ours, theirs)
    assert.ok(ours.length > 5)
  })

  it('gives branches that begin at one checkpoint their own values', async () => {
    const graph = graphOn(open())
    await graph.invoke({ trail: ['in'], last: 'in' }, config)
    const history = await collected(graph.getStateHistory(config))
    const start = history.find(({ next }) => next[0] === 'b')
    assert.ok(start)
    const branches = ['one', 'two'].map((name) => graph.updateState(start.config, { trail: [name], last: name }, 'a'))
    const configs = await Promise.all(branches)
    const states = await Promise.all(configs.map((one) => graph.getState(one)))
    assert.deepEqual(
      states.map(({ values }) => [values.last, values.trail.at(-1)]),
      [
        ['one', 'one'],
        ['two', 'two'],
      ],
    )
  })

  it('rebuilds delta channels from the writes of earlier steps', async (t) => {
    const results = []
    for (const isNew of [false, true]) {
      let saver = new RedisSaver(state(), { keyPrefix: `${t.name} ${isNew}` })
      for (let turn = 0; turn < 4; turn++) {
        if (isNew) saver = new RedisSaver(state(), { keyPrefix: `${t.name} ${isNew}` })
        results[Number(isNew)] = await deltaGraphOn(saver).invoke({ log: [`in ${turn}`] }, config)
      }
    }
    assert.deepEqual(results[0], results[1])
    assert.equal(results[0].log.length, 12)
  })
}

/** @param {BaseCheckpointSaver} saver */
async function historyOn(saver) {
  const graph = graphOn(saver)
  await graph.invoke({ trail: ['in'], last: 'in' }, config)
  await graph.invoke(new Command({ resume: 'answer' }), config)
  const first = await collected(graph.getStateHistory(config))
  const earlier = first.find(({ next }) => next[0] === 'b')
  await graph.updateState(/** @type {any} */ (earlier).config, { trail: ['changed'], last: 'changed' }, 'a')
  await graph.invoke(null, config)
  await graph.invoke(new Command({ resume: 'another' }), config)
  const history = await collected(graph.getStateHistory(config))
  return history.map(({ values, next, metadata, tasks }) => ({
    values,
    next,
    step: metadata?.step,
    source: metadata?.source,
    tasks: tasks.map(({ name, interrupts, error }) => ({ name, values: interrupts.map(({ value }) => value), error })),
  }))
}

const State = Annotation.Root({
  trail: Annotation({
    reducer: (/** @type {string[]} */ all, /** @type {string[]} */ more) => [...all, ...more],
    default: () => [],
  }),
  last: Annotation(),
  kept: Annotation(),
})

/** Five nodes, two of them at the same time, one that asks. @param {BaseCheckpointSaver} checkpointer */
function graphOn(checkpointer) {
  return new StateGraph(State)
    .addNode('a', () => ({ trail: ['a'], last: 'a', kept: 'by a' }))
    .addNode('b', () => ({ trail: ['b'] }))
    .addNode('c', () => ({ trail: ['c'] }))
    .addNode('d', () => ({ trail: [interrupt('?')], last: 'd' }))
    .addNode('e', () => ({ trail: ['e'] }))
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .addEdge('a', 'c')
    .addEdge('b', 'd')
    .addEdge('c', 'd')
    .addEdge('d', 'e')
    .compile({ checkpointer })
}

/** @param {BaseCheckpointSaver} checkpointer */
function deltaGraphOn(checkpointer) {
  const reducer = (/** @type {string[]} */ all, /** @type {string[][]} */ more) => [...all, ...more.flat()]
  const Deltas = Annotation.Root({ log: () => new DeltaChannel(reducer, { snapshotFrequency: 5 }) })
  return new StateGraph(/** @type {any} */ (Deltas))
    .addNode('a', () => ({ log: ['a'] }))
    .addNode('b', () => ({ log: ['b'] }))
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .compile({ checkpointer })
}

/** @template T @param {AsyncIterable<T>} all */
async function collected(all) {
  /** @type {T[]} */
  const list = []
  for await (const one of all) list.push(one)
  return list
}
