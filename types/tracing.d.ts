import type { RedisStateError } from './errors.js'

/**
 * Message of the tracing channels of this package (`TracingChannel` of `node:diagnostics_channel`).
 *
 * Each channel publishes the five events of a `TracingChannel`: `start` and `end` around the synchronous part,
 * `asyncStart` and `asyncEnd` when the operation settles, and `error` before these if it failed. Messages contain trace
 * ids and keys, never values. Without subscribers the channels cost nothing.
 *
 * | channel | operation | fields |
 * | --- | --- | --- |
 * | `redis-state-adapter:command` | a call of a method: one operation for a bulk method, one for each page of `scan` (and one for the list of keys), one for each attempt of `lock` | `operation`, `traceId`, `key`, `cached`; `calls` of a bulk method |
 * | `redis-state-adapter:batch` | calls that are sent together; on Cosmos DB each call | `calls`, `failed`; on Cosmos DB `requestCharge`, `requests` |
 * | `redis-state-adapter:connection` | an attempt to connect and log in; `error` without `start`: the connection was lost | |
 *
 * All messages also have `serverAddress`, `serverPort` and `database`; after a failure they have `error`. The fields
 * correspond to these attributes of OpenTelemetry (https://opentelemetry.io/docs/specs/semconv/database/redis/):
 *
 * | field | attribute |
 * | --- | --- |
 * | | `db.system.name`: `redis` |
 * | `operation` | `db.operation.name` |
 * | `calls` | `db.operation.batch.size` |
 * | `database` | `db.namespace` |
 * | `serverAddress`, `serverPort` | `server.address`, `server.port` |
 * | `error.code` | `error.type` |
 * | `error.reply` | `db.response.status_code` |
 *
 * @example
 * import { subscribe } from 'node:diagnostics_channel'
 * subscribe('tracing:redis-state-adapter:command:error', (message) => {
 *   const { operation, traceId, key, error } = message as TracingContext
 *   console.error(operation, traceId, key, error)
 * })
 */
export interface TracingContext {
  /** Name of the method. */
  operation?: string
  /** Trace id of the call. */
  traceId?: string
  /** Key of the call. */
  key?: string
  /** `true` if the call was answered from memory, see the option `cache`. Absent otherwise, and at the event `start`. */
  cached?: true
  /** Number of calls in the batch; of a bulk method the number of entries, from the event `end` on. */
  calls?: number
  /** Request units of the call, on Cosmos DB. */
  requestCharge?: number
  /** Number of requests of the call, on Cosmos DB. */
  requests?: number
  /** Number of calls in the batch that failed. */
  failed?: number
  /** Host name, or path of the unix socket. Absent with the embedded store, Sentinel and Cluster. */
  serverAddress?: string
  /** Port of the server. Absent with a unix socket, and wherever `serverAddress` is absent. */
  serverPort?: number
  /** Number of the database; on Cosmos DB its name. */
  database?: number | string
  /** Name of the container, on Cosmos DB. */
  container?: string
  /** Why the operation failed. */
  error?: RedisStateError
}
