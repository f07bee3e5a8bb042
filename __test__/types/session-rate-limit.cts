// The stores of express-session and express-rate-limit in a CommonJS module.

import session = require('express-session')

import type { RedisStore as RateLimitStore } from 'redis-state-adapter/rate-limit'

import limits = require('redis-state-adapter/rate-limit')
import sessions = require('redis-state-adapter/session')

export const store: session.Store = new sessions.RedisStore({ client: 'memory:' })
export const same: typeof RateLimitStore = limits.default
