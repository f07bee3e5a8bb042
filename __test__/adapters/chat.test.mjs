// @ts-check
// `redis-state-adapter/chat` on each kind of store.

import { ADAPTER_STORES, onEveryStore } from '../support/on-every-store.mjs'
import { cache, lists, locks, queues, subscriptions } from './chat-behaviours.mjs'

onEveryStore('the state of Chat SDK', [subscriptions, locks, cache, lists, queues], ADAPTER_STORES)
