import * as peer from '@langchain/langgraph-checkpoint'
import langgraph from '../lib/adapters/langgraph/index.js'
import errors from '../lib/errors.js'

export const { RedisSaver, RedisStore } = langgraph.defineClasses(peer)
export const { RedisStateError } = errors
