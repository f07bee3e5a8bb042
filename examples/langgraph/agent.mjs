// An article in five steps, by a graph of LangGraph that survives its process: kill it in any step and start it again, on any machine.
// `npm install @langchain/core @langchain/langgraph`, then `node agent.mjs <article>`; it stops to ask whether to publish, and
// `node agent.mjs <article> yes` answers.

import { setTimeout } from 'node:timers/promises'
import { Annotation, Command, END, interrupt, START, StateGraph } from '@langchain/langgraph'
import { RedisSaver, RedisStore } from 'redis-state-adapter/langgraph'

const url = process.env.REDIS_URL ?? 'redis://localhost:6379'
const [article = 'redis', answer] = process.argv.slice(2)

const State = Annotation.Root({
  topic: Annotation(),
  notes: Annotation({
    reducer: (/** @type {string[]} */ notes, /** @type {string[]} */ more) => [...notes, ...more],
    default: () => [],
  }),
  text: Annotation(),
})

const checkpointer = await RedisSaver.fromUrl(url, { defaultTTL: 7 * 24 * 60, refreshOnRead: true })
const store = await RedisStore.fromUrl(url)

const graph = new StateGraph(State)
  .addNode(
    'plan',
    step('plan', ({ topic }) => ({ notes: [`a plan for ${topic}`] })),
  )
  .addNode(
    'research',
    step('research', ({ topic }) => ({ notes: [`facts about ${topic}`] })),
  )
  .addNode(
    'draft',
    step('draft', ({ topic, notes }) => ({ text: `${topic}: ${notes.join(', ')}` })),
  )
  .addNode(
    'review',
    ({ text }) =>
      interrupt(`Publish "${text}"?`) === 'yes' ? new Command({ goto: 'publish' }) : new Command({ goto: END }),
    { ends: ['publish', END] },
  )
  .addNode(
    'publish',
    step('publish', async ({ topic, text }) => {
      await store.put(['articles'], topic, { text })
    }),
  )
  .addEdge(START, 'plan')
  .addEdge('plan', 'research')
  .addEdge('research', 'draft')
  .addEdge('draft', 'review')
  .addEdge('publish', END)
  .compile({ checkpointer, store })

const config = { configurable: { thread_id: article } }
// With 'sync', a step begins when the checkpoint of the one before is in Redis.
for await (const update of await graph.stream(await nextInput(), { ...config, durability: 'sync' })) {
  for (const [name, change] of Object.entries(update)) console.log(name, JSON.stringify(change))
}
console.log('published:', (await store.search(['articles'])).map(({ key }) => key).join(', ') || 'nothing')
await Promise.all([checkpointer.end(), store.end()])

/**
 * A new article, an answer, or nothing: what a process that was killed left goes on.
 *
 * @returns {Promise<any>}
 */
async function nextInput() {
  const { createdAt, tasks } = await graph.getState(config)
  if (createdAt === undefined) return { topic: article }
  const isAsked = tasks.some(({ interrupts }) => interrupts.length > 0)
  return isAsked && answer !== undefined ? new Command({ resume: answer }) : null
}

/**
 * A step that takes a while, as calls of a model do.
 *
 * @param {string} name
 * @param {(state: any) => unknown} work
 */
function step(name, work) {
  return async (/** @type {any} */ state) => {
    console.log(`${name} begins`)
    await setTimeout(100)
    return work(state)
  }
}
