// @ts-check

import * as deletions from './deletions.mjs'
import * as graphs from './graphs.mjs'
import * as models from './models.mjs'
import * as saver from './saver.mjs'
import * as store from './store.mjs'
import { onStores } from './stores.mjs'
import * as threads from './threads.mjs'

onStores('RedisSaver', [
  saver.checkpoints,
  saver.values,
  saver.writes,
  threads.lists,
  threads.expiry,
  threads.limits,
  deletions.deletions,
  models.savers,
  graphs.graphs,
])
onStores('RedisStore', [store.items, store.itemExpiry, store.similarity, models.stores])
