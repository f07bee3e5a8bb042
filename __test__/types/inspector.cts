// The inspector in a CommonJS module.

import type { InspectorHandler } from 'redis-state-adapter/inspector'

import page = require('redis-state-adapter/inspector')
import adapter = require('redis-state-adapter')

const state = new adapter.RedisStateAdapter('memory:')
export const handler: InspectorHandler = page.inspector(state, { authorize: () => true })
