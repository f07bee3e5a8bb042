// @ts-check
// The topologies on which histories are recorded.

import { cluster, clusterFailover } from './cluster.mjs'
import { sentinel } from './sentinel.mjs'
import { standalone } from './standalone.mjs'

/** @type {Record<string, () => Promise<import('../run.mjs').Topology>>} */
export const TOPOLOGIES = { standalone, sentinel, cluster, 'cluster-failover': clusterFailover }
