/** Number of replicas that must acknowledge a write, and the time limit for it. */
export interface WaitReplicas {
  /** Number of replicas, 1 to 1000. In a cluster: replicas of the primary that executed the write. */
  count: number
  /** Time limit in milliseconds: 1 or more, and less than `commandTimeout`. */
  timeout: number
}

/**
 * Options of calls that read or list entries.
 *
 * In the options of every method, `undefined` means omitted. `null` is invalid, and so is `ifMatch: undefined`. An
 * unknown option, a value of the wrong type, and options that are not an object reject with `ERR_INVALID_ARGUMENT`
 * before anything is sent; `group` and `watch` throw that error.
 */
export interface ReadOptions {
  /**
   * Aborts the call: it rejects with `ERR_ABORTED`, with the reason of the signal as `cause`.
   *
   * If the signal is already aborted, nothing is sent (`applied: 'no'` for a write). If it is aborted later, the
   * command may have been sent (`applied: 'unknown'`). A listing or a `clear` sends no further commands after the
   * current one. Any object with the interface of an `AbortSignal` is accepted. Default: none.
   */
  signal?: AbortSignal | undefined
}

/** Options of reads that a cache can answer. */
export interface CachedReadOptions extends ReadOptions {
  /**
   * `false` reads from the server, although the adapter has the option `cache`. Without that option it has no effect.
   * Default: `true`.
   */
  cache?: boolean | undefined
}

/** Options of calls that write. */
export interface WriteOptions extends ReadOptions {
  /**
   * Overrides the `waitReplicas` of the adapter for this call. The server blocks the connection meanwhile: calls made
   * after it, reads included, wait until the replicas have acknowledged or the time limit has passed. Calls made before
   * it in the same tick are delayed by at most 10 milliseconds; those with the same `waitReplicas` settle together with
   * it. Default: the option of the adapter.
   */
  waitReplicas?: WaitReplicas | undefined
}

/** Options of `health`. */
export interface HealthOptions {
  /** Maximum time to connect and to wait for the reply, in milliseconds, 1 to 2147483647. Default: 3000. */
  timeout?: number | undefined
}

/** Options of `ping`. */
export interface PingOptions extends ReadOptions {
  /**
   * Maximum time to wait for the reply, in milliseconds, 1 to 2147483647. After it `ping` rejects with
   * `ERR_COMMAND_TIMEOUT`. `commandTimeout` applies as well. Default: `commandTimeout`.
   */
  timeout?: number | undefined
}
