// @ts-check
'use strict'

/**
 * The metrics of adapters. docs/observability.md describes each.
 *
 * @typedef {import('./snapshot.js').Snapshot} Snapshot
 * @typedef {{ labels: Record<string, string>, value: number }} Sample
 * @typedef {{ labels: Record<string, string>, durations: import('./snapshot.js').Durations }} HistogramSample
 *
 * @typedef {object} Family
 * @property {string} name without prefix and suffix
 * @property {'counter' | 'gauge'} type
 * @property {'seconds' | 'bytes'} [unit] the last word of the name
 * @property {string} help
 * @property {(snapshot: Snapshot) => Sample[]} samples
 *
 * @typedef {object} HistogramFamily
 * @property {string} name
 * @property {'histogram'} type
 * @property {'seconds'} unit
 * @property {string} help
 * @property {(snapshot: Snapshot) => HistogramSample[]} samples
 */

/** @type {(Family | HistogramFamily)[]} */
const FAMILIES = [
  {
    name: 'adapters',
    type: 'gauge',
    help: 'Adapters by status: ready, not_ready or closed.',
    samples: ({ adapters }) => byName(adapters, 'status'),
  },
  {
    name: 'calls',
    type: 'counter',
    help: 'Calls, rejected ones included. A bulk method counts one for each entry.',
    samples: ({ calls }) => single(calls),
  },
  {
    name: 'errors',
    type: 'counter',
    help: 'Failed calls by error code.',
    samples: ({ errors }) => byName(errors, 'code'),
  },
  {
    name: 'call_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time from a call to its settlement. Calls that were rejected before they were sent are not included.',
    samples: ({ latency }) => [{ labels: {}, durations: latency }],
  },
  {
    name: 'operation_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time from a method call to its settlement, by method. A bulk method counts once.',
    samples: ({ operations }) =>
      Object.entries(operations).map(([operation, { latency }]) => ({ labels: { operation }, durations: latency })),
  },
  {
    name: 'operation_errors',
    type: 'counter',
    help: 'Failed method calls by method and error code. A bulk method counts once.',
    samples: ({ operations }) =>
      Object.entries(operations).flatMap(([operation, { errors }]) => byName(errors, 'code', { operation })),
  },
  {
    name: 'in_flight_calls',
    type: 'gauge',
    help: 'Pending calls.',
    samples: ({ inFlight }) => single(inFlight),
  },
  {
    name: 'in_flight_calls_limit',
    type: 'gauge',
    help: 'Pending calls that are possible: the option maxPendingCommands.',
    samples: ({ limits }) => single(limits?.calls),
  },
  {
    name: 'waiting_commands',
    type: 'gauge',
    help: 'Commands that are not sent yet.',
    samples: ({ waiting }) => single(waiting),
  },
  {
    name: 'pending_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Bytes that pending calls hold.',
    samples: ({ pendingBytes }) => single(pendingBytes),
  },
  {
    name: 'pending_limit_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Bytes that pending calls can hold: the option maxPendingBytes.',
    samples: ({ limits }) => single(limits?.bytes),
  },
  {
    name: 'sent_bytes',
    type: 'counter',
    unit: 'bytes',
    help: 'Bytes sent over all connections.',
    samples: ({ bytesSent }) => single(bytesSent),
  },
  {
    name: 'received_bytes',
    type: 'counter',
    unit: 'bytes',
    help: 'Bytes received over all connections.',
    samples: ({ bytesReceived }) => single(bytesReceived),
  },
  {
    name: 'reconnects',
    type: 'counter',
    help: 'Reconnects of all connections.',
    samples: ({ reconnects }) => single(reconnects),
  },
  {
    name: 'cache_hits',
    type: 'counter',
    help: 'Reads that were answered from memory.',
    samples: ({ cache }) => single(cache?.hits),
  },
  {
    name: 'cache_misses',
    type: 'counter',
    help: 'Reads that were not answered from memory, but may have been.',
    samples: ({ cache }) => single(cache?.misses),
  },
  {
    name: 'cache_invalidations',
    type: 'counter',
    help: 'Entries that were dropped from memory because they may have changed.',
    samples: ({ cache }) => single(cache?.invalidations),
  },
  {
    name: 'cache_entries',
    type: 'gauge',
    help: 'Entries in memory.',
    samples: ({ cache }) => single(cache?.entries),
  },
  {
    name: 'cache_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Estimated memory of the entries in memory.',
    samples: ({ cache }) => single(cache?.bytes),
  },
  {
    name: 'request_units',
    type: 'counter',
    help: 'Request units of all requests, on Azure Cosmos DB.',
    samples: ({ requestCharge }) => single(requestCharge),
  },
]

/** @param {number | undefined} value undefined: these adapters do not have it */
function single(value) {
  return value === undefined ? [] : [{ labels: {}, value }]
}

/**
 * @param {Record<string, number> | undefined} values
 * @param {string} label of their names
 * @param {Record<string, string>} [others]
 */
function byName(values = {}, label, others = {}) {
  return Object.entries(values).map(([name, value]) => ({ labels: { ...others, [label]: name }, value }))
}

module.exports = { FAMILIES }
