// @ts-check

import { byPrefix } from './contract/by-prefix.mjs'
import { counts } from './contract/count.mjs'
import { queries } from './contract/query.mjs'
import { queryPages } from './contract/query-pages.mjs'
import { refusedQueries } from './contract/query-refused.mjs'
import { scans } from './contract/scan.mjs'
import { onEveryStore } from './support/on-every-store.mjs'

// `queries` scan the whole keyspace most often, so they run while that is small.
onEveryStore('finding entries', [queries, queryPages, refusedQueries, byPrefix, counts, scans])
