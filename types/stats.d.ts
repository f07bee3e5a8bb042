/** Figures of the cache of an adapter. */
export interface CacheStats {
  /** Reads that were answered from memory. `getMany` counts each entry. */
  hits: number
  /** Reads that were not, but may have been: those with `cache: false` do not count. */
  misses: number
  /** Entries that were dropped because the server reported a change, or could not any more. */
  invalidations: number
  /** Entries in memory, those included that are known not to exist. */
  entries: number
  /** Memory of the entries, as estimated for `maxBytes`. */
  bytes: number
}

/** Counters and latencies of an adapter since it was created, as `stats` returns them. */
export interface StateStats {
  /**
   * Number of calls, rejected ones included. A bulk method counts one call for each entry, `scan` one for the list of
   * keys and one for each page, `lock` one for each attempt. If such a method is rejected before that, for example by
   * an invalid argument, it counts as one call.
   */
  calls: number
  /**
   * Number of failed calls by the `code` of their error. In a bulk write that fails in part each failed entry counts,
   * with its own code, never as `ERR_PARTIAL`. An aborted bulk call counts once, as `ERR_ABORTED`.
   */
  errors: Record<string, number>
  /** Number of pending calls. */
  inFlight: number
  /**
   * Number of commands that are not sent yet, because the tick has not ended, there is no connection, or its socket
   * accepts no more data at the moment.
   */
  waiting: number
  /** Bytes that pending calls hold, counted as for `maxPendingBytes`. */
  pendingBytes: number
  /** Bytes sent over all connections. */
  bytesSent: number
  /** Bytes received over all connections. */
  bytesReceived: number
  /** Number of reconnects of all connections. */
  reconnects: number
  /**
   * Figures of the cache; absent without the option `cache`. Its hits count in `calls`, and not in `latency`.
   */
  cache?: CacheStats
  /**
   * Time from a call to its settlement in milliseconds, as percentiles (with an error of at most one eighth) and the
   * maximum. Calls that were rejected before they were sent are not included.
   */
  latency: { p50: number; p90: number; p99: number; max: number }
}
