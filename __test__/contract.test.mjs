// @ts-check
import { backpressure } from './contract/backpressure.mjs'
import { byPrefix } from './contract/by-prefix.mjs'
import { clears } from './contract/clear.mjs'
import { corruptTexts } from './contract/corrupt-texts.mjs'
import { counts } from './contract/count.mjs'
import { deletes } from './contract/delete.mjs'
import { filters } from './contract/filters.mjs'
import { globs } from './contract/globs.mjs'
import { ids } from './contract/ids.mjs'
import { items } from './contract/items.mjs'
import { layout } from './contract/layout.mjs'
import { lifecycle } from './contract/lifecycle.mjs'
import { listings } from './contract/listings.mjs'
import { oneTick } from './contract/one-tick.mjs'
import { pings } from './contract/ping.mjs'
import { prefixes } from './contract/prefixes.mjs'
import { queries } from './contract/query.mjs'
import { queryPages } from './contract/query-pages.mjs'
import { refusedQueries } from './contract/query-refused.mjs'
import { refusedIds } from './contract/refused-ids.mjs'
import { refusedValues } from './contract/refused-values.mjs'
import { scans } from './contract/scan.mjs'
import { stats } from './contract/stats.mjs'
import { traceIds } from './contract/trace-ids.mjs'
import { ttl } from './contract/ttl.mjs'
import { values } from './contract/values.mjs'
import { wrongType } from './contract/wrong-type.mjs'
import { onEveryStore } from './support/on-every-store.mjs'

// `ids` and `queries` walk the whole keyspace most often, so they come while that is small.
const BEHAVIOURS = [
  ids,
  queries,
  values,
  refusedValues,
  refusedIds,
  deletes,
  traceIds,
  prefixes,
  globs,
  items,
  filters,
  listings,
  clears,
  byPrefix,
  counts,
  queryPages,
  refusedQueries,
  scans,
  ttl,
  lifecycle,
  oneTick,
  backpressure,
  corruptTexts,
  wrongType,
  layout,
  pings,
  stats,
]

onEveryStore('the contract', BEHAVIOURS)
