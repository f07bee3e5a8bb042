import { createRequire } from 'node:module'
import * as peer from '@langchain/langgraph-checkpoint'

const require = createRequire(import.meta.url)
const { defineClasses } = require('../lib/adapters/langgraph/index.js')
const { RedisStateError } = require('../lib/errors.js')

export const { RedisSaver, RedisStore } = defineClasses(peer)
export { RedisStateError }
