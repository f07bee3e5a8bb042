/** Options of `connect`. */
export interface ConnectOptions {
  /** Maximum time to wait, in milliseconds, 1 to 2147483647. Default: `commandTimeout`. */
  timeout?: number | undefined
  /** Stops the wait: it rejects with `ERR_ABORTED`. Default: none. */
  signal?: AbortSignal | undefined
}

/** Options of `cleanup`. */
export interface CleanupOptions {
  /**
   * Time that pending calls have to complete, in milliseconds, 0 to 2147483647. After it they reject with `ERR_CLOSED`.
   * Default: until the `commandTimeout` of each call.
   */
  timeout?: number | undefined
}
