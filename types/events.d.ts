import type { RedisStateError } from './errors.js'

/** Details of the event `reconnecting`. */
export interface ReconnectingInfo {
  /** Number of attempts since the connection was lost, from 0. */
  retries: number
  /** Delay before the next attempt, in milliseconds. */
  delay: number
  /** Why the connection was lost, or why the last attempt failed. */
  cause: RedisStateError
}

/**
 * Events of an adapter, with the arguments of their listeners. They describe the command connection. For a cluster see
 * `ClusterOptions`.
 *
 * @example
 * state.on('reconnecting', ({ retries, delay, cause }) => console.log(retries, delay, cause.message))
 */
export interface RedisStateAdapterEvents {
  /** A connection is established; the login follows. */
  connect: []
  /** The login is complete, and calls are sent. */
  ready: []
  /** The connection was lost or an attempt failed; the next attempt follows after `delay`. */
  reconnecting: [ReconnectingInfo]
  /**
   * The connection was lost or an attempt failed. Until the adapter is ready again, each different error (code and
   * message) is emitted once, and that a server does not answer once, whichever timeout ends the wait; `reconnecting` is
   * emitted for each attempt. If the first connection takes longer than `commandTimeout`, and nothing was emitted yet, an
   * error with what it waits for is. Without a listener the event is not emitted, and nothing is thrown.
   */
  error: [RedisStateError]
  /** The adapter makes no further attempts to connect: `cleanup` was called, or the reconnect strategy gave up. */
  end: []
}
