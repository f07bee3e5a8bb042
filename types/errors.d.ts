/**
 * Code of an error. Distinguish errors by their code, never by their message.
 *
 * | code | meaning |
 * | --- | --- |
 * | `ERR_INVALID_CONFIG` | from the constructor: an option is invalid or unknown; the message contains its path. From a call: the server is not of the configured kind (such as a cluster node at `url`); the message names the right option |
 * | `ERR_INVALID_ARGUMENT` | an argument of a call is invalid; nothing was sent |
 * | `ERR_CONNECTION` | the connection was lost while the call was on it, or the reconnect strategy gave up |
 * | `ERR_AUTH` | the server rejected the credentials, or `credentials` returned none |
 * | `ERR_COMMAND_TIMEOUT` | the call did not complete within `commandTimeout` |
 * | `ERR_BACKPRESSURE` | `maxPendingCommands` or `maxPendingBytes` is reached |
 * | `ERR_CLOSED` | the adapter was closed with `cleanup` |
 * | `ERR_CORRUPT_VALUE` | the stored text is not JSON |
 * | `ERR_WRONG_TYPE` | the key holds another Redis type than a string, or the value has another type than the method requires |
 * | `ERR_REPLY` | the server replied with another error; its first word is in `reply` |
 * | `ERR_UNSUPPORTED` | the server, or this version of the package, lacks a feature that the call needs |
 * | `ERR_UNSUPPORTED_PLATFORM` | at the import: there is no native binary for this platform, or it cannot be loaded; the loader's error is the `cause` |
 * | `ERR_CONFLICT` | a condition is not met (`ifAbsent`, `ifMatch`, or one of a transaction); nothing was written |
 * | `ERR_LOCK_TIMEOUT` | from `withLock`: another caller held the lock until `timeout` had passed; the function was not called |
 * | `ERR_LOCK_LOST` | from `withLock`, and the reason of its signal: the lock expired before the function was done, so another caller may have held it meanwhile |
 * | `ERR_TOO_LARGE` | `update`, or `increment` with `field`, would block the server for too long; nothing was written. See `update` for the limits. On Cosmos DB: a value or a transaction has more than 2 MB |
 * | `ERR_OUT_OF_RANGE` | a number, or the sum, is beyond ±(2^53 - 1); nothing was written |
 * | `ERR_INVALID_VALUE` | the value is invalid according to the schema of a group; the issues are the `cause` |
 * | `ERR_PARTIAL` | some or all entries of a bulk write failed; `errors` has one error for each of them |
 * | `ERR_ABORTED` | the signal aborted the call or the watch; its reason is the `cause` |
 * | `ERR_NOT_REPLICATED` | the value was written, but too few replicas acknowledged it in time (`waitReplicas`) |
 * | `ERR_INTERNAL` | a bug in this package; please report it |
 */
export type RedisStateErrorCode =
  | 'ERR_INVALID_CONFIG'
  | 'ERR_INVALID_ARGUMENT'
  | 'ERR_CONNECTION'
  | 'ERR_AUTH'
  | 'ERR_COMMAND_TIMEOUT'
  | 'ERR_BACKPRESSURE'
  | 'ERR_CLOSED'
  | 'ERR_CORRUPT_VALUE'
  | 'ERR_WRONG_TYPE'
  | 'ERR_REPLY'
  | 'ERR_UNSUPPORTED'
  | 'ERR_UNSUPPORTED_PLATFORM'
  | 'ERR_CONFLICT'
  | 'ERR_LOCK_TIMEOUT'
  | 'ERR_LOCK_LOST'
  | 'ERR_OUT_OF_RANGE'
  | 'ERR_TOO_LARGE'
  | 'ERR_INVALID_VALUE'
  | 'ERR_PARTIAL'
  | 'ERR_ABORTED'
  | 'ERR_NOT_REPLICATED'
  | 'ERR_INTERNAL'

/** Optional fields of a {@link RedisStateError}, described there. */
export interface RedisStateErrorDetails {
  operation?: string | undefined
  server?: string | undefined
  traceId?: string | undefined
  key?: string | undefined
  applied?: 'no' | 'unknown' | 'yes' | 'partly' | undefined
  reply?: string | undefined
  cause?: unknown
  errors?: RedisStateError[] | undefined
}

/**
 * Error of this package. Its message is a sentence of its own: which call failed, what happened, why, and what to do, where that is
 * known. Messages contain trace ids and keys (shortened beyond 100 characters), and never values, passwords or private keys.
 * docs/errors.md lists the codes with an example of each.
 *
 * `JSON.stringify` includes all fields. `structuredClone` keeps the message, the stack and the cause, as of any `Error`; clone
 * `error.toJSON()` to keep the other fields.
 *
 * @example
 * try {
 *   await state.set('order-1', 'owner', 'me', { ifAbsent: true })
 * } catch (error) {
 *   if (!(error instanceof RedisStateError) || error.code !== 'ERR_CONFLICT') throw error
 * }
 */
export class RedisStateError extends Error {
  constructor(code: RedisStateErrorCode, message: string, details?: RedisStateErrorDetails)
  /** What went wrong. */
  readonly code: RedisStateErrorCode
  /**
   * Whether a failed write took effect. Absent on errors of reads.
   *
   * | applied | meaning |
   * | --- | --- |
   * | `no` | nothing was written |
   * | `unknown` | the write may have been executed, for example because its reply was lost |
   * | `yes` | the value was written, but too few replicas acknowledged it (`ERR_NOT_REPLICATED`) |
   * | `partly` | bulk writes: entries that are not in `errors` were written; each of `errors` has its own `applied` |
   *
   * For a bulk write any value other than `partly` applies to all entries.
   */
  readonly applied?: 'no' | 'unknown' | 'yes' | 'partly'
  /** Method that failed, such as `get`, or `new RedisStateAdapter`. Absent on errors of connection events. */
  readonly operation?: string
  /** Address of the server that the error is about, such as `10.0.0.5:6379`, if it is known. */
  readonly server?: string
  /** Trace id of the call, or of the entry that caused the error. */
  readonly traceId?: string
  /** Key of the call, or of the entry that caused the error. */
  readonly key?: string
  /** First word of the error reply of the server, such as `OOM` or `NOPERM`. */
  readonly reply?: string
  /** Underlying error, or the reason of the signal. */
  readonly cause?: unknown
  /** Bulk writes (`ERR_PARTIAL`): one error for each failed entry, with its `key`. */
  readonly errors?: RedisStateError[]
  /** Returns all fields as a plain object: of the cause its name, message and code. */
  toJSON(): RedisStateErrorJson
}

/** Plain object with the fields of a {@link RedisStateError}. */
export interface RedisStateErrorJson extends Omit<RedisStateErrorDetails, 'cause' | 'errors'> {
  name: string
  message: string
  code: RedisStateErrorCode
  cause?: { name: string; message: string; code?: string }
  errors?: RedisStateErrorJson[]
}
