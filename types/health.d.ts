import type { RedisStateError } from './errors.js'

/** The health of a store, as `health` returns it. */
export interface StateHealth {
  /**
   * - `ok`: the server answers.
   * - `degraded`: it takes more than a second.
   * - `down`: it does not answer within the timeout, or refuses the connection.
   */
  status: 'ok' | 'degraded' | 'down'
  /** Milliseconds of the round trip; of a store that is down, how long was waited. */
  latency?: number
  /**
   * What the server is: `primary` or `replica` (`ROLE`), a `cluster` whose slots are all served, or `memory`. Absent if the store is
   * down, or if the user may not run `ROLE`.
   */
  role?: 'primary' | 'replica' | 'cluster' | 'memory'
  /** The reason, unless the status is `ok` or `degraded`. Its message has no secrets. */
  error?: RedisStateError
}
