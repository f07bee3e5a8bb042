// @ts-check
import { backpressure } from './contract/backpressure.mjs'
import { clears } from './contract/clear.mjs'
import { corruptTexts } from './contract/corrupt-texts.mjs'
import { deletes } from './contract/delete.mjs'
import { filters } from './contract/filters.mjs'
import { globs } from './contract/globs.mjs'
import { healths } from './contract/health.mjs'
import { ids } from './contract/ids.mjs'
import { items } from './contract/items.mjs'
import { layout } from './contract/layout.mjs'
import { lifecycle } from './contract/lifecycle.mjs'
import { listings } from './contract/listings.mjs'
import { oneTick } from './contract/one-tick.mjs'
import { pings } from './contract/ping.mjs'
import { prefixes } from './contract/prefixes.mjs'
import { refusedIds } from './contract/refused-ids.mjs'
import { refusedValues } from './contract/refused-values.mjs'
import { stats } from './contract/stats.mjs'
import { traceIds } from './contract/trace-ids.mjs'
import { ttl } from './contract/ttl.mjs'
import { unprefixed } from './contract/unprefixed.mjs'
import { values } from './contract/values.mjs'
import { wrongType } from './contract/wrong-type.mjs'
import { onEveryStore } from './support/on-every-store.mjs'

// `ids` scans the whole keyspace most often, so it runs while that is small.
const BEHAVIOURS = [
  ids,
  values,
  refusedValues,
  refusedIds,
  deletes,
  traceIds,
  prefixes,
  unprefixed,
  globs,
  items,
  filters,
  listings,
  clears,
  ttl,
  lifecycle,
  oneTick,
  backpressure,
  corruptTexts,
  wrongType,
  layout,
  pings,
  healths,
  stats,
]

onEveryStore('the contract', BEHAVIOURS)
