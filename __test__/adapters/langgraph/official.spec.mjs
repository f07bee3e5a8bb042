// @ts-check
// Run by vitest, which the suites of LangGraph are written for: see langgraph-suites.test.mjs.

import { deltaChannelHistoryTests, validate } from '@langchain/langgraph-checkpoint-validation'
import { RedisSaver } from 'redis-state-adapter/langgraph'

/** @type {Record<string, import('redis-state-adapter').RedisStateAdapterOptions>} */
const stores = JSON.parse(process.env.LANGGRAPH_STORES ?? '{}')

let run = 0
for (const [name, options] of Object.entries(stores)) {
  const initializer = {
    checkpointerName: `RedisSaver on ${name}`,
    createCheckpointer() {
      run += 1
      return new RedisSaver(options, { keyPrefix: `${process.pid}-${run}` })
    },
    destroyCheckpointer: (/** @type {RedisSaver} */ saver) => saver.end(),
  }
  validate(initializer)
  deltaChannelHistoryTests(initializer)
}
